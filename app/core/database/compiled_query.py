"""SELECT statements that are compiled once per row filter and run as SQL.

Through `session.execute` SQLAlchemy looks up each statement by a key that holds every row policy, and gives its rows the
form that objects need. That costs 0.15 to 0.4 ms a statement, more than running it (docs/adr/0005). Pages that are asked for
all day use a CompiledQuery; anything else uses `session.execute`.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import Dialect, Select
from sqlalchemy.orm import Session

from app.core.database.row_filter import RowFilter, row_filter_of, row_filter_params, with_inline_values

Row = tuple[Any, ...]
Convert = Callable[[Any], Any]


@dataclass(frozen=True)
class _Sql:
    """A statement as the driver takes it, and how values go in and come out."""

    text: str
    constants: Mapping[str, Any]
    params: Sequence[tuple[str, Convert | None]]
    expanded: Sequence[tuple[str, Sequence[str]]]
    """The names that the values of each list go by."""
    columns: Sequence[tuple[int, Convert]]
    """The columns whose values need converting."""

    def values(self, params: Mapping[str, Any]) -> dict[str, Any]:
        """Return the driver's parameters. Raises KeyError for one that is missing."""
        values = dict(self.constants)
        for name, convert in self.params:
            values[name] = params[name] if convert is None else convert(params[name])
        for name, places in self.expanded:
            values.update(zip(places, params[name], strict=True))
        return values

    def convert(self, row: Sequence[Any]) -> Row:
        """Return the row with the values that its columns' types have in Python."""
        values = list(row)
        for place, convert in self.columns:
            values[place] = convert(values[place])
        return tuple(values)


class CompiledQuery:
    """A SELECT of columns with bind parameters.

    A parameter made with `expanding=True` takes a list of numbers. One made with `literal_execute=True` is written into the
    SQL, which the planner needs for a LIMIT; it must have few different values, since each is compiled for itself. The
    statement's own values are written into the SQL too, so that the planner can use partial indexes.
    """

    def __init__(self, statement: Select[*tuple[Any, ...]]) -> None:
        self.statement = with_inline_values(statement)
        self._compiled: WeakKeyDictionary[RowFilter, dict[Any, _Sql]] = WeakKeyDictionary()

    def rows(self, session: Session, **params: Any) -> list[Row]:
        """Return the rows that the session's row filter lets through. What was changed before is written first."""
        session.flush()
        connection = session.connection()
        expanding, literal = self._variable
        params.update({name: _padded(params[name]) for name in expanding})
        params.update(row_filter_params(session))
        key = (
            connection.dialect.name,
            *[len(params[name]) for name in expanding],
            *[params[name] for name in literal],
        )
        compiled = self._compiled.setdefault(row_filter_of(session), {})
        if key not in compiled:
            statement: Any = row_filter_of(session).apply(self.statement)
            compiled[key] = _compile(statement, connection.dialect, params)
        sql = compiled[key]
        found = connection.exec_driver_sql(sql.text, sql.values(params))
        return [sql.convert(row) for row in found] if sql.columns else [tuple(row) for row in found]

    def one(self, session: Session, **params: Any) -> Row:
        """Return the only row. Raises ValueError when there is none or more."""
        (row,) = self.rows(session, **params)
        return row

    @cached_property
    def _variable(self) -> tuple[Sequence[str], Sequence[str]]:
        """Return the names of the parameters whose number of values, and of those whose value, changes the SQL."""
        required = [bind for bind in self.statement.compile().bind_names if bind.required]
        expanding = [bind.key for bind in required if bind.expanding]
        return expanding, [bind.key for bind in required if bind.literal_execute]


def _padded(numbers: list[int]) -> list[int]:
    """Return the numbers, the last one repeated, so that few lengths are compiled."""
    length = 1
    while length < len(numbers):
        length *= 2
    return [*numbers, *numbers[-1:] * (length - len(numbers))]


def _compile(statement: Select[*tuple[Any, ...]], dialect: Dialect, params: Mapping[str, Any]) -> _Sql:
    compiled: Any = statement.compile(dialect=dialect)
    state = compiled.construct_expanded_state(params)
    converts: dict[str, Convert | None] = {
        name: bind.type.dialect_impl(dialect).bind_processor(dialect)
        for bind, name in compiled.bind_names.items()
    }
    converts.update(state.processors)
    given = {name for bind, name in compiled.bind_names.items() if bind.required}
    expanded = {name: places for name, places in state.parameter_expansion.items() if name in given}
    places = {place for names in expanded.values() for place in names}

    def converted(name: str, value: Any) -> Any:
        convert = converts.get(name)
        return value if convert is None else convert(value)

    columns = [
        column.type.dialect_impl(dialect).result_processor(dialect, None)
        for column in statement.selected_columns
    ]
    return _Sql(
        text=state.statement,
        constants={
            name: converted(name, value)
            for name, value in state.parameters.items()
            if name not in given and name not in places
        },
        params=[(name, converts.get(name)) for name in state.parameters if name in given - set(expanded)],
        expanded=list(expanded.items()),
        columns=[(place, convert) for place, convert in enumerate(columns) if convert is not None],
    )
