"""Events about children's records: added, viewed, corrected, merged, listed and exported."""

from dataclasses import dataclass
from typing import Any

from app.core.events import Event


@dataclass(frozen=True, kw_only=True)
class ChildCorrected(Event):
    """A child's record was corrected: the old and new value of each changed detail, and the reason."""

    changes: dict[str, list[Any]]
    reason: str


@dataclass(frozen=True, kw_only=True)
class MergeUndone(Event):
    """A merge of two records was undone, with the reason."""

    of_child_id: int
    reason: str


@dataclass(frozen=True, kw_only=True)
class ChildrenListed(Event):
    """A list of children was read or searched: the list, its criteria and the number of rows."""

    list_name: str
    asked: dict[str, str]
    rows: int


@dataclass(frozen=True, kw_only=True)
class ListExported(Event):
    """A list was exported to a file: the list and its filters."""

    list_name: str
    rows: int
    asked: dict[str, str] | None = None


class ChildAdded(Event):
    """A professional added a child or young person."""


class ChildViewed(Event):
    """A person viewed a child's record."""


@dataclass(frozen=True, kw_only=True)
class ContactRiskChanged(Event):
    """The SEN team set or cleared the confidential address flag of a child."""

    risk: bool
    reason: str


@dataclass(frozen=True, kw_only=True)
class PossibleDuplicateFound(Event):
    """A new child may be a duplicate: the SEN team decides; the person adding gets no message."""

    of_child_id: int


@dataclass(frozen=True, kw_only=True)
class DuplicateSettled(Event):
    """The SEN team decided whether two records are one child."""

    of_child_id: int
    same: bool
