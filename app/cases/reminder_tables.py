"""Tables of the days on which people are reminded of advice, and of the reminders that were sent."""

from datetime import date

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.cases.rules.reminders import ReminderTo
from app.core.base import Row


class ReminderRule(Row):
    """A day, counted from the due date of advice, on which a reminder is sent, and to whom."""

    __tablename__ = "reminder_rule"

    days: Mapped[int] = mapped_column(unique=True)
    """Days after the due date; below 0 before it."""
    goes_to: Mapped[ReminderTo] = mapped_column()


class Reminder(Row):
    """A reminder of a form that was sent. Rows are never changed."""

    __tablename__ = "reminder"
    __table_args__ = (UniqueConstraint("form_id", "due_on", "days"),)

    form_id: Mapped[int] = mapped_column(ForeignKey("form.id"))
    due_on: Mapped[date] = mapped_column()
    """The due date it was about: when the date changes, reminders start again."""
    days: Mapped[int] = mapped_column()
    """The days of the rule, or of the day an officer sent it."""
    sent_by_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"))
    """The officer who sent it; null where the portal did."""
