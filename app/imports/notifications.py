"""The messages sent for events of imports: none; the page of the import says how far it is."""

from app.core.notifications import AUDIT_ONLY, register
from app.imports.events import (
    ImportConfirmed,
    ImportDiscarded,
    ImportedCaseDeleted,
    ImportedChildDeleted,
    ImportFinished,
    ImportStarted,
    ImportUndone,
    ImportUndoStarted,
)

register(
    {
        ImportStarted: AUDIT_ONLY,
        ImportConfirmed: AUDIT_ONLY,
        ImportFinished: AUDIT_ONLY,
        ImportDiscarded: AUDIT_ONLY,
        ImportedCaseDeleted: AUDIT_ONLY,
        ImportedChildDeleted: AUDIT_ONLY,
        ImportUndoStarted: AUDIT_ONLY,
        ImportUndone: AUDIT_ONLY,
    }
)
