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


@dataclass(frozen=True, kw_only=True)
class CaseFileRemoved(DocumentEvent):
    """The SEN team removed a file from a case, where it had been added by mistake."""

    reason: str
