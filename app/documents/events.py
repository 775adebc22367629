"""Events about files."""

from dataclasses import dataclass

from app.core.events import Event


@dataclass(frozen=True, kw_only=True)
class DocumentEvent(Event):
    """Something about one file."""

    document_id: int


class DocumentAdded(DocumentEvent):
    """A file was attached."""


class DocumentRemoved(DocumentEvent):
    """A file was taken off a draft."""


class DocumentDownloaded(DocumentEvent):
    """A file was opened."""
