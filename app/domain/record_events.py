"""Events about children's records: corrected, merged, listed. Re-exported by events.py."""

from dataclasses import dataclass
from typing import Any

from app.domain.event_base import Event


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
