"""Events of imports. Each row that makes or changes a record also records the event of that record."""

from dataclasses import dataclass

from app.core.events import Event


@dataclass(frozen=True, kw_only=True)
class ImportEvent(Event):
    """An event of one import."""

    batch_id: int
    kind: str


class ImportStarted(ImportEvent):
    """A file was uploaded to be checked."""


@dataclass(frozen=True, kw_only=True)
class ImportConfirmed(ImportEvent):
    """A person confirmed that the checked rows are imported."""

    rows: int


@dataclass(frozen=True, kw_only=True)
class ImportFinished(ImportEvent):
    """All rows of an import were written, or could not be."""

    rows: int
    failed: int


class ImportDiscarded(ImportEvent):
    """A person discarded a file before anything of it was written."""


class ImportedChildDeleted(Event):
    """A child whom an import had added was deleted when it was undone."""


class ImportedCaseDeleted(Event):
    """A case that an import had opened was deleted when it was undone."""


class ImportUndoStarted(ImportEvent):
    """A person asked for an import to be undone."""


@dataclass(frozen=True, kw_only=True)
class ImportUndone(ImportEvent):
    """An import was undone, but for the rows that could not be."""

    rows: int
    remain: int
