"""Events about children's records: corrected, merged, listed. Re-exported by events.py."""

from dataclasses import dataclass
from typing import Any

from app.core.events import Event


@dataclass(frozen=True, kw_only=True)
class ChildCorrected(Event):
    """Details of a child's record were corrected: each changed detail with its old and new value, and why."""

    changes: dict[str, list[Any]]
    reason: str


@dataclass(frozen=True, kw_only=True)
class MergeUndone(Event):
    """Two records that were merged are two records again, and why."""

    of_child_id: int
    reason: str


@dataclass(frozen=True, kw_only=True)
class ChildrenListed(Event):
    """A list of children was read or searched: which list, what was asked of it, and how many rows there were."""

    list_name: str
    asked: dict[str, str]
    rows: int


@dataclass(frozen=True, kw_only=True)
class ListExported(Event):
    """A list was taken out as a file, and what the list was narrowed by."""

    list_name: str
    rows: int
    asked: dict[str, str] | None = None


class ChildAdded(Event):
    """A professional added a child or young person."""


class ChildViewed(Event):
    """Somebody opened the child's page."""


@dataclass(frozen=True, kw_only=True)
class ContactRiskChanged(Event):
    """The SEN team noted whether an address or contact detail of the family must be kept secret."""

    risk: bool
    reason: str


@dataclass(frozen=True, kw_only=True)
class PossibleDuplicateFound(Event):
    """The new child looks like one we know: the SEN team decides; the person adding is not told."""

    of_child_id: int


@dataclass(frozen=True, kw_only=True)
class DuplicateSettled(Event):
    """The SEN team said whether two records are one child."""

    of_child_id: int
    same: bool
