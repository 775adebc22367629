"""Find the people linked or invited to a child, to compare them with what forms say.

They run for people who may not see those rows, so these are Core statements, which no row filter applies to. The
results are never shown.
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, and_, or_, select, true
from sqlalchemy.orm import Session

from app.accounts.tables.invitations import Invitation
from app.accounts.tables.memberships import Membership
from app.accounts.tables.people import Person, names_in
from app.children.tables import Child, ChildLink
from app.core.roles import WorkflowRole
from app.organisations.tables import Organisation

_child, _link, _invitation = Child.__table__, ChildLink.__table__, Invitation.__table__
_person, _organisation, _membership = Person.__table__, Organisation.__table__, Membership.__table__
_workplace = Organisation.__table__.alias("workplace")


@dataclass(frozen=True)
class Linked:
    """A person, or an organisation's queue, linked to a child now."""

    link_id: int
    part: WorkflowRole
    person_id: int | None
    name: str
    relationship: str
    organisation_id: int | None
    organisation: str
    through_queue: bool
    former: tuple[str, ...]
    """Names that the person had before."""
    works_at: dict[int, str]
    """The organisation of the link and every other one that the person works for, confirmed or not; for a queue its own."""

    @property
    def workplaces(self) -> tuple[str, ...]:
        """The names of all these organisations."""
        return tuple(self.works_at.values())


@dataclass(frozen=True)
class Member:
    """A person who works for an organisation, and so sees the children in its queue."""

    person_id: int
    organisation_id: int
    name: str
    former: tuple[str, ...]
    """Names that the person had before."""
    elsewhere: dict[int, str]
    """Every other organisation that they work for, confirmed or not."""

    @property
    def workplaces(self) -> tuple[str, ...]:
        """The names of the other organisations."""
        return tuple(self.elsewhere.values())


@dataclass(frozen=True)
class Removed:
    """Those whose involvement with a child the SEN team ended."""

    people: list[tuple[str, ...]]
    """The names of each person, now and before."""
    organisations: set[int]


NO_ONE = Removed([], set())


def linked_with(session: Session, child_id: int) -> list[Linked]:
    """Return everyone who is linked to a child now."""
    rows = session.execute(
        select(
            _link.c.id,
            _link.c.part,
            _link.c.person_id,
            _person.c.first_name,
            _person.c.last_name,
            _link.c.relationship_to_child,
            _link.c.organisation_id,
            _organisation.c.name,
            _link.c.through_queue,
            _person.c.former_names,
            _workplace.c.id,
            _workplace.c.name,
        )
        .select_from(_link)
        .outerjoin(_person, _person.c.id == _link.c.person_id)
        .outerjoin(_organisation, _organisation.c.id == _link.c.organisation_id)
        .outerjoin(_membership, _works(_link.c.person_id))
        .outerjoin(_workplace, _workplace.c.id == _membership.c.organisation_id)
        .where(_link.c.child_id == child_id, _link.c.ended_at.is_(None))
        .order_by(_link.c.id, _workplace.c.id)
    )
    found: dict[int, Linked] = {}
    for number, part, person, first, last, words, at, place, queued, former, other, other_name in rows:
        works_at: dict[int, str] = {} if at is None else {at: place}
        name = f"{first or ''} {last or ''}".strip()
        each = Linked(number, part, person, name, words, at, place or "", queued, names_in(former), works_at)
        each = found.setdefault(number, each)
        if other is not None:
            each.works_at[other] = other_name
    return list(found.values())


def workplaces_of(session: Session, person_id: int) -> dict[int, str]:
    """Return the names of all organisations that a person works for, confirmed or not, by their ids."""
    rows = session.execute(
        select(_workplace.c.id, _workplace.c.name)
        .join(_membership, _membership.c.organisation_id == _workplace.c.id)
        .where(_works(person_id))
        .order_by(_workplace.c.id)
    )
    return {row[0]: row[1] for row in rows}


@dataclass(frozen=True)
class OwnLink:
    """A person's link to a child now."""

    id: int
    child_id: int
    relationship: str
    organisation: str


def links_of(session: Session, person_id: int) -> list[OwnLink]:
    """Return each link of a person now."""
    rows = session.execute(
        select(_link.c.id, _link.c.child_id, _link.c.relationship_to_child, _organisation.c.name)
        .outerjoin(_organisation, _organisation.c.id == _link.c.organisation_id)
        .where(_link.c.person_id == person_id, _link.c.ended_at.is_(None))
        .order_by(_link.c.child_id, _link.c.id)
    )
    return [OwnLink(row[0], row[1], row[2] or "", row[3] or "") for row in rows]


def _works(person_id: int | ColumnElement[Any]) -> ColumnElement[bool]:
    return and_(_membership.c.person_id == person_id, _membership.c.ended_at.is_(None))


def settled_with(session: Session, child_ids: Collection[int]) -> dict[int, set[int]]:
    """Return by child the people with a link of their own, open or barred: no queue decides what they see."""
    rows = session.execute(
        select(_link.c.child_id, _link.c.person_id).where(
            _link.c.child_id.in_(child_ids),
            _link.c.person_id.is_not(None),
            or_(_link.c.ended_at.is_(None), _link.c.barred.is_(True)),
        )
    )
    found: dict[int, set[int]] = {}
    for child_id, person_id in rows:
        found.setdefault(child_id, set()).add(person_id)
    return found


def queues_of(session: Session, child_ids: Collection[int]) -> dict[int, set[int]]:
    """Return by child the organisations whose members see it through the queue."""
    rows = session.execute(
        select(_link.c.child_id, _link.c.organisation_id)
        .where(
            _link.c.child_id.in_(child_ids),
            _link.c.ended_at.is_(None),
            _link.c.organisation_id.is_not(None),
            or_(_link.c.person_id.is_(None), _link.c.through_queue.is_(True)),
        )
        .distinct()
    )
    found: dict[int, set[int]] = {}
    for child_id, organisation_id in rows:
        found.setdefault(child_id, set()).add(organisation_id)
    return found


def removed_from(session: Session, child_ids: Collection[int]) -> dict[int, Removed]:
    """Return by child the people and organisations whose involvement the SEN team ended.

    Not the people who were excluded from a queue and never were involved.
    """
    rows = session.execute(
        select(
            _link.c.child_id,
            _link.c.organisation_id,
            _person.c.id,
            _person.c.first_name,
            _person.c.last_name,
            _person.c.former_names,
        )
        .select_from(_link)
        .outerjoin(_person, _person.c.id == _link.c.person_id)
        .where(
            _link.c.child_id.in_(child_ids),
            _link.c.barred.is_(True),
            or_(_link.c.person_id.is_(None), _link.c.taken_up_at.is_not(None)),
        )
    )
    found: dict[int, Removed] = {}
    for child_id, organisation_id, person_id, first, last, former in rows:
        removed = found.setdefault(child_id, Removed([], set()))
        if person_id is None:
            removed.organisations.add(organisation_id)
        else:
            removed.people.append((f"{first} {last}".strip(), *names_in(former)))
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


def members_of(
    session: Session, organisation_ids: Collection[int], *, confirmed_only: bool = True
) -> dict[int, list[Member]]:
    """Return by organisation everyone who is confirmed as working there, or also those who wait to be confirmed."""
    here = Membership.__table__.alias("here")
    elsewhere = and_(_works(here.c.person_id), _membership.c.organisation_id != here.c.organisation_id)
    rows = session.execute(
        select(
            here.c.organisation_id,
            _person.c.id,
            _person.c.first_name,
            _person.c.last_name,
            _person.c.former_names,
            _workplace.c.id,
            _workplace.c.name,
        )
        .select_from(here)
        .join(_person, _person.c.id == here.c.person_id)
        .outerjoin(_membership, elsewhere)
        .outerjoin(_workplace, _workplace.c.id == _membership.c.organisation_id)
        .where(
            here.c.organisation_id.in_(organisation_ids),
            here.c.ended_at.is_(None),
            _person.c.active.is_(True),
            here.c.confirmed_at.is_not(None) if confirmed_only else true(),
        )
        .order_by(_person.c.id, _workplace.c.id)
    )
    found: dict[tuple[int, int], Member] = {}
    for place, person_id, first, last, former, other, other_name in rows:
        member = Member(person_id, place, f"{first} {last}".strip(), names_in(former), {})
        member = found.setdefault((place, person_id), member)
        if other is not None:
            member.elsewhere[other] = other_name
    by_place: dict[int, list[Member]] = {}
    for each in found.values():
        by_place.setdefault(each.organisation_id, []).append(each)
    return by_place


def _through_queues_of(person_id: int) -> ColumnElement[bool]:
    """Return the criterion for the open links by which the queues of a person's organisations show a child."""
    organisations = select(_membership.c.organisation_id).where(
        _works(person_id), _membership.c.confirmed_at.is_not(None)
    )
    return and_(
        _link.c.organisation_id.in_(organisations),
        _link.c.ended_at.is_(None),
        or_(_link.c.person_id.is_(None), _link.c.through_queue.is_(True)),
    )


def hold_children_of(session: Session, person_id: int) -> None:
    """Lock the children whom a person sees, by name or through a queue, until no form is being sent about them.

    Such a form may name the person, or an organisation where they work.
    """
    by_name = and_(_link.c.person_id == person_id, _link.c.ended_at.is_(None))
    seen = select(_link.c.child_id).where(or_(by_name, _through_queues_of(person_id)))
    children = select(_child.c.id).where(_child.c.id.in_(seen)).order_by(_child.c.id)
    session.execute(children.with_for_update(read=True))


def queues_with(session: Session, person_id: int) -> dict[int, list[int]]:
    """Return by child the person's organisations whose queues show it to them: they have no own link, open or barred."""
    own = select(_link.c.child_id).where(
        _link.c.person_id == person_id, or_(_link.c.ended_at.is_(None), _link.c.barred.is_(True))
    )
    rows = session.execute(
        select(_link.c.child_id, _link.c.organisation_id)
        .join(_child, _child.c.id == _link.c.child_id)
        .where(_through_queues_of(person_id), _child.c.merged_into_id.is_(None), _link.c.child_id.not_in(own))
        .distinct()
        .order_by(_link.c.child_id, _link.c.organisation_id)
    )
    found: dict[int, list[int]] = {}
    for child_id, organisation_id in rows:
        found.setdefault(child_id, []).append(organisation_id)
    return found
