"""Promises with their measured figures, and the options of a proof."""

from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any


class NotHere(Exception):
    """This machine lacks what the proof needs; the text says what."""


@dataclass(frozen=True)
class Promise:
    """One promise with its figure, in words for a council's IT manager."""

    name: str
    figure: str
    limit: str
    met: bool

    def plain(self) -> dict[str, Any]:
        """Return the promise as plain data, for files and other programs."""
        return asdict(self)


@dataclass(frozen=True)
class Options:
    """Options of a proof: full or short, database, folder."""

    folder: Path
    short: bool = False
    database: str | None = None
    """A PostgreSQL server, as an SQLAlchemy URL; None: SQLite in the folder."""
    redis: str | None = None
    notes: Callable[[str], None] = field(default=lambda _line: None)
    """Receives progress messages."""

    @property
    def on(self) -> str:
        """Return the names of the database and queue."""
        return f"{'PostgreSQL' if self.database else 'SQLite'}{' and Redis' if self.redis else ''}"


Proof = Callable[[Options], Iterable[Promise]]


def at_most(name: str, found: float, most: float, unit: str = "") -> Promise:
    """Return a promise of at most this number."""
    return Promise(name, f"{found:g}{unit}", f"at most {most:g}{unit}", found <= most)


def exactly(name: str, found: int, expected: int) -> Promise:
    """Return a promise of exactly this number."""
    return Promise(name, f"{found:,}", f"{expected:,}", found == expected)


def holds(name: str, met: bool, figure: str, limit: str = "yes") -> Promise:
    """Return a promise of a condition."""
    return Promise(name, figure, limit, met)
