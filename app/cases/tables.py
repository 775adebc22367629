"""Decisions on requests for an assessment, with every correction."""

from datetime import date

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.accounts.tables.people import Person
from app.core.base import Row
from app.forms.rules.workflow import FormState


class Decision(Row):
    """One decision whether to assess, or a correction of the earlier one. Rows are never changed."""

    __tablename__ = "decision"
    __table_args__ = (UniqueConstraint("form_id", "number"),)

    form_id: Mapped[int] = mapped_column(ForeignKey("form.id"))
    number: Mapped[int] = mapped_column()
    """1 is the first decision; each correction adds 1."""
    outcome: Mapped[FormState] = mapped_column()
    decided_on: Mapped[date] = mapped_column()
    """The day the decision was made, which may be earlier than the day it was recorded (created_at)."""
    reason: Mapped[str] = mapped_column(default="")
    correction_reason: Mapped[str] = mapped_column(default="")
    """Why the earlier decision was corrected; empty for the first."""
    recorded_by_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id"))

    recorded_by: Mapped[Person] = relationship(lazy="raise_on_sql")
