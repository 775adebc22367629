"""Enter the holidays of schools and early years settings, from which an exception to a time limit is suggested."""

from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import select

from app.core.errors import FieldError, Forbidden, ValidationFailed
from app.core.events import ReferenceChanged
from app.core.roles import Principal, Role
from app.core.text_input import character_faults, clean_line
from app.core.unit_of_work import UnitOfWork
from app.core.wording import N_, Wording
from app.organisations.tables import Organisation, SchoolHoliday

LONGEST_NAME = 100
LONGEST_HOLIDAY = timedelta(days=100)
"""A longer one is a typing mistake."""


@dataclass(frozen=True)
class EnteredHoliday:
    """A holiday as it is entered: the days on which a school is closed, both inclusive."""

    name: str
    first_day: date | None
    last_day: date | None
    organisation_id: int | None = None
    """The school; None for all that have no holidays of their own."""


def may_enter(who: Principal) -> bool:
    """Return whether this person enters holidays: the SEN team and administrators."""
    return who.in_sen_team or who.has(Role.admin)


def add_holiday(work: UnitOfWork, entered: EnteredHoliday) -> SchoolHoliday:
    """Add a holiday and return it. Raises ValidationFailed with each fault."""
    return _store(work, SchoolHoliday(created_at=work.now), entered, "added")


def change_holiday(work: UnitOfWork, holiday_id: int, entered: EnteredHoliday) -> SchoolHoliday:
    """Correct a holiday and return it. Raises ValidationFailed with each fault."""
    return _store(work, work.get(SchoolHoliday, holiday_id), entered, "changed")


def holiday_faults(entered: EnteredHoliday) -> list[FieldError]:
    """Return what is wrong with a holiday by itself."""
    faults = character_faults("name", entered.name)
    if not entered.name.strip():
        faults.append(FieldError("name", Wording(N_("Enter a name, for example “Summer holiday 2027”"))))
    elif len(entered.name) > LONGEST_NAME:
        text = N_("Use %(longest)s characters or fewer")
        faults.append(FieldError("name", Wording(text, longest=LONGEST_NAME)))
    if entered.first_day is None:
        faults.append(
            FieldError("first_day", Wording(N_("Enter the first day on which the school is closed")))
        )
    if entered.last_day is None:
        faults.append(FieldError("last_day", Wording(N_("Enter the last day on which the school is closed"))))
    elif entered.first_day and not (
        entered.first_day <= entered.last_day <= entered.first_day + LONGEST_HOLIDAY
    ):
        text = N_("The last day must be on or after the first, and within 100 days of it")
        faults.append(FieldError("last_day", Wording(text)))
    return faults


def same_holiday(work: UnitOfWork, entered: EnteredHoliday) -> SchoolHoliday | None:
    """Return a holiday of the same school that has a day in common with this one."""
    whose = SchoolHoliday.organisation_id == entered.organisation_id
    if entered.organisation_id is None:
        whose = SchoolHoliday.organisation_id.is_(None)
    found = select(SchoolHoliday).where(
        whose, SchoolHoliday.first_day <= entered.last_day, SchoolHoliday.last_day >= entered.first_day
    )
    return work.session.scalars(found.order_by(SchoolHoliday.id).limit(1)).first()


def _store(work: UnitOfWork, row: SchoolHoliday, entered: EnteredHoliday, change: str) -> SchoolHoliday:
    if not may_enter(work.me):
        raise Forbidden("store_holiday")
    if faults := holiday_faults(entered):
        raise ValidationFailed(*faults)
    other = same_holiday(work, entered)
    if other is not None and other.id != row.id:
        text = N_("“%(name)s” has some of these days already. Change it instead")
        raise ValidationFailed(FieldError("first_day", Wording(text, name=other.name)))
    if entered.organisation_id is not None:
        work.get(Organisation, entered.organisation_id)
    assert entered.first_day and entered.last_day  # checked above  # noqa: S101
    row.name, row.organisation_id = clean_line(entered.name), entered.organisation_id
    row.first_day, row.last_day = entered.first_day, entered.last_day
    work.add(row)
    work.record(ReferenceChanged(table=SchoolHoliday.__tablename__, row_id=row.id, change=change))
    return row
