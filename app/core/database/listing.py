"""What a list asks: one page of a table's rows, with what stands beside each, and how many there are.

A list is narrowed by what its reader chose and typed, so its statements cannot all be written down beforehand. But they
come in few shapes: the same SQL, with other values told. A statement is made ready for each shape, and from then on only
run. What the shape of a criterion is, and which values are told, SQLAlchemy says: it is the key by which it knows again
a statement that it has turned into SQL before.
"""

from threading import Lock
from typing import Any, NamedTuple

from sqlalchemy import BindParameter, ColumnElement, Integer, and_, asc, bindparam, case, desc, func, select
from sqlalchemy.orm import Session, joinedload
from sqlalchemy.sql.base import ExecutableOption
from sqlalchemy.sql.visitors import replacement_traverse

from app.core.database.compiled_query import Ready
from app.core.database.row_mapper import JoinMapper, RowMapper, attach

MOST_SHAPES = 200
"""So many statements are kept for a list. Words of a search, filters and orders go together in more ways than anybody
uses, and whoever tries them all fills no memory."""

FEW = 100
"""Four pages."""


class Part(NamedTuple):
    """Which part of a list is read."""

    order: str
    descending: bool
    passed_over: int
    """The rows of the pages before."""
    most: int

    @property
    def near_the_top(self) -> bool:
        """Few rows lie before it."""
        return self.passed_over <= FEW


class Sought(NamedTuple):
    """The rows that a list is narrowed to, and, where they are very many, quicker ways to come by what is shown."""

    criterion: ColumnElement[bool]
    from_the_top: ColumnElement[bool] | None = None
    """The same rows, asked for so that the first pages are soon full: one row after another is looked at."""
    some_of_them: ColumnElement[bool] | None = None
    """Holds for no others, and for more of them than anybody counts unless something else narrows the list too: only
    then are all of them counted."""

    def narrowed(self, *criteria: ColumnElement[bool]) -> "Sought":
        """Those for which all this holds too."""
        return Sought(*[None if each is None else and_(each, *criteria) for each in self])  # type: ignore[arg-type]


class Listing:
    """A table as a list shows it: some of its columns, and some of those of the rows that its rows point at."""

    def __init__(self, row: RowMapper, *joined: tuple[Any, RowMapper], numbered_by: str = "id") -> None:
        """`joined`: each relation of the row, or of what is joined before it, and what is shown of it.

        `numbered_by`: the column in whose order rows get their numbers, so that a list in its order goes by those.
        """
        self._numbered_by = numbered_by
        self.row, self.relations = row, [relation for relation, _ in joined]
        self._together = JoinMapper(row, *[whole for _, whole in joined])
        tables = [each.table for each in self._together.tables]
        self._owners = [tables.index(relation.class_) for relation in self.relations]
        self._ready: dict[Any, Ready] = {}
        self._keeping = Lock()

    @property
    def options(self) -> list[ExecutableOption]:
        """How one row is loaded, to be shown by itself, with what stands beside it."""
        return [joinedload(each) for each in self.relations if each.class_ is self.row.table]

    def page(self, session: Session, sought: Sought, part: Part, count_up_to: int) -> tuple[int, list[Any]]:
        """How many rows there are (nobody counts further than so many), and those of this part, as snapshots."""
        shape = Shape(sought)
        passed = {"passed_over": part.passed_over} if part.passed_over else {}
        key = (part._replace(passed_over=0), bool(passed), part.near_the_top, count_up_to, shape.key)
        ready = self._ready.get(key) or self._keep(key, self._ask_for_part(shape, part, count_up_to))
        rows = ready.rows(session, **passed, **shape.told)
        if not rows:  # a part beyond the end has no row to say how many there are
            return (self._count(session, shape, count_up_to) if part.passed_over else 0), []
        return rows[0][-1], [self._beside(self._together.split(row)) for row in rows]

    def _count(self, session: Session, shape: "Shape", up_to: int) -> int:
        key = (up_to, shape.key)
        ready = self._ready.get(key) or self._keep(key, Ready(select(self._how_many(shape.sought, up_to))))
        return int(ready.only(session, **shape.told)[0])

    def _beside(self, found: list[Any]) -> Any:
        """The row, with the others where the model has them."""
        for relation, owner, other in zip(self.relations, self._owners, found[1:], strict=True):
            if found[owner] is not None:
                attach(found[owner], **{relation.key: other})
        return found[0]

    def _ask_for_part(self, shape: "Shape", part: Part, count_up_to: int) -> Ready:
        sought = shape.sought
        statement = select(*self._together.columns, self._how_many(sought, count_up_to)).select_from(
            self.row.table
        )
        for relation in self.relations:
            statement = statement.outerjoin(relation)
        turned = desc if part.descending else asc
        order = [turned(self.row.table.id)]  # or rows that are alike would change places between pages
        if part.order not in {"id", self._numbered_by}:
            order.insert(0, turned(getattr(self.row.table, part.order)))
        wanted = sought.from_the_top if part.near_the_top else None
        statement = statement.where(sought.criterion if wanted is None else wanted).order_by(*order)
        statement = statement.limit(part.most)
        # PostgreSQL takes an offset that it is not told for many rows, and would not go by an index.
        if part.passed_over:
            statement = statement.offset(bindparam("passed_over", type_=Integer()))
        return Ready(statement)

    def _how_many(self, sought: Sought, up_to: int) -> ColumnElement[int]:
        """Asked with the rows: neither database counts again for the next row, nor at all where there is none."""
        all_of_them = self._counted(sought.criterion, up_to)
        if sought.some_of_them is None:
            return all_of_them
        return case((self._counted(sought.some_of_them, up_to) == up_to, up_to), else_=all_of_them)

    def _counted(self, criterion: ColumnElement[bool], up_to: int) -> ColumnElement[int]:
        few = select(self.row.table.id).where(criterion).limit(up_to)
        return select(func.count()).select_from(few.correlate(None).subquery()).scalar_subquery()

    def _keep(self, key: Any, ready: Ready) -> Ready:
        with self._keeping:
            while len(self._ready) >= MOST_SHAPES:
                self._ready.pop(next(iter(self._ready)))
            return self._ready.setdefault(key, ready)


class Shape:
    """What is the same in everything sought that differs only in what is told, and what this one tells.

    `sought` has a place for each value and none of the values, so that whatever is kept of it tells nobody else what
    somebody typed.
    """

    def __init__(self, sought: Sought) -> None:
        self._parts = [
            None if each is None else _Criterion(each, f"told_{n}_") for n, each in enumerate(sought)
        ]
        self.key: Any = tuple(part and part.key for part in self._parts)
        self.told = {name: value for part in self._parts if part for name, value in part.told.items()}

    @property
    def sought(self) -> Sought:
        """The same without its values."""
        return Sought(*[part and part.opened() for part in self._parts])  # type: ignore[arg-type]


class _Criterion:
    """One criterion, and a name for the place of each of its values."""

    def __init__(self, criterion: ColumnElement[bool], prefix: str) -> None:
        found = criterion._generate_cache_key()
        if found is None:
            raise TypeError(
                "SQLAlchemy does not know again this criterion, so that no statement can be kept for it"
            )
        self.key: Any = found.key
        self.told = {f"{prefix}{place}": _value(bind) for place, bind in enumerate(found.bindparams)}
        self._given, self._binds = criterion, found.bindparams

    def opened(self) -> ColumnElement[bool]:
        """The criterion without its values."""
        places = {
            id(bind): bindparam(name, type_=bind.type)
            for name, bind in zip(self.told, self._binds, strict=True)
        }
        opened: ColumnElement[bool] = replacement_traverse(
            self._given, {}, lambda element, **_: places.get(id(element))
        )
        left = opened._generate_cache_key()
        if left is None or [bind.key for bind in left.bindparams] != list(self.told):
            raise TypeError("a value would have stayed in the statement")
        return opened


def _value(bind: BindParameter[Any]) -> Any:
    if bind.expanding or bind.literal_execute or bind.required:
        raise TypeError(f"{bind.key} is a list, or not told: a listing's criteria have single values in them")
    return bind.effective_value
