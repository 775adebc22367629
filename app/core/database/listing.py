"""Generated lists: read one page of a table with its related rows, and count how many rows there are."""

from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Integer, and_, asc, case, desc, func, literal, select
from sqlalchemy.orm import Session, joinedload
from sqlalchemy.sql.base import ExecutableOption

from app.core.database.row_mapper import JoinMapper, RowMapper, attach

FIRST_PAGES = 100
"""Rows: four pages."""


class Page(NamedTuple):
    """The order of a list, and which of its rows to read."""

    order: str
    descending: bool
    offset: int
    limit: int


class Criteria(NamedTuple):
    """Which rows a list shows; where they are very many, also quicker ways to read and to count them."""

    criterion: ColumnElement[bool]
    for_first_pages: ColumnElement[bool] | None = None
    """The same rows, written so that reading row after row soon fills the first pages."""
    subset: ColumnElement[bool] | None = None
    """True for some of these rows and no others. If the subset reaches the most that is counted, the rest is not counted."""

    def where(self, *criteria: ColumnElement[bool]) -> "Criteria":
        """Return the rows for which these criteria are true as well."""
        return Criteria(*[None if each is None else and_(each, *criteria) for each in self])  # type: ignore[arg-type]


class Listing:
    """The columns that a list shows, of a table and of its relations."""

    def __init__(self, row: RowMapper, *joined: tuple[Any, RowMapper], numbered_by: str = "id") -> None:
        """Take the table's columns, and those of each relation of the table or of a relation before it.

        `numbered_by` is the column in whose order ids are given, so that ordering by it can use the ids.
        """
        self._numbered_by = numbered_by
        self.row, self.relations = row, [relation for relation, _ in joined]
        self._mapper = JoinMapper(row, *[mapper for _, mapper in joined])
        tables = [each.table for each in self._mapper.tables]
        self._owners = [tables.index(relation.class_) for relation in self.relations]

    @property
    def options(self) -> list[ExecutableOption]:
        """Return the loader options for one row with the relations that the list shows."""
        return [joinedload(each) for each in self.relations if each.class_ is self.row.table]

    def page(
        self, session: Session, criteria: Criteria, page: Page, count_up_to: int
    ) -> tuple[int, list[Any]]:
        """Return how many rows there are, at most `count_up_to`, and snapshots of those of the page."""
        count = self._count(criteria, count_up_to)
        rows = self._in_order(session, criteria, count, page)
        if rows:
            return rows[0][-1], [self._attached(self._mapper.split(row)) for row in rows]
        # Beyond the last page there is no row that has the count.
        return (session.execute(select(count)).scalar_one() if page.offset else 0), []

    def _in_order(
        self, session: Session, criteria: Criteria, count: ColumnElement[int], page: Page
    ) -> list[Any]:
        """Return the rows of the page, each with the count; those without a value in the column of the order come last.

        They are read by a statement of their own: each database has its own place for them in the index.
        """
        column = getattr(self.row.table, page.order)
        if not column.nullable:
            return self._read(session, criteria, count, page)
        with_value = criteria.where(column.is_not(None))
        rows = self._read(session, with_value, count, page)
        missing = page.limit - len(rows)
        if not missing:
            return rows
        before = page.offset + len(rows)
        if page.offset and not rows:
            before = session.execute(select(self._counted(with_value.criterion, page.offset))).scalar_one()
        rest = Page("id", page.descending, page.offset + len(rows) - before, missing)
        return rows + self._read(session, criteria.where(column.is_(None)), count, rest)

    def _read(self, session: Session, criteria: Criteria, count: ColumnElement[int], page: Page) -> list[Any]:
        wanted = criteria.for_first_pages if page.offset <= FIRST_PAGES else None
        statement = select(*self._mapper.columns, count).select_from(self.row.table)
        for relation in self.relations:
            statement = statement.outerjoin(relation)
        statement = statement.where(criteria.criterion if wanted is None else wanted)
        statement = statement.order_by(*self._order(page)).limit(_literal(page.limit))
        if page.offset:
            statement = statement.offset(page.offset)
        return list(session.execute(statement))

    def _attached(self, found: list[Any]) -> Any:
        """Return the row, with its relations where the model has them."""
        for relation, owner, other in zip(self.relations, self._owners, found[1:], strict=True):
            if found[owner] is not None:
                attach(found[owner], **{relation.key: other})
        return found[0]

    def _order(self, page: Page) -> list[ColumnElement[Any]]:
        turned = desc if page.descending else asc
        order = [turned(self.row.table.id)]  # without it, equal rows could change places between pages
        if page.order not in {"id", self._numbered_by}:
            order.insert(0, turned(getattr(self.row.table, page.order)))
        return order

    def _count(self, criteria: Criteria, up_to: int) -> ColumnElement[int]:
        """Count in the same statement as the page: both databases evaluate it once, and not at all without rows."""
        everything = self._counted(criteria.criterion, up_to)
        if criteria.subset is None:
            return everything
        return case((self._counted(criteria.subset, up_to) == up_to, up_to), else_=everything)

    def _counted(self, criterion: ColumnElement[bool], up_to: int) -> ColumnElement[int]:
        rows = select(self.row.table.id).where(criterion).limit(_literal(up_to))
        return select(func.count()).select_from(rows.correlate(None).subquery()).scalar_subquery()


def _literal(number: int) -> ColumnElement[int]:
    """Write a LIMIT into the SQL: PostgreSQL takes one that is a parameter for a tenth of all rows."""
    return literal(number, Integer(), literal_execute=True)
