"""Find the people who may receive a message: their names, roles and addresses.

The queries run without row policies; a recipient then gets the message only where their own row policies find the
row.
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from flask_appbuilder.security.sqla.models import Role as RoleRow
from flask_appbuilder.security.sqla.models import assoc_user_role
from sqlalchemy import Connection, Select, and_, func, select

from app.core.people import PERSON_TABLE
from app.core.roles import Principal, Profession, Role
from app.organisations.tables import Organisation

_person, _role = PERSON_TABLE, RoleRow.__table__
_organisation = Organisation.__table__


@dataclass(frozen=True)
class Reader:
    """A person who may receive a message, with their principal for the row policies and their address."""

    principal: Principal
    email: str
    locale: str


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
            _person.c.organisation_id,
            _role.c.name,
            and_(_person.c.organisation_confirmed_at.is_not(None), _organisation.c.active.is_(True)),
            _person.c.leads_organisation,
        )
        .outerjoin(_organisation, _organisation.c.id == _person.c.organisation_id)
        .outerjoin(assoc_user_role, assoc_user_role.c.user_id == _person.c.id)
        .outerjoin(_role, _role.c.id == assoc_user_role.c.role_id)
        .where(_person.c.id.in_(people), _person.c.active.is_(True))
    ).all()
    roles: dict[int, set[Role]] = {}
    for row in rows:
        roles.setdefault(row[0], set()).update({Role[row[7]]} if row[7] in Role.__members__ else set())
    return {
        row[0]: Reader(
            Principal(
                user_id=row[0],
                name=f"{row[1]} {row[2]}".strip(),
                roles=frozenset(roles[row[0]]),
                profession=row[5] if isinstance(row[5], Profession) else None,
                organisation_id=row[6],
                is_confirmed=bool(row[8]),
                leads_organisation=bool(row[8] and row[9]),
            ),
            row[3],
            row[4] or "en",
        )
        for row in rows
    }


def name_of(connection: Connection, person_id: int) -> str:
    """Return the person's first and last name."""
    row = connection.execute(
        select(_person.c.first_name, _person.c.last_name).where(_person.c.id == person_id)
    ).one_or_none()
    return f"{row[0]} {row[1]}".strip() if row else ""


def professionals_of(connection: Connection, organisation_id: int) -> set[int]:
    """Return everyone who is confirmed as working for the organisation."""
    return set(connection.execute(_confirmed_at(organisation_id)).scalars())


def leads_of(connection: Connection, organisation_id: int) -> set[int]:
    """Return the leads of the organisation, who confirm its members."""
    leads = _confirmed_at(organisation_id).where(_person.c.leads_organisation.is_(True))
    return set(connection.execute(leads).scalars())


def organisation_of(connection: Connection, person_id: int) -> int | None:
    """Return the organisation that the person registered with, or None."""
    found = select(_person.c.organisation_id).where(_person.c.id == person_id)
    return connection.execute(found).scalar_one_or_none()


def _confirmed_at(organisation_id: int) -> Select[Any]:
    return select(_person.c.id).where(
        _person.c.organisation_id == organisation_id,
        _person.c.organisation_confirmed_at.is_not(None),
        _person.c.active.is_(True),
    )
