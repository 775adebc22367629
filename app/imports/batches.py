"""Upload a file to be checked, decide about its rows, confirm, discard and undo an import.

Each of these only changes the state of the batch; the worker does the work (running.py).
"""

from collections.abc import Mapping

from sqlalchemy import delete, func, select, update

from app.core.activity_limits import UPLOADS, count_mine
from app.core.errors import FieldError, Forbidden, InvalidState, TooMany, ValidationFailed
from app.core.text_input import character_faults, clean_line
from app.core.unit_of_work import UnitOfWork
from app.core.wording import N_, Wording
from app.imports.events import ImportConfirmed, ImportDiscarded, ImportStarted, ImportUndoStarted
from app.imports.kinds import kind_of
from app.imports.rules.columns import HeadingError, match_headings
from app.imports.rules.files import FileError, open_sheet
from app.imports.rules.states import BatchState, ImportKind, RowChoice, RowState, may_import
from app.imports.tables import ImportBatch, ImportRow

LONGEST_TITLE = 100
ENDED = (BatchState.imported, BatchState.importing)


def check_file(kind: ImportKind, content: bytes) -> None:
    """Check that a file can be opened and has the columns of its kind. Raises ValidationFailed."""
    try:
        match_headings(kind_of(kind).columns, open_sheet(content).headings)
    except (FileError, HeadingError) as error:
        raise ValidationFailed(FieldError("file", error.text)) from None


def start_import(work: UnitOfWork, kind: ImportKind, title: str, content: bytes) -> ImportBatch:
    """Store a file whose rows the worker will check, and return its batch. Nothing else is written.

    Raises Forbidden for a kind that this person may not import, and ValidationFailed.
    """
    if not may_import(work.me, kind):
        raise Forbidden("start_import")
    if faults := _title_faults(title):
        raise ValidationFailed(*faults)
    check_file(kind, content)
    try:
        count_mine(work, UPLOADS)
    except TooMany as many:
        text = N_("You have uploaded many files in a short time. Wait an hour, then try again")
        raise ValidationFailed(FieldError("file", Wording(text))) from many
    batch = work.add(
        ImportBatch(
            kind=kind,
            title=clean_line(title),
            content=content,
            started_by_id=work.me.user_id,
            created_at=work.now,
        )
    )
    work.record(ImportStarted(batch_id=batch.id, kind=kind.name))
    return batch


def choose(work: UnitOfWork, batch_id: int, choices: Mapping[int, RowChoice], rest: RowChoice | None) -> None:
    """Record what becomes of rows that may be about a record in the portal; `rest` is for those not decided yet."""
    batch = _held(work, batch_id)
    if batch.state is not BatchState.checked:
        raise InvalidState("choose")
    allowed = kind_of(batch.kind).choices
    open_rows = (
        ImportRow.batch_id == batch_id,
        ImportRow.is_doubtful.is_(True),
        ImportRow.state.in_((RowState.doubtful, RowState.ready, RowState.left_out)),
    )
    for choice in allowed:
        state = RowState.left_out if choice is RowChoice.leave else RowState.ready
        values = {"choice": choice, "state": state}
        if chosen := [row_id for row_id, each in choices.items() if each is choice]:
            decided = update(ImportRow).where(*open_rows, ImportRow.id.in_(chosen))
            work.session.execute(decided.values(values))
        if rest is choice:
            undecided = update(ImportRow).where(
                ImportRow.batch_id == batch_id, ImportRow.state == RowState.doubtful
            )
            work.session.execute(undecided.values(values))


def confirm(work: UnitOfWork, batch_id: int) -> ImportBatch:
    """Let the worker write the rows that are ready, and return the batch. Pressing twice confirms once.

    Rows with faults, and rows not decided, are left out. Raises ValidationFailed where no row is ready.
    """
    batch = _held(work, batch_id)
    if batch.state in (BatchState.importing, BatchState.imported):
        return batch
    if batch.state is not BatchState.checked:
        raise InvalidState("confirm")
    ready = counts_of(work, batch).get(RowState.ready, 0)
    if not ready:
        raise ValidationFailed(FieldError("confirm", Wording(N_("No row is ready to import"))))
    batch.state = BatchState.importing
    batch.confirmed_by_id, batch.confirmed_at = work.me.user_id, work.now
    work.record(ImportConfirmed(batch_id=batch.id, kind=batch.kind.name, rows=ready))
    return batch


def discard(work: UnitOfWork, batch_id: int) -> ImportBatch:
    """Throw away a file before anything of it is written, with its rows, and return the batch."""
    batch = _held(work, batch_id)
    if batch.state is BatchState.discarded:
        return batch
    if batch.state not in (BatchState.checked, BatchState.checking, BatchState.reading):
        raise InvalidState("discard")
    keep_counts(work, batch)
    work.session.execute(delete(ImportRow).where(ImportRow.batch_id == batch_id))
    batch.state, batch.content, batch.finished_at = BatchState.discarded, None, work.now
    work.record(ImportDiscarded(batch_id=batch.id, kind=batch.kind.name))
    return batch


def undo(work: UnitOfWork, batch_id: int) -> ImportBatch:
    """Let the worker take back what an import made and changed, and return the batch. Rows not written yet are not written.

    Raises InvalidState once its rows are deleted.
    """
    batch = _held(work, batch_id)
    if batch.state in (BatchState.undoing, BatchState.undone):
        return batch
    if not may_be_undone(work, batch):
        raise InvalidState("undo")
    batch.state = BatchState.undoing
    batch.undone_by_id, batch.undone_at = work.me.user_id, work.now
    work.record(ImportUndoStarted(batch_id=batch.id, kind=batch.kind.name))
    return batch


def may_be_undone(work: UnitOfWork, batch: ImportBatch) -> bool:
    """Return whether an import was begun and its rows are still stored."""
    return batch.state in ENDED and bool(counts_of(work, batch)) and not batch.counts


def counts_of(work: UnitOfWork, batch: ImportBatch) -> dict[RowState, int]:
    """Return how many rows are in each state."""
    if batch.counts:
        return {RowState[name]: number for name, number in batch.counts.items()}
    counted = select(ImportRow.state, func.count()).where(ImportRow.batch_id == batch.id)
    return dict(work.session.execute(counted.group_by(ImportRow.state)).all())


def keep_counts(work: UnitOfWork, batch: ImportBatch) -> None:
    """Store the number of rows in each state with the batch, before its rows are deleted."""
    batch.counts = {state.name: number for state, number in counts_of(work, batch).items()}


def _held(work: UnitOfWork, batch_id: int) -> ImportBatch:
    """Return a batch locked for a change of its state. Raises NotFound, and Forbidden for those who may not import it."""
    batch = work.get(ImportBatch, batch_id)
    if not may_import(work.me, batch.kind):
        raise Forbidden("import")
    held = select(ImportBatch).where(ImportBatch.id == batch_id).with_for_update()
    return work.session.scalars(held.execution_options(populate_existing=True)).one()


def _title_faults(title: str) -> list[FieldError]:
    text = clean_line(title)
    if not text:
        return [FieldError("title", Wording(N_("Enter a title")))]
    if len(text) > LONGEST_TITLE:
        return [
            FieldError("title", Wording(N_("Use %(longest)s characters or fewer"), longest=LONGEST_TITLE))
        ]
    return character_faults("title", text)
