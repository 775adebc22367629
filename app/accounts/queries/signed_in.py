"""Find the person of a session, on every request.

It runs before the person is known, so this is a Core statement, which no row filter applies to.
"""

from dataclasses import dataclass
from datetime import datetime

from flask_appbuilder.security.sqla.models import Role as RoleRow
from flask_appbuilder.security.sqla.models import assoc_user_role
from sqlalchemy import and_, bindparam, func, select
from sqlalchemy.orm import Session

from app.accounts.tables.log_in import LogInSession
from app.accounts.tables.memberships import Membership
from app.core.database.compiled_query import CompiledQuery
from app.core.people import PERSON_TABLE
from app.organisations.tables import Organisation

_log_in, _person = LogInSession.__table__, PERSON_TABLE
_role, _organisation = RoleRow.__table__, Organisation.__table__
_membership = Membership.__table__

_open = Membership.__table__.alias()
_MEMBERSHIPS = (
    select(func.count())
    .select_from(_open)
    .where(_open.c.person_id == _person.c.id, _open.c.ended_at.is_(None))
    .correlate(_person)
    .scalar_subquery()
)

_WHO_IS = CompiledQuery(
    select(
        _log_in.c.id,
        _log_in.c.opened_at,
        _log_in.c.seen_at,
        _person.c.id,
        _person.c.first_name,
        _person.c.last_name,
        _person.c.email,
        func.coalesce(_organisation.c.kind, _person.c.profession),
        _membership.c.organisation_id,
        _person.c.totp_secret,
        _log_in.c.proved_at,
        _role.c.name,
        and_(_membership.c.confirmed_at.is_not(None), _organisation.c.active.is_(True)),
        _membership.c.leads,
        _organisation.c.name,
        _MEMBERSHIPS,
    )
    .join(_person, _person.c.id == _log_in.c.person_id)
    .outerjoin(_membership, and_(_membership.c.person_id == _person.c.id, _membership.c.acted_for.is_(True)))
    .outerjoin(_organisation, _organisation.c.id == _membership.c.organisation_id)
    .outerjoin(assoc_user_role, assoc_user_role.c.user_id == _person.c.id)
    .outerjoin(_role, _role.c.id == assoc_user_role.c.role_id)
    .where(
        _log_in.c.sid_hash == bindparam("sid_hash"), _log_in.c.ended_at.is_(None), _person.c.active.is_(True)
    )
)


@dataclass(frozen=True)
class OpenLogIn:
    """A session that has not been ended, and its person."""

    log_in_id: int
    opened_at: datetime
    seen_at: datetime
    person_id: int
    name: str
    email: str
    profession: object
    """The organisation's kind, or the profession entered with the account where there is no organisation."""
    organisation_id: int | None
    """The organisation that they act for."""
    organisation_name: str
    memberships: int
    """How many organisations they work for."""
    is_confirmed: bool
    leads_organisation: bool
    has_authenticator: bool
    proved_at: datetime | None
    role_names: frozenset[str]


def open_log_in(session: Session, sid_hash: str) -> OpenLogIn | None:
    """Return the open session with this hash of an active person, or None, in one statement."""
    rows = _WHO_IS.rows(session, sid_hash=sid_hash)
    if not rows:
        return None
    first = rows[0]
    return OpenLogIn(
        log_in_id=first[0],
        opened_at=first[1],
        seen_at=first[2],
        person_id=first[3],
        name=f"{first[4]} {first[5]}",
        email=first[6],
        profession=first[7],
        organisation_id=first[8],
        organisation_name=first[14] or "",
        memberships=first[15],
        is_confirmed=bool(first[12]),
        leads_organisation=bool(first[12] and first[13]),
        has_authenticator=first[9] is not None,
        proved_at=first[10],
        role_names=frozenset(row[11] for row in rows if row[11] is not None),
    )
