"""Tables of imports: one batch for each file, and its rows while they may be needed."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, LargeBinary, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.accounts.tables.people import Person
from app.core.base import Row
from app.imports.rules.states import BatchState, ImportKind, RowChoice, RowState


class ImportBatch(Row):
    """One file from another system, with who imported it and how far the import is."""

    __tablename__ = "import_batch"
    __table_args__ = (Index("ix_import_batch_state", "state", "id"),)

    kind: Mapped[ImportKind] = mapped_column()
    title: Mapped[str] = mapped_column()
    """What the person calls it. The name of the file is not stored, because it may name a child."""
    state: Mapped[BatchState] = mapped_column(default=BatchState.reading)
    content: Mapped[bytes | None] = mapped_column(LargeBinary(), deferred=True)
    """The file until its rows are stored."""
    refusal: Mapped[dict[str, Any] | None] = mapped_column()
    """Why the file could not be read: a sentence with its values."""
    counts: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """The number of rows by their state, once the rows are deleted."""
    started_by_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id"))
    confirmed_by_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"))
    confirmed_at: Mapped[datetime | None] = mapped_column()
    finished_at: Mapped[datetime | None] = mapped_column()
    """When all its rows were imported, or it was refused or discarded."""
    undone_by_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"))
    undone_at: Mapped[datetime | None] = mapped_column()

    started_by: Mapped[Person] = relationship(foreign_keys=[started_by_id], lazy="raise_on_sql")


class ImportRow(Row):
    """One row of a file: its values, what is wrong with it, and what it made or changed. Deleted with the time to undo."""

    __tablename__ = "import_row"
    __table_args__ = (
        UniqueConstraint("batch_id", "number"),
        Index("ix_import_row_state", "batch_id", "state", "number"),
    )

    batch_id: Mapped[int] = mapped_column(ForeignKey("import_batch.id"))
    number: Mapped[int] = mapped_column()
    """The row in the file; the headings are row 1."""
    state: Mapped[RowState] = mapped_column(default=RowState.unchecked)
    cells: Mapped[dict[str, Any]] = mapped_column()
    """The values by the name of their column, cleaned once it was checked; emptied when it is imported."""
    faults: Mapped[list[Any]] = mapped_column(default=list)
    """What is wrong with it: column, sentence, and the values in the sentence."""
    match_id: Mapped[int | None] = mapped_column()
    """The record in the portal that it may be about."""
    is_doubtful: Mapped[bool] = mapped_column(default=False)
    """Whether a person chooses what becomes of it, because it may be about that record."""
    choice: Mapped[RowChoice | None] = mapped_column()
    record_id: Mapped[int | None] = mapped_column()
    """The record that it made or changed."""
    is_new: Mapped[bool] = mapped_column(default=False)
    """Whether it made that record."""
    changes: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """The columns of the record that it set: the value before, and the value that it set."""
