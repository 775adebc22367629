"""What is sent when something happens to files."""

from app.core.notifications import AUDIT_ONLY, register
from app.documents.events import CaseFileRemoved, DocumentAdded, DocumentDownloaded, DocumentRemoved

register(
    {
        CaseFileRemoved: AUDIT_ONLY,
        DocumentAdded: AUDIT_ONLY,
        DocumentRemoved: AUDIT_ONLY,
        DocumentDownloaded: AUDIT_ONLY,
    }
)
