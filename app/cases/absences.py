"""Cover for absence: while an officer is away, a colleague sees the officer's cases in Today."""

from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import or_, select, update

from app.cases.events import CoverArranged, CoverEnded
from app.cases.queries.officers import is_officer
from app.cases.tables import Absence
from app.core.database.locks import hold_account
from app.core.errors import FieldError, Forbidden, ValidationFailed
from app.core.unit_of_work import UnitOfWork
from app.core.wording import N_, Wording

LONGEST = timedelta(days=366)


@dataclass(frozen=True)
class Cover:
    """Who is away, who covers, and the first and last day."""

    person_id: int | None
    covered_by_id: int | None
    first_day: date | None
    last_day: date | None


def arrange_cover(work: UnitOfWork, cover: Cover) -> Absence:
    """Record that a colleague covers for an officer, and return the absence; for the SEN team only.

    Pressing twice records it once. Who covers gets a message, unless they record it themselves. Raises ValidationFailed with
    each fault.
    """
    if not work.me.in_sen_team:
        raise Forbidden("arrange_cover")
    person_id, covered_by_id, first_day, last_day = _checked(work, cover)
    same = select(Absence).where(
        Absence.person_id == person_id,
        Absence.covered_by_id == covered_by_id,
        Absence.first_day == first_day,
        Absence.last_day == last_day,
        Absence.ended_at.is_(None),
    )
    known = work.session.scalars(same.limit(1)).first()
    if known is not None:
        return known
    absence = work.add(
        Absence(
            person_id=person_id,
            covered_by_id=covered_by_id,
            first_day=first_day,
            last_day=last_day,
            arranged_by_id=work.me.user_id,
            created_at=work.now,
        )
    )
    work.record(CoverArranged(person_id=covered_by_id, away_id=person_id, by_id=work.me.user_id))
    return absence


def end_cover(work: UnitOfWork, absence_id: int) -> None:
    """End a cover at once, or before it begins; for the SEN team only. Does nothing where it has ended."""
    if not work.me.in_sen_team:
        raise Forbidden("end_cover")
    absence = work.get(Absence, absence_id)
    hold_account(work.session, absence.covered_by_id)
    work.session.refresh(absence)
    if absence.ended_at is None:
        absence.ended_at = work.now
        work.record(CoverEnded(person_id=absence.covered_by_id, away_id=absence.person_id))


def end_covers_of(work: UnitOfWork, person_id: int) -> None:
    """End every cover for and by a person who leaves the SEN team. The caller holds their account."""
    theirs = or_(Absence.person_id == person_id, Absence.covered_by_id == person_id)
    ended = update(Absence).where(theirs, Absence.ended_at.is_(None)).values(ended_at=work.now)
    work.session.execute(ended, execution_options={"synchronize_session": False})


def _checked(work: UnitOfWork, cover: Cover) -> tuple[int, int, date, date]:
    """Return what was entered; both accounts stay locked, in the order of their ids. Raises ValidationFailed."""
    for person_id in sorted({each for each in (cover.person_id, cover.covered_by_id) if each is not None}):
        hold_account(work.session, person_id)
    faults = []
    if cover.person_id is None or not is_officer(work.session, cover.person_id):
        faults.append(FieldError("person", Wording(N_("Choose who is away"))))
    if cover.covered_by_id is None or not is_officer(work.session, cover.covered_by_id):
        faults.append(FieldError("covered_by", Wording(N_("Choose who covers"))))
    elif cover.covered_by_id == cover.person_id:
        faults.append(FieldError("covered_by", Wording(N_("Choose a colleague who is not away"))))
    faults += _day_faults(work.today, cover.first_day, cover.last_day)
    if faults:
        raise ValidationFailed(*faults)
    assert cover.person_id and cover.covered_by_id and cover.first_day and cover.last_day  # noqa: S101 - checked above
    return cover.person_id, cover.covered_by_id, cover.first_day, cover.last_day


def _day_faults(today: date, first_day: date | None, last_day: date | None) -> list[FieldError]:
    faults = []
    if first_day is None:
        faults.append(FieldError("first_day", Wording(N_("Enter the first day"))))
    if last_day is None:
        faults.append(FieldError("last_day", Wording(N_("Enter the last day"))))
    elif first_day is not None and last_day < first_day:
        text = N_("The last day must be the same as or after the first day")
        faults.append(FieldError("last_day", Wording(text)))
    elif last_day < today:
        faults.append(FieldError("last_day", Wording(N_("The last day must be today or in the future"))))
    elif first_day is not None and last_day - first_day > LONGEST:
        faults.append(FieldError("last_day", Wording(N_("Cover for at most 12 months at a time"))))
    return faults
