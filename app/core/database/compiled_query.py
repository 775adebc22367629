"""Statements asked on page after page, made ready once and then only run.

SQLAlchemy works out anew, each time a statement is asked, which one it is and whose row filter applies, and makes objects
of what comes back: a third of a millisecond each. A ready statement is turned into SQL once for everybody who looks
through the same row_filter, the lens's criteria in it, and gives plain rows. What it may see is decided where everything is
decided: guard.py puts the row_filter on, as it does on every statement.
"""

from collections.abc import Callable, Mapping, Sequence
from copy import copy
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import BindParameter, Connection, Dialect, Select, Table, bindparam, insert
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session
from sqlalchemy.sql.compiler import SQLCompiler

from app.core.database.engine import CHANGED, connection_of
from app.core.database.row_filter import RowFilter, row_filter_of, row_filter_params

Row = tuple[Any, ...]
Process = Callable[[Any], Any]


@dataclass(frozen=True)
class _Made:
    """A statement as the database's driver takes it."""

    sql: str
    known: Mapping[str, Any]
    """What is written into no statement and told each time alike, as the driver takes it."""
    told: Sequence[tuple[str, Process | None]]
    """What is told each time, and how the driver wants it."""
    lists: Sequence[tuple[str, Sequence[str]]]
    """The places that each list fills."""
    read: Sequence[tuple[int, Process]]
    """The columns that come back otherwise than people of this house know them."""


class Ready:
    """One statement. `lists` names the places that are filled with several numbers (an "in").

    What the statement says itself ('draft', so many rows) is written into its SQL, and so is what is told for the places
    in `spelt`, of which there are only a few: PostgreSQL plans once for whatever will be told, and would take a rare
    state for one in six and any LIMIT for a tenth of all rows.
    """

    def __init__(
        self, statement: Select[*tuple[Any, ...]], lists: Sequence[str] = (), spelt: Sequence[str] = ()
    ) -> None:
        self.statement, self.lists, self.spelt = statement, tuple(lists), tuple(spelt)
        self._made: WeakKeyDictionary[RowFilter, dict[Any, _Made]] = WeakKeyDictionary()

    def rows(self, session: Session, **told: Any) -> list[Row]:
        """What the session's reader may see of what is asked for."""
        session.flush()  # what was changed before is looked for too
        connection = connection_of(session)
        for name in self.lists:
            told[name] = _padded(told[name])
        told.update(row_filter_params(session))
        made = self._made_for(row_filter_of(session), connection.dialect, told)
        values = _filled(made, told)
        for name, places in made.lists:
            values.update(zip(places, told[name], strict=True))
        rows = _ask(connection, made.sql, values)
        return [_read(row, made.read) for row in rows] if made.read else rows

    def only(self, session: Session, **told: Any) -> Row:
        """The one row that comes back whatever there is, of a statement that counts."""
        (row,) = self.rows(session, **told)
        return row

    def _made_for(self, row_filter: RowFilter, dialect: Dialect, told: Mapping[str, Any]) -> _Made:
        held = self._made.setdefault(row_filter, {})
        key = (
            dialect.name,
            *[len(told[name]) for name in self.lists],
            *[told[name] for name in self.spelt],
        )
        if key not in held:
            held[key] = _make(row_filter.apply(self.statement), dialect, told, self.spelt)
        return held[key]


class ReadyRow:
    """A row that is entered on page after page. No row_filter is put on: a row is entered, and none is looked at."""

    def __init__(self, table: Table, *left_out: str) -> None:
        """`left_out`: the columns that the database fills."""
        names = [column.name for column in table.columns if column.name not in left_out]
        self.statement = insert(table).values(
            {name: bindparam(name, type_=table.columns[name].type) for name in names}
        )
        self._made: dict[str, _Made] = {}

    def enter(self, session: Session, rows: Sequence[Mapping[str, Any]]) -> None:
        """Enter these rows in the session's transaction, with one statement. Hardly ever is there more than one."""
        session.info[CHANGED] = True
        connection = connection_of(session)
        if len(rows) != 1:
            connection.execute(self.statement, [dict(row) for row in rows])
            return
        (row,) = rows
        made = self._made.get(connection.dialect.name)
        if made is None:
            made = self._made[connection.dialect.name] = _make(self.statement, connection.dialect, row)
        _ask(connection, made.sql, _filled(made, row))


def _filled(made: _Made, told: Mapping[str, Any]) -> dict[str, Any]:
    """What the driver is given: what the statement says itself, and what is told this time."""
    values = dict(made.known)
    for name, process in made.told:
        value = told[name]
        values[name] = value if process is None else process(value)
    return values


def _padded(numbers: Sequence[int]) -> list[int]:
    """The numbers, some of them twice, so that there are few lengths to make statements for."""
    length = 1
    while length < len(numbers):
        length *= 2
    return [*numbers, *[numbers[-1]] * (length - len(numbers))]


def _ask(connection: Connection, sql: str, values: Mapping[str, Any]) -> list[Row]:
    """The rows, from the driver itself: what SQLAlchemy puts around a statement it runs costs as much as running it.

    Whoever listens to statements hears of this one too, and an error is SQLAlchemy's, as anywhere else.
    """
    dialect = connection.dialect
    cursor = connection.connection.cursor()
    try:
        for hear in connection.dispatch.before_cursor_execute:
            hear(connection, cursor, sql, values, None, False)
        cursor.execute(sql, values)
        return cursor.fetchall() if cursor.description else []  # type: ignore[return-value]
    except dialect.loaded_dbapi.Error as error:
        gone = dialect.is_disconnect(error, connection.connection, cursor)
        if gone:
            connection.invalidate(error)
        raise DBAPIError.instance(
            sql,
            None,
            error,
            dialect.loaded_dbapi.Error,
            hide_parameters=True,
            connection_invalidated=gone,
            dialect=dialect,
        ) from error
    finally:
        cursor.close()


def _read(row: Any, processes: Sequence[tuple[int, Process]]) -> Row:
    values = list(row)
    for place, process in processes:
        values[place] = process(values[place])
    return tuple(values)


@lru_cache(maxsize=64)
def _writing_out(compiler: type[SQLCompiler], spelt: tuple[str, ...]) -> type[SQLCompiler]:
    """This database's compiler, which writes values out that are the program's own."""

    class WritesOut(compiler):  # type: ignore[misc, valid-type]
        def visit_bindparam(self, bindparam: BindParameter[Any], **told: Any) -> str:
            if not bindparam.required or bindparam.key in spelt:
                told["literal_execute"] = True
            return str(super().visit_bindparam(bindparam, **told))

    return WritesOut


def _make(
    statement: Any, dialect: Dialect, told: Mapping[str, Any], spelt: tuple[str, ...] | None = None
) -> _Made:
    """`spelt`: what is told and written out; None where nothing is, as in a row that is entered."""
    kind: Any = type(dialect)
    named = kind(paramstyle="named") if dialect.positional else copy(dialect)
    if spelt is not None:
        compiler: Any = named.statement_compiler
        named.statement_compiler = _writing_out(compiler, spelt)
    compiled = statement.compile(dialect=named)
    state = compiled.construct_expanded_state(told, escape_names=False)
    asked = {name for bind, name in compiled.bind_names.items() if bind.required} - set(spelt or ())
    lists = {name: places for name, places in state.parameter_expansion.items() if name in asked}
    left_open = asked.union(*lists.values())
    process: dict[str, Process | None] = {
        name: bind.type.dialect_impl(named).bind_processor(named)
        for bind, name in compiled.bind_names.items()
    }
    process.update(state.processors)  # those of the places that lists fill

    def as_driver_takes_it(name: str, value: Any) -> Any:
        how = process.get(name)
        return value if how is None else how(value)

    columns = [
        column.type.dialect_impl(named).result_processor(named, None)
        for column in (statement.selected_columns if statement.is_select else ())
    ]
    return _Made(
        sql=state.statement,
        known={
            name: as_driver_takes_it(name, value)
            for name, value in state.parameters.items()
            if name not in left_open
        },
        told=[(name, process[name]) for name in asked - set(lists)],
        lists=list(lists.items()),
        read=[(place, process) for place, process in enumerate(columns) if process is not None],
    )
