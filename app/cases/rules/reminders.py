"""When advice that is awaited is reminded of, and who gets the reminder."""

import enum
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time

from app.cases.rules.working_days import last_working_day
from app.core.wording import N_


class ReminderTo(enum.Enum):
    """Who gets a reminder: the author, everyone of the organisation who works on the child, or its leads too."""

    author = "author"
    team = "team"
    lead = "lead"


REMINDER_TO_LABELS: Mapping[ReminderTo, str] = {
    ReminderTo.author: N_("The author"),
    ReminderTo.team: N_("The author and their colleagues linked to the child"),
    ReminderTo.lead: N_("The author, their colleagues and the organisation’s leads"),
}

FIRST_HOUR, LAST_HOUR = time(8), time(18)
"""Reminders are sent between these hours in London, on working days."""


@dataclass(frozen=True)
class ReminderDay:
    """A day on which a reminder is sent: so many days after the due date, below 0 before it."""

    days: int
    to: ReminderTo


def reminder_due(
    days: Iterable[ReminderDay], asked_on: date | None, due_on: date, sent: Collection[int], today: date
) -> ReminderDay | None:
    """Return the reminder to send today, or None: the latest one whose day has come.

    An earlier one that was missed, because advice was asked late or the worker was stopped, is not sent any more, and
    nothing is sent on the day the advice was asked for. `sent` are the days of the reminders sent for this due date.
    """
    since_due = (today - due_on).days
    come = [each for each in days if each.days <= since_due]
    latest = max(come, key=lambda each: each.days, default=None)
    if latest is None or asked_on == today or any(each >= latest.days for each in sent):
        return None
    return latest


def is_time_to_remind(london: datetime) -> bool:
    """Return whether reminders are sent at this moment, given in London's time."""
    return last_working_day(london.date()) == london.date() and FIRST_HOUR <= london.time() < LAST_HOUR
