"""Bars: only the SEN team can link a person or organisation again that it removed from a child."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, and_, select, update

from app.accounts.registration_events import InvitationWithdrawn
from app.accounts.tables.invitations import Invitation
from app.accounts.tables.people import Person
from app.children.tables import ChildLink
from app.core.errors import FieldError, InvalidState, ValidationFailed
from app.core.unit_of_work import UnitOfWork
from app.core.wording import N_, Wording
from app.forms.rules.secrecy import share_a_name


def is_barred(work: UnitOfWork, child_id: int, person_id: int) -> bool:
    """Return whether the SEN team removed this person from the child and has not linked them again."""
    return _has_barred(work, child_id, ChildLink.person_id == person_id)


def organisation_is_barred(work: UnitOfWork, child_id: int, organisation_id: int) -> bool:
    """Return whether the SEN team removed this organisation from the child and has not linked it again."""
    return _has_barred(work, child_id, _of_organisation(organisation_id))


def _of_organisation(organisation_id: int) -> ColumnElement[bool]:
    return and_(ChildLink.person_id.is_(None), ChildLink.organisation_id == organisation_id)


def _has_barred(work: UnitOfWork, child_id: int, whose: ColumnElement[bool]) -> bool:
    statement = select(ChildLink.id).where(ChildLink.child_id == child_id, ChildLink.barred.is_(True), whose)
    return work.session.scalars(statement.limit(1)).first() is not None


def ended_together(work: UnitOfWork, link: ChildLink) -> Sequence[ChildLink]:
    """Return the open links that end with this one: a person's for each organisation, or the queue's own."""
    if link.person_id is None:
        return [link]
    of_person = (ChildLink.child_id == link.child_id, ChildLink.person_id == link.person_id)
    statement = select(ChildLink).where(*of_person, ChildLink.ended_at.is_(None)).order_by(ChildLink.id)
    return work.session.scalars(statement).all()


def links_to_bar(work: UnitOfWork, link: ChildLink) -> Sequence[ChildLink]:
    """Return the links to bar when the SEN team ends this one: also a person's link that has just ended otherwise.

    Raises InvalidState for a person who was linked again since, and for a queue that has ended.
    """
    together = ended_together(work, link)
    if link.ended_at is None:
        return together
    again = [
        each
        for each in together
        if each.organisation_id == link.organisation_id
        or (each.taken_up_at or each.created_at) >= link.ended_at
    ]
    if link.person_id is None or again:
        raise InvalidState("end_link")
    return [link, *together]


def lift_bar(work: UnitOfWork, child_id: int, person_id: int) -> bool:
    """Lift the bar of a person whom the SEN team links to the child again. Return whether there was one."""
    return _lift(work, child_id, ChildLink.person_id == person_id)


def lift_bar_of_organisation(work: UnitOfWork, child_id: int, organisation_id: int) -> None:
    """Lift the bar of an organisation that the SEN team links to the child again."""
    _lift(work, child_id, _of_organisation(organisation_id))


def _lift(work: UnitOfWork, child_id: int, whose: ColumnElement[bool]) -> bool:
    changed = work.session.execute(
        update(ChildLink)
        .where(ChildLink.child_id == child_id, ChildLink.barred.is_(True), whose)
        .values(barred=False)
    )
    return bool(changed.rowcount)  # type: ignore[attr-defined]


def withdraw_older_invitations(work: UnitOfWork, link: ChildLink) -> None:
    """Withdraw the removed person's open invitations to the child, including those to their other addresses.

    Accepting one would link them again. Invitations are matched by address or by a name that may be the same,
    because the address may differ.
    """
    if link.person_id is None:
        return
    for each in open_invitations_of(work, link.child_id, work.get(Person, link.person_id)):
        each.withdrawn_at = work.now
        work.record(InvitationWithdrawn(child_id=link.child_id, invitation_id=each.id))


def open_invitations_of(work: UnitOfWork, child_id: int, person: Person) -> list[Invitation]:
    """Return the open invitations to a child that may be to this person, by address or by name."""
    is_open = (Invitation.accepted_at.is_(None), Invitation.withdrawn_at.is_(None))
    waiting = work.session.scalars(select(Invitation).where(Invitation.child_id == child_id, *is_open))
    names = (person.name, *person.earlier_names)
    return [each for each in waiting if each.email == person.email or share_a_name([each.name], names)]


def check_no_one_invited_back(work: UnitOfWork, newer_id: int, older_id: int) -> None:
    """Raise ValidationFailed where a person removed from one record is invited to the other.

    After the merge, the invitation would link them again.
    """
    for removed_from, other in ((newer_id, older_id), (older_id, newer_id)):
        removed = select(ChildLink.person_id).where(
            ChildLink.child_id == removed_from, ChildLink.barred.is_(True), ChildLink.person_id.is_not(None)
        )
        people = work.session.scalars(select(Person).where(Person.id.in_(removed)).order_by(Person.id))
        for person in people.unique():
            if open_invitations_of(work, other, person):
                text = N_(
                    "You ended the involvement of %(name)s in one of the records, and they are invited to the "
                    "other. Withdraw the invitation, or link them to both, then merge the records"
                )
                raise ValidationFailed(FieldError("answer", Wording(text, name=person.name)))


def copy_bars(work: UnitOfWork, from_id: int, to_id: int, since: datetime) -> None:
    """Copy the bars set since this moment from one record to the other.

    The two were one record at that time, and the SEN team meant the child.
    """
    barred = (ChildLink.barred.is_(True), ChildLink.ended_at >= since)
    there = work.session.execute(
        select(ChildLink.person_id, ChildLink.organisation_id).where(
            ChildLink.child_id == to_id, ChildLink.barred.is_(True)
        )
    )
    known = {_whose(*row) for row in there}
    for each in list(work.session.scalars(select(ChildLink).where(ChildLink.child_id == from_id, *barred))):
        whose = _whose(each.person_id, each.organisation_id)
        if whose in known:
            continue
        known.add(whose)
        work.session.add(
            ChildLink(
                child_id=to_id,
                person_id=each.person_id,
                organisation_id=each.organisation_id,
                part=each.part,
                relationship_to_child=each.relationship_to_child,
                linked_by_id=each.linked_by_id,
                created_at=each.created_at,
                taken_up_at=each.taken_up_at,
                ended_at=each.ended_at,
                ended_by_id=each.ended_by_id,
                barred=True,
            )
        )


def _whose(person_id: int | None, organisation_id: int | None) -> tuple[int | None, int | None]:
    """Return the key of a bar: the person, whatever their organisation, or else the organisation."""
    return (person_id, None) if person_id is not None else (None, organisation_id)
