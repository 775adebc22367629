"""Who is away, and who covers. Row-level security applies."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Date, bindparam, exists, or_, select
from sqlalchemy.orm import Session

from app.accounts.tables.people import Person
from app.cases.tables import Absence, Case
from app.children.queries.involved import full_name
from app.core.database.compiled_query import CompiledQuery

MOST = 100


@dataclass(frozen=True)
class CoverLine:
    """One cover that has not ended."""

    absence_id: int
    person: str
    covered_by: str
    first_day: date
    last_day: date


_TODAY = bindparam("today", type_=Date())
COVERED_NOW = select(Absence.person_id).where(
    Absence.covered_by_id == bindparam("me"),
    Absence.first_day <= _TODAY,
    Absence.last_day >= _TODAY,
    Absence.ended_at.is_(None),
)
"""The ids of the officers for whom a person covers today."""

_WORKLOAD = CompiledQuery(
    select(
        Person.id,
        Person.first_name,
        Person.last_name,
        exists().where(Case.owner_id == Person.id, Case.due_on.is_not(None)),
    )
    .where(or_(Person.id == bindparam("me"), Person.id.in_(COVERED_NOW)))
    .order_by(Person.first_name, Person.last_name, Person.id)
)


@dataclass(frozen=True)
class Workload:
    """Whose cases an officer works on today."""

    covered: Mapping[int, str]
    """The names of the officers for whom they cover, by id."""
    has_cases: bool
    """Whether something is due in a case of their own."""


def workload_of(session: Session, person_id: int, today: date) -> Workload:
    """Return for whom a person covers today, and whether they have cases themselves."""
    rows = _WORKLOAD.rows(session, me=person_id, today=today)
    covered = {row[0]: full_name(row[1], row[2]) for row in rows if row[0] != person_id}
    return Workload(covered, any(row[3] for row in rows if row[0] == person_id))


def covers(session: Session, today: date) -> Sequence[CoverLine]:
    """Return every cover of today and later, the earliest first."""
    later = select(Absence).where(Absence.ended_at.is_(None), Absence.last_day >= today)
    found = session.scalars(later.order_by(Absence.first_day, Absence.id).limit(MOST)).all()
    ids = {each for absence in found for each in (absence.person_id, absence.covered_by_id)}
    people = select(Person.id, Person.first_name, Person.last_name).where(Person.id.in_(ids))
    names = {row[0]: full_name(row[1], row[2]) for row in session.execute(people)}
    return [
        CoverLine(
            each.id,
            names.get(each.person_id, ""),
            names.get(each.covered_by_id, ""),
            each.first_day,
            each.last_day,
        )
        for each in found
    ]
