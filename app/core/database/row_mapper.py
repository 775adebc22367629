"""Read-only copies of rows: the columns of a table and the properties of its model.

A page that only shows a form needs no objects that track changes; making those takes longer than reading the rows.
"""

from collections.abc import Sequence
from functools import cache
from typing import Any, TypeVar

from sqlalchemy import inspect
from sqlalchemy.orm import InstrumentedAttribute, Session, make_transient_to_detached

T = TypeVar("T")


class RowMapper:
    """The columns to read of a table or of an alias of one: all that are not deferred, or only those that are named.

    The first column must never be NULL: where it is, an outer join found no row.
    """

    def __init__(self, table: Any, *only: str) -> None:
        self.table, mapper = table, inspect(table).mapper
        self.names = only or tuple(each.key for each in mapper.column_attrs if not each.deferred)
        self.columns: list[InstrumentedAttribute[Any]] = [getattr(table, name) for name in self.names]
        self.snapshot_class = _snapshot_class(mapper.class_)

    def snapshot(self, values: Sequence[Any]) -> Any:
        """Return a snapshot with these values; None where there was no row to join, or none that the reader may see."""
        if values[0] is None:
            return None
        made = self.snapshot_class()
        vars(made).update(zip(self.names, values, strict=True))
        return made


class JoinMapper:
    """The columns of several tables in one statement."""

    def __init__(self, *tables: RowMapper) -> None:
        self.tables = tables
        self.columns = [column for table in tables for column in table.columns]

    def split(self, row: Sequence[Any]) -> list[Any]:
        """Return a snapshot, or None, for each table. Columns after those of the tables are left out."""
        found, start = [], 0
        for table in self.tables:
            end = start + len(table.names)
            found.append(table.snapshot(row[start:end]))
            start = end
        return found


def attach(snapshot: Any, **related: Any) -> Any:
    """Set related snapshots as attributes of a snapshot, and return it."""
    vars(snapshot).update(related)
    return snapshot


def changeable(session: Session, table: type[T], snapshot: Any) -> T:
    """Return the row of a snapshot as an object whose changes are written; it is not read again.

    Made from all columns of a row that is locked, or has a version that is compared when it is written.
    """
    row = table(**{name: vars(snapshot)[name] for name in RowMapper(table).names})
    make_transient_to_detached(row)
    return session.merge(row, load=False)


@cache
def _snapshot_class(table: type[Any]) -> type[Any]:
    """Make a class with the model's properties whose attributes cannot be set."""
    properties = {
        name: value
        for each in reversed(table.__mro__)
        for name, value in vars(each).items()
        if isinstance(value, property)
    }
    return type(f"{table.__name__}Snapshot", (_Snapshot,), properties)


class _Snapshot:
    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"{type(self).__name__} is read-only")
