"""One page of a generated list, as its template reads it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from app.views.web.due_dates import Due


class Onward(NamedTuple):
    """Where a row or a record's page leads on to: the words of the link, and its address."""

    text: str
    href: str
    about: str = ""
    """What tells it from the same words in other rows; said to a screen reader, and not seen."""


class Row(NamedTuple):
    """One row of a list: its number, its cells as they are read, and where it leads."""

    number: int
    name: Any
    """Its first cell."""
    href: str | None
    """Where its name leads; none, to its record's page."""
    cells: list[tuple[str, Any, Due | None]]
    """The others: each with its column's label, and in the due date's how long there is still time."""
    ways: Sequence[Onward]
    """Its other links."""


@dataclass(frozen=True)
class Listed:
    """One page of a list."""

    name: str
    title: str
    heads: list[tuple[str, str]]
    """Each column's name and label."""
    sortable: Sequence[str]
    rows: list[Row]
    count: int
    page: int
    """Counted from 0."""
    size: int
    doors: dict[str, str | None]
    """The endpoints of a record's pages that the reader may open."""

    @property
    def has_ways(self) -> bool:
        """Whether any row leads to more than its name does."""
        return any(row.ways for row in self.rows)
