"""Bars: whom the SEN team removed from a child, only the SEN team links again."""

from sqlalchemy import ColumnElement, and_, select, update

from app.domain.events import InvitationWithdrawn
from app.domain.names import fold
from app.models import ChildLink, Invitation, Person
from app.services.work import Work


def is_barred(work: Work, child_id: int, person_id: int) -> bool:
    """Whether the SEN team removed this person from the child and has not linked them again."""
    return _has_barred(work, child_id, ChildLink.person_id == person_id)


def organisation_is_barred(work: Work, child_id: int, organisation_id: int) -> bool:
    """Whether the SEN team removed this organisation from the child and has not linked it again."""
    return _has_barred(work, child_id, _of_organisation(organisation_id))


def _of_organisation(organisation_id: int) -> ColumnElement[bool]:
    return and_(ChildLink.person_id.is_(None), ChildLink.organisation_id == organisation_id)


def _has_barred(work: Work, child_id: int, whose: ColumnElement[bool]) -> bool:
    statement = select(ChildLink.id).where(ChildLink.child_id == child_id, ChildLink.barred.is_(True), whose)
    return work.session.scalars(statement.limit(1)).first() is not None


def lift_bar(work: Work, child_id: int, person_id: int) -> None:
    """The SEN team links a person again whom it had removed from the child."""
    _lift(work, child_id, ChildLink.person_id == person_id)


def lift_bar_of_organisation(work: Work, child_id: int, organisation_id: int) -> None:
    """The SEN team links an organisation again which it had removed from the child."""
    _lift(work, child_id, _of_organisation(organisation_id))


def _lift(work: Work, child_id: int, whose: ColumnElement[bool]) -> None:
    work.session.execute(
        update(ChildLink)
        .where(ChildLink.child_id == child_id, ChildLink.barred.is_(True), whose)
        .values(barred=False)
    )


def withdraw_older_invitations(work: Work, link: ChildLink) -> None:
    """Withdraw the open invitations of a removed person to the same child, also those to another address of theirs:
    accepting one would bring them back. A person is known by address or by name, since the address may be another."""
    if link.person_id is None:
        return
    person = work.get(Person, link.person_id)
    is_open = (Invitation.accepted_at.is_(None), Invitation.withdrawn_at.is_(None))
    waiting = work.session.scalars(select(Invitation).where(Invitation.child_id == link.child_id, *is_open))
    for each in waiting.all():
        if each.email == person.email or fold(each.name) == fold(person.name):
            each.withdrawn_at = work.now
            work.tell(InvitationWithdrawn(child_id=link.child_id, invitation_id=each.id))
