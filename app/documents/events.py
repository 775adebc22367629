"""Events of files."""

from dataclasses import dataclass

from app.core.events import Event


@dataclass(frozen=True, kw_only=True)
class DocumentEvent(Event):
    """An event of one file."""

    document_id: int


class DocumentAdded(DocumentEvent):
    """A file was attached."""


class DocumentRemoved(DocumentEvent):
    """A file was removed from a draft."""


class DocumentDownloaded(DocumentEvent):
    """A file was opened."""
