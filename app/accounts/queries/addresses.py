"""Find the account of an email address, and the work domain that covers it.

Used before log-in, and by people who may see neither, so these are Core statements, which no row filter applies to.
The results are never shown; they only decide what happens next.
"""

from dataclasses import dataclass
from typing import cast

from flask_appbuilder.security.sqla.models import Role as RoleRow
from flask_appbuilder.security.sqla.models import assoc_user_role
from sqlalchemy import Connection, Table, and_, func, or_, select
from sqlalchemy.orm import Session

from app.accounts.rules.work_email import parents_of
from app.core.former_names import names_in
from app.core.people import PERSON_TABLE
from app.organisations.tables import WorkDomain

_person = cast(Table, PERSON_TABLE)
_role = cast(Table, RoleRow.__table__)
_domain = cast(Table, WorkDomain.__table__)


@dataclass(frozen=True)
class KnownPerson:
    """The account that an address belongs to."""

    id: int
    active: bool
    name: str
    locale: str | None
    role_names: frozenset[str]
    former_names: tuple[str, ...] = ()


@dataclass(frozen=True)
class KnownDomain:
    """A recognised work domain, and its organisation when it belongs to only one."""

    domain: str
    organisation_id: int | None


def person_with_email(session: Session, email: str) -> KnownPerson | None:
    """Return the account with this (canonical) address, or None."""
    rows = session.execute(
        select(
            _person.c.id,
            _person.c.active,
            _person.c.first_name,
            _person.c.last_name,
            _person.c.locale,
            _role.c.name,
            _person.c.former_names,
        )
        .outerjoin(assoc_user_role, assoc_user_role.c.user_id == _person.c.id)
        .outerjoin(_role, _role.c.id == assoc_user_role.c.role_id)
        .where(_person.c.email == email)
    ).all()
    if not rows:
        return None
    number, active, first_name, last_name, locale, _first_role, former = rows[0]
    role_names = frozenset(row[5] for row in rows if row[5] is not None)
    name = f"{first_name} {last_name}".strip()
    return KnownPerson(number, bool(active), name, locale, role_names, names_in(former))


def recognised_domain(session: Session | Connection, domain: str) -> KnownDomain | None:
    """Return the work domain that covers this one: the same, or a parent whose subdomains count."""
    covers = and_(_domain.c.domain.in_(parents_of(domain)), _domain.c.includes_subdomains.is_(True))
    found = session.execute(
        select(_domain.c.domain, _domain.c.organisation_id)
        .where(or_(_domain.c.domain == domain, covers))
        .order_by(func.length(_domain.c.domain).desc())
        .limit(1)
    ).one_or_none()
    return KnownDomain(*found) if found else None
