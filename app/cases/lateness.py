"""Why the council took a step after its last day: a recorded exception, or a reason where none applies."""

from dataclasses import dataclass
from datetime import date

from app.cases.duties import due_day, duties_with_rules
from app.cases.exceptions import LONGEST_TEXT, excuses_by_duty
from app.cases.rules.duties import is_overdue
from app.cases.tables import Case, CaseException
from app.core.errors import FieldError
from app.core.text_input import character_faults
from app.core.unit_of_work import UnitOfWork
from app.core.wording import N_, Wording


@dataclass(frozen=True)
class Lateness:
    """Why a step was taken after its last day: a recorded exception, or a reason where none applies."""

    exception_id: int | None = None
    reason: str = ""


IN_TIME = Lateness()


def exceptions_for(work: UnitOfWork, case: Case, limit: str) -> list[CaseException]:
    """Return the recorded exceptions that excuse missing the limit of this duty in a case."""
    duties = [(duty, rule) for duty, rule in duties_with_rules(work, case) if duty.key == limit]
    return excuses_by_duty(work, case.id, duties).get(limit, [])


def stored_lateness(
    work: UnitOfWork, case: Case, limit: str | None, day: date, lateness: Lateness
) -> tuple[Lateness, list[FieldError]]:
    """Return what to store of why a step of this day is late, nothing where it is in time; and each fault.

    `limit` is the key of the duty whose last day the step keeps or misses, None where it has none.
    """
    due_on = due_day(work, case.id, limit) if limit is not None else None
    if limit is None or due_on is None or not is_overdue(due_on, day):
        return IN_TIME, []
    reason = "" if lateness.exception_id else lateness.reason.strip()
    return Lateness(lateness.exception_id, reason), _faults(work, case, limit, lateness)


def _faults(work: UnitOfWork, case: Case, limit: str, lateness: Lateness) -> list[FieldError]:
    """Return the fault of a late step that names neither an exception that applies nor why it is late."""
    if lateness.exception_id is not None:
        if lateness.exception_id in {each.id for each in exceptions_for(work, case, limit)}:
            return []
        return [FieldError("late", Wording(N_("Choose an exception that is recorded for this limit")))]
    reason = lateness.reason.strip()
    if not reason:
        return [FieldError("late_reason", Wording(N_("Enter why it is late")))]
    if len(reason) > LONGEST_TEXT:
        text = N_("Use %(longest)s characters or fewer")
        return [FieldError("late_reason", Wording(text, longest=LONGEST_TEXT))]
    return character_faults("late_reason", reason)
