"""Other memberships of a person, which a lead of one organisation may not see. Core statements, without a row filter."""

from collections.abc import Collection

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.accounts.tables.memberships import Membership
from app.organisations.tables import Organisation

_membership, _organisation = Membership.__table__, Organisation.__table__


def other_open(session: Session, person_id: int, membership_id: int) -> list[int]:
    """Return a person's other open memberships, those that are confirmed first."""
    rows = session.execute(
        select(_membership.c.id)
        .where(
            _membership.c.person_id == person_id,
            _membership.c.id != membership_id,
            _membership.c.ended_at.is_(None),
        )
        .order_by(_membership.c.confirmed_at.is_(None), _membership.c.id)
    )
    return [row[0] for row in rows]


def workplaces_of(session: Session, people: Collection[int], but: int) -> dict[int, list[str]]:
    """Return by person the names of the organisations that they work for, confirmed or not, but for this one."""
    rows = session.execute(
        select(_membership.c.person_id, _organisation.c.name)
        .join(_organisation, _organisation.c.id == _membership.c.organisation_id)
        .where(
            _membership.c.person_id.in_(people),
            _membership.c.organisation_id != but,
            _membership.c.ended_at.is_(None),
        )
    )
    found: dict[int, list[str]] = {}
    for person_id, name in rows:
        found.setdefault(person_id, []).append(name)
    return found


def set_acted_for(session: Session, person_id: int, membership_id: int) -> None:
    """Make this the one membership that the person acts for."""
    of_person = update(_membership).where(_membership.c.person_id == person_id)
    session.execute(of_person.where(_membership.c.acted_for.is_(True)).values(acted_for=False))
    session.execute(of_person.where(_membership.c.id == membership_id).values(acted_for=True))
