"""What is promised, what was measured, and whether the one keeps the other."""

from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Promise:
    """One promise with its figure, as a council's IT manager may read it."""

    name: str
    figure: str
    limit: str
    kept: bool

    def plain(self) -> dict[str, Any]:
        """As plain data, for files and other programs."""
        return asdict(self)


@dataclass(frozen=True)
class Options:
    """How a proof is run: in full or short, on which database, in which folder."""

    folder: Path
    short: bool = False
    database: str | None = None
    """A PostgreSQL server, as an SQLAlchemy URL; None: SQLite in the folder."""
    redis: str | None = None
    notes: Callable[[str], None] = field(default=lambda _line: None)
    """Hears how it goes, while it goes."""

    @property
    def on(self) -> str:
        """The database and queue, in words."""
        return f"{'PostgreSQL' if self.database else 'SQLite'}{' and Redis' if self.redis else ''}"


Proof = Callable[[Options], Iterable[Promise]]


def at_most(name: str, found: float, most: float, unit: str = "") -> Promise:
    """Promised: no more than so many."""
    return Promise(name, f"{found:g}{unit}", f"at most {most:g}{unit}", found <= most)


def exactly(name: str, found: int, expected: int) -> Promise:
    """Promised: this number and no other."""
    return Promise(name, f"{found:,}", f"{expected:,}", found == expected)


def holds(name: str, kept: bool, figure: str, limit: str = "yes") -> Promise:
    """Promised: it is so."""
    return Promise(name, figure, limit, kept)
