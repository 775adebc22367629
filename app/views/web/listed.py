"""One page of a generated list, as its template reads it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from app.views.web.due_dates import Due


class RowLink(NamedTuple):
    """A link of a row or a record's page: its text and address."""

    text: str
    href: str
    about: str = ""
    """Text for screen readers that distinguishes it from the same link in other rows."""


class Row(NamedTuple):
    """One row of a list: its id, its cells as shown, and its links."""

    number: int
    name: Any
    """Its first cell."""
    href: str | None
    """Where its name links to; None for its record's page."""
    cells: list[tuple[str, Any, Due | None]]
    """The other cells: each with its column's label, and for the due date the time that is left."""
    links: Sequence[RowLink]
    """Its other links."""


class Picks(NamedTuple):
    """Boxes to choose rows of a list, and the button that does something with all that are chosen."""

    field: str
    values: Mapping[int, str]
    """What the box of each row posts, by the row's id."""
    action: str
    text: str


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
    endpoints: dict[str, str | None]
    """The endpoints of a record's pages that the reader may open."""
    picks: Picks | None = None

    @property
    def has_links(self) -> bool:
        """Whether any row has links beside its name."""
        return any(row.links for row in self.rows)
