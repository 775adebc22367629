"""The holidays of a child's school for which the law may excuse late advice, as suggestions; a person chooses.

The exception is for advice that was asked of a head teacher, or of the head of an early years setting, between one week
before it closed for at least 4 weeks and one week before it opened again (regs 5(4), 8(2), 10(4) and 13(3)).
"""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select

from app.cases.rules.exceptions import closure_window
from app.cases.tables import Case, Duty
from app.children.tables import Child
from app.core.roles import Profession
from app.core.unit_of_work import UnitOfWork
from app.forms.tables.forms import Advice
from app.organisations.tables import Organisation, SchoolHoliday


@dataclass(frozen=True)
class HolidayWindow:
    """A holiday, and the days within which advice must have been asked for the exception to apply."""

    id: int
    name: str
    code: str
    """Of the exception."""
    closed_from: date
    closed_until: date
    first_day: date
    last_day: date
    asked_on: date | None
    """The day on which the school was asked for advice within these days, if it was."""


def holiday_windows(work: UnitOfWork, case: Case) -> list[HolidayWindow]:
    """Return the windows that fall within the time of a case, the newest first.

    The school's own holidays count; where it has none, those that are entered for all schools.
    """
    child = work.get(Child, case.child_id)
    until = work.session.scalar(select(func.max(Duty.due_on)).where(Duty.case_id == case.id)) or work.today
    own = SchoolHoliday.organisation_id == child.setting_id
    has_own = select(SchoolHoliday.id).where(own).limit(1)
    whose = own if work.session.scalar(has_own) is not None else SchoolHoliday.organisation_id.is_(None)
    holidays = select(SchoolHoliday).where(whose).order_by(SchoolHoliday.first_day.desc())
    code = _code(work, child.setting_id)
    found = []
    for each in work.session.scalars(holidays):
        window = closure_window(each.first_day, each.last_day)
        if window is None or window[0] > until or window[1] < case.received_on:
            continue
        asked_on = _asked_on(work, child, *window)
        days = (each.first_day, each.last_day, *window)
        found.append(HolidayWindow(each.id, each.name, code, *days, asked_on))
    return found


def _code(work: UnitOfWork, setting_id: int | None) -> str:
    setting = work.find(Organisation, setting_id)
    is_early_years = setting is not None and setting.kind is Profession.early_years
    return "EY_CLOSED" if is_early_years else "SCH_CLOSED"


def _asked_on(work: UnitOfWork, child: Child, first_day: date, last_day: date) -> date | None:
    asked = select(func.min(Advice.asked_on)).where(
        Advice.child_id == child.id,
        Advice.organisation_id == child.setting_id,
        Advice.asked_on >= first_day,
        Advice.asked_on <= last_day,
    )
    return work.session.scalar(asked)
