"""Queries for the pages of imports. The row filter shows each person only the imports of their kinds."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from app.core.unit_of_work import UnitOfWork
from app.imports.rules.states import EXPLAINED, RowState
from app.imports.tables import ImportBatch, ImportRow

MOST_LISTED = 100
ON_A_PAGE = 50
MOST_EXPORTED = 50_001


def batches_listed(work: UnitOfWork) -> list[ImportBatch]:
    """Return the newest imports, each with the person who began it."""
    newest = select(ImportBatch).options(joinedload(ImportBatch.started_by)).order_by(ImportBatch.id.desc())
    return list(work.session.scalars(newest.limit(MOST_LISTED)))


def rows_in(work: UnitOfWork, batch_id: int, states: Sequence[RowState], after: int) -> list[ImportRow]:
    """Return the rows in these states whose number is above `after`: a page, and one more if there are more."""
    rows = select(ImportRow).where(
        ImportRow.batch_id == batch_id, ImportRow.state.in_(states), ImportRow.number > after
    )
    return list(work.session.scalars(rows.order_by(ImportRow.number).limit(ON_A_PAGE + 1)))


def doubtful_rows(work: UnitOfWork, batch_id: int, after: int) -> list[ImportRow]:
    """Return the rows that may be about a record in the portal, decided or not: a page, and one more if there are more."""
    rows = select(ImportRow).where(
        ImportRow.batch_id == batch_id,
        ImportRow.is_doubtful.is_(True),
        ImportRow.number > after,
    )
    return list(work.session.scalars(rows.order_by(ImportRow.number).limit(ON_A_PAGE + 1)))


def explained_rows(work: UnitOfWork, batch_id: int) -> list[ImportRow]:
    """Return every row with a fault or a reason, for a file."""
    rows = select(ImportRow).where(ImportRow.batch_id == batch_id, ImportRow.state.in_(EXPLAINED))
    return list(work.session.scalars(rows.order_by(ImportRow.number).limit(MOST_EXPORTED)))
