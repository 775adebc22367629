"""Find the people who may receive a message: their names, roles and addresses.

The queries run without row policies; a recipient then gets the message only where their own row policies find the
row.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from flask_appbuilder.security.sqla.models import Role as RoleRow
from flask_appbuilder.security.sqla.models import assoc_user_role
from sqlalchemy import Connection, Select, and_, func, select

from app.accounts.tables.memberships import Membership
from app.core.people import PERSON_TABLE
from app.core.roles import Principal, Profession, Role
from app.organisations.tables import Organisation

_person, _role = PERSON_TABLE, RoleRow.__table__
_organisation, _membership = Organisation.__table__, Membership.__table__


@dataclass(frozen=True)
class Reader:
    """A person who may receive a message, with their principals for the row policies and their address."""

    principals: Sequence[Principal]
    """One for each organisation that they work for, first for the one they act for; one for who works for none."""
    email: str
    locale: str

    @property
    def principal(self) -> Principal:
        """The person as they act now."""
        return self.principals[0]


def readers(connection: Connection, people: Collection[int]) -> dict[int, Reader]:
    """Return these people, if their accounts are open."""
    if not people:
        return {}
    rows = connection.execute(
        select(
            _person.c.id,
            _person.c.first_name,
            _person.c.last_name,
            _person.c.email,
            _person.c.locale,
            func.coalesce(_organisation.c.kind, _person.c.profession),
            _membership.c.organisation_id,
            _role.c.name,
            and_(_membership.c.confirmed_at.is_not(None), _organisation.c.active.is_(True)),
            _membership.c.leads,
        )
        .outerjoin(
            _membership, and_(_membership.c.person_id == _person.c.id, _membership.c.ended_at.is_(None))
        )
        .outerjoin(_organisation, _organisation.c.id == _membership.c.organisation_id)
        .outerjoin(assoc_user_role, assoc_user_role.c.user_id == _person.c.id)
        .outerjoin(_role, _role.c.id == assoc_user_role.c.role_id)
        .where(_person.c.id.in_(people), _person.c.active.is_(True))
        .order_by(_person.c.id, _membership.c.acted_for.desc(), _membership.c.id)
    ).all()
    roles: dict[int, set[Role]] = {}
    for row in rows:
        roles.setdefault(row[0], set()).update({Role[row[7]]} if row[7] in Role.__members__ else set())
    principals: dict[int, dict[int | None, Principal]] = {}
    for row in rows:
        principals.setdefault(row[0], {})[row[6]] = Principal(
            user_id=row[0],
            name=f"{row[1]} {row[2]}".strip(),
            roles=frozenset(roles[row[0]]),
            profession=row[5] if isinstance(row[5], Profession) else None,
            organisation_id=row[6],
            is_confirmed=bool(row[8]),
            leads_organisation=bool(row[8] and row[9]),
        )
    return {row[0]: Reader(tuple(principals[row[0]].values()), row[3], row[4] or "en") for row in rows}


def name_of(connection: Connection, person_id: int) -> str:
    """Return the person's first and last name."""
    row = connection.execute(
        select(_person.c.first_name, _person.c.last_name).where(_person.c.id == person_id)
    ).one_or_none()
    return f"{row[0]} {row[1]}".strip() if row else ""


def address_of(connection: Connection, person_id: int) -> str:
    """Return the address that a person logs in with."""
    return str(connection.execute(select(_person.c.email).where(_person.c.id == person_id)).scalar_one())


def professionals_of(connection: Connection, organisation_id: int) -> set[int]:
    """Return everyone who is confirmed as working for the organisation."""
    return set(connection.execute(_confirmed_at(organisation_id)).scalars())


def leads_of(connection: Connection, organisation_id: int) -> set[int]:
    """Return the leads of the organisation, who confirm its members."""
    leads = _confirmed_at(organisation_id).where(_membership.c.leads.is_(True))
    return set(connection.execute(leads).scalars())


def organisation_of(connection: Connection, membership_id: int) -> int:
    """Return the organisation of a membership."""
    found = select(_membership.c.organisation_id).where(_membership.c.id == membership_id)
    return int(connection.execute(found).scalar_one())


def organisations_of(connection: Connection, person_id: int) -> list[int]:
    """Return the organisations that the person works for."""
    found = select(_membership.c.organisation_id).where(
        _membership.c.person_id == person_id, _membership.c.ended_at.is_(None)
    )
    return list(connection.execute(found).scalars())


def _confirmed_at(organisation_id: int) -> Select[Any]:
    return (
        select(_person.c.id)
        .join(_membership, _membership.c.person_id == _person.c.id)
        .where(
            _membership.c.organisation_id == organisation_id,
            _membership.c.ended_at.is_(None),
            _membership.c.confirmed_at.is_not(None),
            _person.c.active.is_(True),
        )
    )
