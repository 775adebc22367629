"""Other memberships of a person, which a lead of one organisation may not see. Core statements, without a row filter."""

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.accounts.tables.memberships import Membership

_membership = Membership.__table__


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


def set_acted_for(session: Session, person_id: int, membership_id: int) -> None:
    """Make this the one membership that the person acts for."""
    of_person = update(_membership).where(_membership.c.person_id == person_id)
    session.execute(of_person.where(_membership.c.acted_for.is_(True)).values(acted_for=False))
    session.execute(of_person.where(_membership.c.id == membership_id).values(acted_for=True))
