"""Rows as they were when they were read: to be looked at and never changed.

A page that only shows a form needs no objects that notice being changed; making them is most of what reading costs. A
snapshot has the columns of its table and what the model says about them (a child's name), and refuses to be written to.
"""

from functools import cache
from typing import Any

from sqlalchemy import inspect
from sqlalchemy.orm import InstrumentedAttribute

from app.core.database.compiled_query import Row


class RowMapper:
    """All columns of a table (or of an alias of one) in a ready statement, or only some of them."""

    def __init__(self, table: Any, *only: str) -> None:
        self.table, mapper = table, inspect(table).mapper
        self.names = only or tuple(each.key for each in mapper.column_attrs if not each.deferred)
        self.columns: list[InstrumentedAttribute[Any]] = [getattr(table, name) for name in self.names]
        self.kind = _kind(mapper.class_)


class JoinMapper:
    """Several tables' columns in one statement, and the rows that come back taken apart again."""

    def __init__(self, *tables: RowMapper) -> None:
        self.tables = tables
        self.columns = [column for table in tables for column in table.columns]

    def split(self, row: Row) -> list[Any]:
        """A snapshot for each table; None where there was no row to join, or none that the reader may see."""
        found, start = [], 0
        for table in self.tables:
            values = row[start : start + len(table.names)]
            start += len(table.names)
            found.append(None if values[0] is None else _made(table, values))
        return found


def _made(table: RowMapper, values: Row) -> Any:
    made = table.kind()
    vars(made).update(zip(table.names, values, strict=True))
    return made


def attach(snapshot: Any, **others: Any) -> Any:
    """The snapshot, with others that belong to it."""
    vars(snapshot).update(others)
    return snapshot


@cache
def _kind(table: type[Any]) -> type[Any]:
    """What a snapshot of this table is: its properties, and no way to change anything."""
    properties = {
        name: value
        for each in reversed(table.__mro__)
        for name, value in vars(each).items()
        if isinstance(value, property)
    }
    return type(f"{table.__name__}Snapshot", (_Snapshot,), properties)


class _Snapshot:
    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"{type(self).__name__} is only to be read")
