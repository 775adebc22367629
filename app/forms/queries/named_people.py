"""Find the people linked or invited to a child, to compare them with what forms say.

They run for people who may not see those rows, so these are Core statements, which no row filter applies to. The
results are never shown.
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, or_, select, true
from sqlalchemy.orm import Session

from app.accounts.tables.invitations import Invitation
from app.accounts.tables.memberships import Membership
from app.accounts.tables.people import Person
from app.children.tables import Child, ChildLink
from app.core.former_names import names_in
from app.core.roles import WorkflowRole
from app.forms.rules.may_know import Names, Removed, Someone
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
    organisation_id: int | None
    through_queue: bool
    who: Someone
    """With the organisation of the link and every other one that the person works for, confirmed or not."""

    @property
    def called(self) -> str:
        """The name of the person, or of the organisation for a queue."""
        return self.who.name or next((names[0] for names in self.who.places.values()), "")


@dataclass(frozen=True)
class Member:
    """A person who works for an organisation, and so sees the children in its queue."""

    person_id: int
    organisation_id: int
    who: Someone
    """With every other organisation that they work for, confirmed or not."""


def linked_with(session: Session, child_ids: Collection[int]) -> dict[int, list[Linked]]:
    """Return by child everyone who is linked to it now."""
    rows = session.execute(
        select(
            _link.c.child_id,
            _link.c.id,
            _link.c.part,
            _link.c.person_id,
            _person.c.first_name,
            _person.c.last_name,
            _person.c.former_names,
            _link.c.relationship_to_child,
            _link.c.through_queue,
            _link.c.organisation_id,
            _organisation.c.name,
            _organisation.c.former_names,
            _workplace.c.id,
            _workplace.c.name,
            _workplace.c.former_names,
        )
        .select_from(_link)
        .outerjoin(_person, _person.c.id == _link.c.person_id)
        .outerjoin(_organisation, _organisation.c.id == _link.c.organisation_id)
        .outerjoin(_membership, _works(_link.c.person_id))
        .outerjoin(_workplace, _workplace.c.id == _membership.c.organisation_id)
        .where(_link.c.child_id.in_(child_ids), _link.c.ended_at.is_(None))
        .order_by(_link.c.child_id, _link.c.id, _workplace.c.id)
    )
    links: dict[int, tuple[int, Linked]] = {}
    places: dict[int, dict[int, Names]] = {}
    for child_id, number, part, person_id, first, last, former, words, queued, *organisations in rows:
        works_at = places.setdefault(number, {})
        for at, name, before in (organisations[:3], organisations[3:]):
            if at is not None:
                works_at[at] = _names(name, before)
        name = f"{first or ''} {last or ''}".strip()
        who = Someone(
            name=name, former=names_in(former), relationship=words, places=works_at, person_id=person_id
        )
        links[number] = child_id, Linked(number, part, person_id, organisations[0], queued, who)
    found: dict[int, list[Linked]] = {}
    for child_id, each in links.values():
        found.setdefault(child_id, []).append(each)
    return found


def _names(name: str, former: str | None) -> Names:
    return (name, *names_in(former))


def workplaces_of(session: Session, person_id: int) -> dict[int, Names]:
    """Return the names of all organisations that a person works for, confirmed or not, by their ids."""
    rows = session.execute(
        select(_workplace.c.id, _workplace.c.name, _workplace.c.former_names)
        .join(_membership, _membership.c.organisation_id == _workplace.c.id)
        .where(_works(person_id))
        .order_by(_workplace.c.id)
    )
    return {row[0]: _names(row[1], row[2]) for row in rows}


@dataclass(frozen=True)
class OwnLink:
    """A person's link to a child now."""

    id: int
    child_id: int
    relationship: str
    place: dict[int, Names]
    """The organisation of the link; empty for the family."""


def links_of(session: Session, person_id: int) -> list[OwnLink]:
    """Return each link of a person now."""
    rows = session.execute(
        select(
            _link.c.id,
            _link.c.child_id,
            _link.c.relationship_to_child,
            _organisation.c.id,
            _organisation.c.name,
            _organisation.c.former_names,
        )
        .outerjoin(_organisation, _organisation.c.id == _link.c.organisation_id)
        .where(_link.c.person_id == person_id, _link.c.ended_at.is_(None))
        .order_by(_link.c.child_id, _link.c.id)
    )
    return [
        OwnLink(row[0], row[1], row[2] or "", {row[3]: _names(row[4], row[5])} if row[3] else {})
        for row in rows
    ]


def _works(person_id: int | ColumnElement[Any]) -> ColumnElement[bool]:
    return and_(_membership.c.person_id == person_id, _membership.c.ended_at.is_(None))


@dataclass(frozen=True)
class Settled:
    """The people of a child for whom no queue decides what they see."""

    excluded: set[int]
    """Those with a bar, for every organisation."""
    linked: set[tuple[int, int | None]]
    """Those with an open link of their own, each for the organisation of the link."""

    def has(self, person_id: int, organisation_id: int) -> bool:
        """Return whether the queue of this organisation decides nothing for this person."""
        return person_id in self.excluded or (person_id, organisation_id) in self.linked


def settled_with(session: Session, child_ids: Collection[int]) -> dict[int, Settled]:
    """Return by child the people for whom no queue decides what they see."""
    rows = session.execute(
        select(_link.c.child_id, _link.c.person_id, _link.c.organisation_id, _link.c.barred).where(
            _link.c.child_id.in_(child_ids),
            _link.c.person_id.is_not(None),
            or_(_link.c.ended_at.is_(None), _link.c.barred.is_(True)),
        )
    )
    found = {child_id: Settled(set(), set()) for child_id in child_ids}
    for child_id, person_id, organisation_id, barred in rows:
        if barred:
            found[child_id].excluded.add(person_id)
        else:
            found[child_id].linked.add((person_id, organisation_id))
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


def removed_from(
    session: Session, child_ids: Collection[int]
) -> dict[int, tuple[list[Removed], dict[int, str]]]:
    """Return by child the people and the organisations whose involvement the SEN team ended.

    Not the people who were excluded from a queue and never were involved.
    """
    rows = session.execute(
        select(
            _link.c.child_id,
            _link.c.organisation_id,
            _organisation.c.name,
            _person.c.id,
            _person.c.first_name,
            _person.c.last_name,
            _person.c.former_names,
        )
        .select_from(_link)
        .outerjoin(_person, _person.c.id == _link.c.person_id)
        .outerjoin(_organisation, _organisation.c.id == _link.c.organisation_id)
        .where(
            _link.c.child_id.in_(child_ids),
            _link.c.barred.is_(True),
            or_(_link.c.person_id.is_(None), _link.c.taken_up_at.is_not(None)),
        )
        .order_by(_link.c.id)
    )
    found: dict[int, tuple[list[Removed], dict[int, str]]] = {}
    for child_id, organisation_id, organisation, person_id, first, last, former in rows:
        people, organisations = found.setdefault(child_id, ([], {}))
        if person_id is None:
            organisations[organisation_id] = organisation
        else:
            people.append(Removed(person_id, _names(f"{first} {last}".strip(), former)))
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
            _workplace.c.former_names,
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
    places: dict[tuple[int, int], dict[int, Names]] = {}
    for place, person_id, first, last, former, other, other_name, other_former in rows:
        works_at = places.setdefault((place, person_id), {})
        if other is not None:
            works_at[other] = _names(other_name, other_former)
        who = Someone(
            name=f"{first} {last}".strip(), former=names_in(former), places=works_at, person_id=person_id
        )
        found[place, person_id] = Member(person_id, place, who)
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
    _hold(session, select(_link.c.child_id).where(or_(by_name, _through_queues_of(person_id))))


def hold_children_of_organisation(session: Session, organisation_id: int) -> list[int]:
    """Lock the children whom an organisation, or a person who works there, sees for it or for another one. Return their
    ids."""
    here = and_(_membership.c.organisation_id == organisation_id, _membership.c.ended_at.is_(None))
    people = select(_membership.c.person_id).where(here)
    places = select(_membership.c.organisation_id).where(
        _membership.c.person_id.in_(people), _membership.c.ended_at.is_(None)
    )
    in_queue = and_(
        _link.c.organisation_id.in_(places), or_(_link.c.person_id.is_(None), _link.c.through_queue.is_(True))
    )
    of_them = or_(_link.c.person_id.in_(people), _link.c.organisation_id == organisation_id, in_queue)
    return _hold(session, select(_link.c.child_id).where(_link.c.ended_at.is_(None), of_them))


def _hold(session: Session, seen: Select[tuple[int]]) -> list[int]:
    children = select(_child.c.id).where(_child.c.id.in_(seen)).order_by(_child.c.id)
    held = children.with_for_update(read=True)
    return list(session.execute(held).scalars())


def queues_with(session: Session, person_id: int) -> dict[int, list[int]]:
    """Return by child the person's organisations whose queues show it to them: they have no bar, and no own link for
    that organisation."""
    own = _link.alias("own")
    settled = exists().where(
        own.c.child_id == _link.c.child_id,
        own.c.person_id == person_id,
        or_(
            own.c.barred.is_(True),
            and_(own.c.ended_at.is_(None), own.c.organisation_id == _link.c.organisation_id),
        ),
    )
    rows = session.execute(
        select(_link.c.child_id, _link.c.organisation_id)
        .join(_child, _child.c.id == _link.c.child_id)
        .where(_through_queues_of(person_id), _child.c.merged_into_id.is_(None), ~settled)
        .distinct()
        .order_by(_link.c.child_id, _link.c.organisation_id)
    )
    found: dict[int, list[int]] = {}
    for child_id, organisation_id in rows:
        found.setdefault(child_id, []).append(organisation_id)
    return found
