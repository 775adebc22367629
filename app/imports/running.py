"""The worker's part of an import: read the file, check its rows, write them, take them back.

It works in small transactions: one for a stretch of checked rows, and one for each row that is written. When the worker
is stopped at any moment, the next one goes on where the last transaction ended, and nothing is written twice.
"""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, cast

from sqlalchemy import Select, Table, delete, insert, select, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import undefer

from app.accounts.queries.people import readers
from app.core.database.row_filter import bypass_row_filter
from app.core.errors import PortalError, ValidationFailed
from app.core.roles import Principal
from app.core.unit_of_work import AppContext, UnitOfWork, unit_of_work
from app.core.wording import N_, Wording
from app.imports.batches import counts_of, keep_counts
from app.imports.events import ImportFinished, ImportUndone
from app.imports.faults import stored_faults, stored_note, stored_text
from app.imports.kinds import kind_of
from app.imports.kinds.base import Kind, Written
from app.imports.rules.columns import CheckedRow, HeadingError, clean_row, match_headings
from app.imports.rules.files import FileError, open_sheet
from app.imports.rules.states import RUNNING, BatchState, RowChoice, RowState
from app.imports.tables import ImportBatch, ImportRow

log = logging.getLogger(__name__)

AT_ONCE = 200
"""Rows that are checked in one transaction, and rows that are looked up at once to be written."""
LASTS = timedelta(days=30)
"""How long an import can be undone, and how long rows wait to be confirmed; then its rows are deleted."""
COULD_NOT = N_("It could not be written. Enter it in the portal")

Stop = Callable[[], bool]


@dataclass(frozen=True)
class _Job:
    """A batch on which there is work to do, and the person for whom it is done."""

    batch_id: int
    kind: Kind
    state: BatchState
    who: Principal


def run_imports(context: AppContext, stop: Stop = lambda: False) -> int:
    """Do all work that waits on imports, the oldest first, and return how many steps were taken."""
    steps = 0
    while not stop() and (job := _next_job(context)) is not None:
        steps += 1
        _STEPS[job.state](context, job, stop)
    return steps


def forget_old(context: AppContext) -> None:
    """Delete the rows of imports that ended, or were left unconfirmed, 30 days ago. The batches stay, with their counts."""
    before = context.clock.now() - LASTS
    with unit_of_work(context, None) as work:
        bypass_row_filter(work.session, "the rows of old imports are deleted")
        ended = select(ImportBatch).where(
            ImportBatch.state.not_in(RUNNING),
            ImportBatch.created_at < before,
            ImportBatch.id.in_(select(ImportRow.batch_id)),
        )
        for batch in work.session.scalars(ended):
            if batch.finished_at is not None and batch.finished_at >= before:
                continue
            keep_counts(work, batch)
            work.session.execute(delete(ImportRow).where(ImportRow.batch_id == batch.id))
            if batch.state is BatchState.checked:
                batch.state, batch.finished_at = BatchState.discarded, work.now


def _next_job(context: AppContext) -> _Job | None:
    """Return the oldest batch with work, or None. A batch whose person may no longer import is put back."""
    of = ImportBatch.__table__.c
    people_of = (of.started_by_id, of.confirmed_by_id, of.undone_by_id)
    waiting = select(of.id, of.kind, of.state, *people_of).where(of.state.in_(RUNNING)).order_by(of.id)
    with context.database.open() as session:
        for batch_id, kind, state, *people in session.execute(waiting).all():
            person_id = people[{BatchState.importing: 1, BatchState.undoing: 2}.get(state, 0)]
            reader = readers(session.connection(), {person_id}).get(person_id)
            of_kind = kind_of(kind)
            if reader is not None and of_kind.may(reader.principal):
                return _Job(batch_id, of_kind, state, reader.principal)
            back = {BatchState.importing: BatchState.checked, BatchState.undoing: BatchState.imported}
            given_back = back.get(state, BatchState.discarded)
            log.warning("an import was put back: the person may not import any more")
            put_back = update(cast(Table, ImportBatch.__table__)).where(of.id == batch_id, of.state == state)
            session.execute(put_back.values(state=given_back))
            session.commit()
    return None


@contextmanager
def _in_state(context: AppContext, job: _Job, *, alone: bool) -> Iterator[UnitOfWork | None]:
    """Open a unit of work in which the batch stays in its state; yield None where it is in another by now.

    `alone`: no other worker is at the same batch until the commit.
    """
    with unit_of_work(context, job.who) as work:
        work.is_silent = job.kind.is_silent
        held = select(ImportBatch.state).where(ImportBatch.id == job.batch_id)
        state = work.session.scalar(held.with_for_update(read=not alone))
        yield work if state is job.state else None


def _read(context: AppContext, job: _Job, _stop: Stop) -> None:
    """Store the rows of a file, and throw the file away."""
    with unit_of_work(context, job.who, commit=False) as reading:
        content = reading.get(ImportBatch, job.batch_id, undefer(ImportBatch.content)).content or b""
    refusal, rows = None, []
    try:
        rows = list(_rows_of(job, content))
        if not rows:
            refusal = Wording(N_("The file has headings and no rows"))
    except (FileError, HeadingError) as error:
        refusal = error.text
    with _in_state(context, job, alone=True) as work:
        if work is None:
            return
        values: dict[str, Any] = {"content": None, "state": BatchState.checking}
        if refusal is not None:
            values |= {"state": BatchState.refused, "refusal": stored_text(refusal), "finished_at": work.now}
        else:
            work.session.execute(insert(ImportRow), rows)
        work.session.execute(update(ImportBatch).where(ImportBatch.id == job.batch_id).values(values))


def _rows_of(job: _Job, content: bytes) -> Iterator[dict[str, Any]]:
    sheet = open_sheet(content)
    places = match_headings(job.kind.columns, sheet.headings)
    for number, line in sheet.rows:
        cells = {name: line[place] if place < len(line) else "" for name, place in places.items()}
        yield {"batch_id": job.batch_id, "number": number, "cells": cells}


def _check(context: AppContext, job: _Job, stop: Stop) -> None:
    """Check the rows, a stretch at a time, until none is unchecked."""
    while not stop():
        with _in_state(context, job, alone=True) as work:
            if work is None:
                return
            stored = list(work.session.scalars(_rows(ImportRow, job, RowState.unchecked)))
            if not stored:
                work.session.execute(_now_in(job, BatchState.checked))
                return
            rows = [CheckedRow(each.number, {k: str(v) for k, v in each.cells.items()}) for each in stored]
            for row in rows:
                clean_row(job.kind.columns, row)
            job.kind.check(work, [row for row in rows if not row.faults])
            for each, row in zip(stored, rows, strict=True):
                _note(each, row)


def _note(stored: ImportRow, row: CheckedRow) -> None:
    stored.cells, stored.match_id = row.values, row.match_id
    if row.faults:
        stored.state, stored.faults = RowState.faulty, stored_faults(row.faults)
    elif row.note is not None:
        stored.state, stored.faults = RowState.left_out, stored_note(row.note)
        stored.match_id = None
    elif row.match_id is not None and not row.is_certain:
        stored.state, stored.is_doubtful = RowState.doubtful, True
    else:
        stored.state = RowState.ready
        stored.choice = RowChoice.same if row.match_id is not None else None


def _write(context: AppContext, job: _Job, stop: Stop) -> None:
    """Write the rows that are ready, each in a transaction of its own, until none is left."""
    while not stop():
        numbers = _row_ids(context, job, RowState.ready)
        for row_id in numbers:
            if stop():
                return
            if not _each(context, job, row_id, _write_one):
                return
        if not numbers:
            _finish(context, job, BatchState.imported)
            return


def _undo(context: AppContext, job: _Job, stop: Stop) -> None:
    """Take back the rows that were written, the last first, each in a transaction of its own."""
    while not stop():
        numbers = _row_ids(context, job, RowState.done)
        for row_id in numbers:
            if stop():
                return
            if not _each(context, job, row_id, _undo_one):
                return
        if not numbers:
            _finish(context, job, BatchState.undone)
            return


def _each(context: AppContext, job: _Job, row_id: int, step: Callable[[UnitOfWork, _Job, int], None]) -> bool:
    """Do one row, and note where it could not be done; return False once the batch is in another state.

    Errors of the database itself are raised: the row is tried again at the next turn.
    """
    try:
        with _in_state(context, job, alone=False) as work:
            if work is None:
                return False
            step(work, job, row_id)
        return True
    except ValidationFailed as refused:
        faults = stored_faults(refused.faults)
    except PortalError:
        faults = stored_note(Wording(COULD_NOT))
    except DBAPIError as error:
        if error.connection_invalidated or not _is_about_the_row(error):
            raise
        faults = stored_note(Wording(COULD_NOT))
    except (ValueError, TypeError, LookupError, AttributeError, AssertionError) as error:
        log.error("row %s of an import could not be done: %s", row_id, type(error).__name__)
        faults = stored_note(Wording(COULD_NOT))
    failed = RowState.failed if job.state is BatchState.importing else RowState.remains
    with _in_state(context, job, alone=False) as work:
        if work is not None:
            values = {"state": failed, "faults": faults}
            work.session.execute(update(ImportRow).where(ImportRow.id == row_id).values(values))
    return True


def _is_about_the_row(error: DBAPIError) -> bool:
    """Return whether the values of a row were refused by the database: a unique index, a missing reference."""
    code = getattr(error.orig, "sqlstate", None) or getattr(error.orig, "sqlite_errorname", "")
    return str(code).startswith(("22", "23", "SQLITE_CONSTRAINT"))


def _write_one(work: UnitOfWork, job: _Job, row_id: int) -> None:
    found = select(ImportRow.cells, ImportRow.match_id, ImportRow.choice).where(ImportRow.id == row_id)
    if not _claimed(work, row_id, RowState.ready, RowState.done):
        return
    cells, match_id, choice = work.session.execute(found).one()
    known_id = match_id if choice is RowChoice.same else None
    written = job.kind.apply(work, cells, known_id, is_decided=choice is RowChoice.new)
    values = {
        "cells": {},
        "record_id": written.record_id,
        "is_new": written.is_new,
        "changes": dict(written.changes),
    }
    work.session.execute(update(ImportRow).where(ImportRow.id == row_id).values(values))


def _undo_one(work: UnitOfWork, job: _Job, row_id: int) -> None:
    found = select(ImportRow.record_id, ImportRow.is_new, ImportRow.changes).where(ImportRow.id == row_id)
    if not _claimed(work, row_id, RowState.done, RowState.undone):
        return
    record_id, is_new, changes = work.session.execute(found).one()
    why_not = job.kind.undo(work, Written(record_id, is_new, changes))
    if why_not is not None:
        values = {"state": RowState.remains, "faults": stored_note(why_not)}
        work.session.execute(update(ImportRow).where(ImportRow.id == row_id).values(values))


def _claimed(work: UnitOfWork, row_id: int, before: RowState, after: RowState) -> bool:
    """Change the state of a row; return False where another worker has done so. It waits for one that is at it."""
    claim = update(ImportRow).where(ImportRow.id == row_id, ImportRow.state == before).values(state=after)
    result: Any = work.session.execute(claim)
    return bool(result.rowcount)


def _row_ids(context: AppContext, job: _Job, state: RowState) -> list[int]:
    with unit_of_work(context, job.who, commit=False) as work:
        return list(work.session.scalars(_rows(ImportRow.id, job, state)))


def _rows(what: Any, job: _Job, state: RowState) -> Select[Any]:
    in_order = ImportRow.number.desc() if job.state is BatchState.undoing else ImportRow.number
    rows = select(what).where(ImportRow.batch_id == job.batch_id, ImportRow.state == state)
    return rows.order_by(in_order).limit(AT_ONCE)


def _now_in(job: _Job, state: BatchState) -> Any:
    return update(ImportBatch).where(ImportBatch.id == job.batch_id).values(state=state)


def _finish(context: AppContext, job: _Job, state: BatchState) -> None:
    with _in_state(context, job, alone=True) as work:
        if work is None:
            return
        batch = work.get(ImportBatch, job.batch_id)
        counts = counts_of(work, batch)
        batch.state, batch.finished_at = state, work.now
        names: dict[str, Any] = {"batch_id": batch.id, "kind": batch.kind.name}
        if state is BatchState.imported:
            rows, failed = counts.get(RowState.done, 0), counts.get(RowState.failed, 0)
            work.record(ImportFinished(**names, rows=rows, failed=failed))
        else:
            rows, remain = counts.get(RowState.undone, 0), counts.get(RowState.remains, 0)
            work.record(ImportUndone(**names, rows=rows, remain=remain))


_STEPS: dict[BatchState, Callable[[AppContext, _Job, Stop], None]] = {
    BatchState.reading: _read,
    BatchState.checking: _check,
    BatchState.importing: _write,
    BatchState.undoing: _undo,
}
