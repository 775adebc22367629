"""Other memberships of a person, which a lead of one organisation may not see. Core statements, without a row filter."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import and_, select, update
from sqlalchemy.orm import Session

from app.accounts.tables.memberships import Membership

_membership = Membership.__table__


@dataclass(frozen=True)
class Held:
    """A membership that a person has or had."""

    organisation_id: int
    is_confirmed: bool
    has_ended: bool


def ever_held(session: Session, person_id: int) -> list[Held]:
    """Return every membership of a person, ended or not, oldest first."""
    rows = session.execute(
        select(
            _membership.c.organisation_id,
            _membership.c.confirmed_at.is_not(None),
            _membership.c.ended_at.is_not(None),
        )
        .where(_membership.c.person_id == person_id)
        .order_by(_membership.c.id)
    )
    return [Held(row[0], bool(row[1]), bool(row[2])) for row in rows]


def leads_now(session: Session, person_id: int, organisation_id: int) -> bool:
    """Return whether a person leads an organisation at this moment, whatever was so when their request began."""
    found = select(_membership.c.id).where(
        _membership.c.person_id == person_id,
        _membership.c.organisation_id == organisation_id,
        _membership.c.ended_at.is_(None),
        _membership.c.confirmed_at.is_not(None),
        _membership.c.leads.is_(True),
    )
    return session.execute(found).first() is not None


def refused_before(session: Session, memberships: Collection[Membership]) -> set[int]:
    """Return the ids of those of these memberships whose person was refused by the same organisation before."""
    earlier = _membership.alias()
    found = (
        select(_membership.c.id)
        .join(
            earlier,
            and_(
                earlier.c.person_id == _membership.c.person_id,
                earlier.c.organisation_id == _membership.c.organisation_id,
                earlier.c.id < _membership.c.id,
            ),
        )
        .where(
            _membership.c.id.in_([each.id for each in memberships]),
            earlier.c.confirmed_at.is_(None),
            earlier.c.confirmed_by_id.is_not(None),
        )
    )
    return set(session.execute(found).scalars())


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
