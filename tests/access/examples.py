"""An example row for each generated screen, taken from its table: one that is marked, else any, else a new one."""

from datetime import date, datetime
from enum import Enum
from typing import Any

from flask import Flask
from flask_appbuilder import Model
from sqlalchemy import Column, Table, select
from sqlalchemy import Enum as EnumType

from app.core.unit_of_work import UnitOfWork


def generated_views(app: Flask) -> list[Any]:
    """Every generated screen of the running app."""
    return [view for view in app.extensions["appbuilder"].baseviews if hasattr(view, "datamodel")]


def example_ids(app: Flask, work: UnitOfWork, mark: str, newest: dict[type[Any], int]) -> dict[str, int]:
    """Return "<view>.pk" and the number of an example row for each generated screen.

    `newest` holds the rows that a test has entered on purpose, by their class.
    """
    return {
        f"{view.endpoint}.pk": newest.get(view.datamodel.obj)
        or _example(work, view.datamodel.obj.__table__, mark)
        for view in generated_views(app)
    }


def _example(work: UnitOfWork, table: Table, mark: str) -> int:
    rows = work.session.execute(select(table).order_by(table.c.id)).all()
    marked = [row for row in rows if mark in repr(tuple(row))]
    found = [*marked, *rows]
    return int(found[0].id) if found else make_row(work, table, mark)


def make_row(work: UnitOfWork, table: Table, mark: str) -> int:
    """Enter a row in a table, with something in every column that must be filled, and return its number."""
    values = {
        column.name: _value(work, column, mark)
        for column in table.columns
        if not column.nullable and not column.primary_key and column.default is None
    }
    added = work.session.execute(table.insert().values(values))
    return int(added.inserted_primary_key[0])


def _value(work: UnitOfWork, column: Column[Any], mark: str) -> Any:
    if column.foreign_keys:
        [key] = column.foreign_keys
        other = Model.metadata.tables[key.column.table.name]
        return _example(work, other, mark)
    if isinstance(column.type, EnumType):
        members = column.type.enum_class or Enum("Members", column.type.enums)
        return next(iter(members))
    made: dict[type[Any], Any] = {
        str: f"{mark}-{column.name}",
        int: 1,
        bool: False,
        date: date(2026, 11, 23),
        datetime: datetime(2026, 11, 23, 9, 30),
        dict: {},
        list: [],
    }
    return made[column.type.python_type]
