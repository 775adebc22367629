"""The people of the SEN team who can work on cases, and who works on those of a child."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask_appbuilder.security.sqla.models import Role as RoleRow
from sqlalchemy import Select, bindparam, select
from sqlalchemy.orm import Session

from app.accounts.tables.people import Person
from app.cases.notice_tables import Notice, NoticeCopy
from app.cases.tables import Case
from app.children.queries.involved import full_name
from app.core.database.compiled_query import CompiledQuery
from app.core.roles import SEN_TEAM

_NAMES = sorted(role.name for role in SEN_TEAM)


def _team() -> Select[int, str, str]:
    team = select(Person.id, Person.first_name, Person.last_name)
    return team.where(Person.active.is_(True), Person.roles.any(RoleRow.name.in_(_NAMES)))


def officers(session: Session) -> dict[int, str]:
    """Return the names of the SEN team's people with an open account, by id, in the order of their names."""
    rows = session.execute(_team().order_by(Person.first_name, Person.last_name, Person.id))
    return {row[0]: full_name(row[1], row[2]) for row in rows}


def is_officer(session: Session, person_id: int) -> bool:
    """Return whether this person has an open account and belongs to the SEN team."""
    return session.execute(_team().where(Person.id == person_id)).first() is not None


@dataclass(frozen=True)
class OwnedCase:
    """A case of a child, and the officer who works on it, if any."""

    case_id: int
    number: str
    owner_name: str
    has_withheld: bool
    """A letter of the case is withheld from someone of the family."""


_HAS_WITHHELD = (
    select(NoticeCopy.id)
    .join(Notice, Notice.id == NoticeCopy.notice_id)
    .where(Notice.case_id == Case.id, NoticeCopy.withheld_at.is_not(None))
    .exists()
)
_OF_CHILD = CompiledQuery(
    select(Case.id, Case.number, Person.first_name, Person.last_name, _HAS_WITHHELD)
    .outerjoin(Person, Person.id == Case.owner_id)
    .where(Case.child_id == bindparam("child"))
    .order_by(Case.received_on.desc(), Case.id.desc())
)


def owned_cases(session: Session, child_id: int) -> Sequence[OwnedCase]:
    """Return the cases of a child that this reader may see, with who works on each and whether letters are withheld; the newest first."""
    rows = _OF_CHILD.rows(session, child=child_id)
    return [OwnedCase(row[0], row[1], full_name(row[2], row[3]), bool(row[4])) for row in rows]
