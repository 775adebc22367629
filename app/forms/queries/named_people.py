"""Find the people linked or invited to a child, to compare them with what forms say.

They run for people who may not see those rows, so these are Core statements, which no row filter applies to. The
results are never shown.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, or_, select, true
from sqlalchemy.orm import Session

from app.accounts.tables.invitations import Invitation
from app.accounts.tables.memberships import Membership
from app.accounts.tables.people import Person, names_in
from app.children.tables import Child, ChildLink
from app.core.roles import WorkflowRole
from app.organisations.tables import Organisation

_child, _link, _invitation = Child.__table__, ChildLink.__table__, Invitation.__table__
_person, _organisation, _membership = Person.__table__, Organisation.__table__, Membership.__table__


@dataclass(frozen=True)
class Linked:
    """A person, or an organisation's queue, linked to a child now."""

    part: WorkflowRole
    person_id: int | None
    name: str
    relationship: str
    organisation_id: int | None
    organisation: str
    through_queue: bool
    former: tuple[str, ...] = ()
    """Names that the person had before."""


def linked_with(session: Session, child_id: int) -> list[Linked]:
    """Return everyone who is linked to a child now."""
    rows = session.execute(
        select(
            _link.c.part,
            _link.c.person_id,
            _person.c.first_name,
            _person.c.last_name,
            _link.c.relationship_to_child,
            _link.c.organisation_id,
            _organisation.c.name,
            _link.c.through_queue,
            _person.c.former_names,
        )
        .select_from(_link)
        .outerjoin(_person, _person.c.id == _link.c.person_id)
        .outerjoin(_organisation, _organisation.c.id == _link.c.organisation_id)
        .where(_link.c.child_id == child_id, _link.c.ended_at.is_(None))
        .order_by(_link.c.id)
    )
    return [
        Linked(r[0], r[1], f"{r[2] or ''} {r[3] or ''}".strip(), r[4], r[5], r[6] or "", r[7], names_in(r[8]))
        for r in rows
    ]


def links_of(session: Session, person_id: int) -> list[tuple[int, int, str, str]]:
    """By name: each link of a person now, its child, what they are to the child, and where they work."""
    rows = session.execute(
        select(_link.c.id, _link.c.child_id, _link.c.relationship_to_child, _organisation.c.name)
        .outerjoin(_organisation, _organisation.c.id == _link.c.organisation_id)
        .where(_link.c.person_id == person_id, _link.c.ended_at.is_(None))
        .order_by(_link.c.child_id)
    )
    return [(row[0], row[1], row[2] or "", row[3] or "") for row in rows]


def barred_from(session: Session, child_id: int) -> set[int]:
    """Return the people whom only the SEN team may link to a child again."""
    barred = select(_link.c.person_id).where(
        _link.c.child_id == child_id, _link.c.barred.is_(True), _link.c.person_id.is_not(None)
    )
    return {number for number in session.scalars(barred) if number is not None}


def removed_from(session: Session, child_ids: Collection[int]) -> dict[int, list[tuple[str, ...]]]:
    """Return by child the names, now and before, of each person whose involvement the SEN team ended."""
    rows = session.execute(
        select(_link.c.child_id, _person.c.first_name, _person.c.last_name, _person.c.former_names)
        .join(_person, _person.c.id == _link.c.person_id)
        .where(_link.c.child_id.in_(child_ids), _link.c.barred.is_(True), _link.c.taken_up_at.is_not(None))
    )
    found: dict[int, list[tuple[str, ...]]] = {}
    for child_id, first, last, former in rows:
        found.setdefault(child_id, []).append((f"{first} {last}".strip(), *names_in(former)))
    return found


def invited_to(session: Session, child_id: int) -> list[tuple[str, str]]:
    """Return the name and relationship of everyone with an open invitation to a child."""
    rows = session.execute(
        select(_invitation.c.first_name, _invitation.c.last_name, _invitation.c.relationship_to_child)
        .where(
            _invitation.c.child_id == child_id,
            _invitation.c.accepted_at.is_(None),
            _invitation.c.withdrawn_at.is_(None),
        )
        .order_by(_invitation.c.id)
    )
    return [(f"{first} {last}".strip(), relationship) for first, last, relationship in rows]


def members_of(session: Session, organisation_id: int, *, confirmed_only: bool = True) -> list[Linked]:
    """Return everyone who is confirmed as working for an organisation, or also those who wait to be confirmed."""
    confirmed = _membership.c.confirmed_at.is_not(None) if confirmed_only else true()
    rows = session.execute(
        select(_person.c.id, _person.c.first_name, _person.c.last_name, _person.c.former_names)
        .join(_membership, _membership.c.person_id == _person.c.id)
        .where(
            _membership.c.organisation_id == organisation_id,
            _membership.c.ended_at.is_(None),
            _person.c.active.is_(True),
            confirmed,
        )
        .order_by(_person.c.id)
    )
    return [
        Linked(
            WorkflowRole.author,
            r[0],
            f"{r[1]} {r[2]}".strip(),
            "",
            organisation_id,
            "",
            False,
            names_in(r[3]),
        )
        for r in rows
    ]


def hold_children_of(session: Session, organisation_id: int) -> None:
    """Lock the children that an organisation's queue shows, until no form is being sent about them.

    Such a form may name one of its members.
    """
    seen: ColumnElement[bool] = or_(_link.c.person_id.is_(None), _link.c.through_queue.is_(True))
    there = select(_link.c.child_id).where(
        _link.c.organisation_id == organisation_id, _link.c.ended_at.is_(None), seen
    )
    children = select(_child.c.id).where(_child.c.id.in_(there)).order_by(_child.c.id)
    session.execute(children.with_for_update(read=True))


def queue_children_of(session: Session, organisation_id: int, person_id: int) -> Sequence[int]:
    """Return the children that an organisation's queue shows and to whom this person has no own link, open or barred."""
    seen: ColumnElement[bool] = or_(_link.c.person_id.is_(None), _link.c.through_queue.is_(True))
    own = select(_link.c.child_id).where(
        _link.c.person_id == person_id, or_(_link.c.ended_at.is_(None), _link.c.barred.is_(True))
    )
    return session.scalars(
        select(_link.c.child_id)
        .join(_child, _child.c.id == _link.c.child_id)
        .where(
            _link.c.organisation_id == organisation_id,
            _link.c.ended_at.is_(None),
            seen,
            _child.c.merged_into_id.is_(None),
            _link.c.child_id.not_in(own),
        )
        .distinct()
        .order_by(_link.c.child_id)
    ).all()
