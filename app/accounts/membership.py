"""Confirm who works for an organisation: its lead or the SEN team does so before its waiting work is opened to them."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import contains_eager

from app.accounts.account_reactions import after_confirmation, hand_over_work
from app.accounts.accounts import close_account
from app.accounts.mailed_links import mail
from app.accounts.membership_changes import end as end_membership
from app.accounts.queries.memberships import leads_now, other_open, refused_before
from app.accounts.registration_events import (
    LeadChanged,
    MembershipConfirmed,
    MembershipDeclined,
    MembershipEnded,
    MembershipRefused,
)
from app.accounts.tables.memberships import Membership
from app.accounts.tables.people import Person
from app.core.database.locks import hold_account
from app.core.errors import FieldError, Forbidden, InvalidState, ValidationFailed
from app.core.roles import Role
from app.core.unit_of_work import UnitOfWork
from app.core.wording import N_, Wording
from app.organisations.tables import Organisation

MOST_SHOWN = 100
"""The most people on one page; the page says when there are more."""


def waiting(work: UnitOfWork) -> list[Membership]:
    """Return the memberships that wait to be confirmed: a lead's own organisation, or all for the SEN team.

    One more than MOST_SHOWN means that there are more. Raises Forbidden for anyone else.
    """
    if not (work.me.in_sen_team or work.me.leads_organisation):
        raise Forbidden("only leads and the SEN team confirm who works for an organisation")
    statement = _of_professionals().where(Membership.confirmed_at.is_(None))
    if not work.me.in_sen_team:
        statement = statement.where(Membership.organisation_id == work.me.organisation_id)
    return list(work.session.scalars(statement.order_by(Membership.started_at, Membership.id)).unique())


def people_of(work: UnitOfWork, organisation_id: int) -> tuple[Organisation, list[Membership]]:
    """Return an organisation and the memberships of its people with open accounts, those to be confirmed first.

    One more than MOST_SHOWN means that there are more. Raises Forbidden.
    """
    _check_may_look(work, organisation_id)
    statement = _of_professionals().where(Membership.organisation_id == organisation_id)
    waiting_first = Membership.confirmed_at.is_not(None)
    ordered = statement.order_by(waiting_first, Person.last_name, Person.first_name, Membership.id)
    found = work.session.scalars(ordered).unique()
    return work.get(Organisation, organisation_id), list(found)


def confirm(work: UnitOfWork, membership_id: int) -> Membership:
    """Confirm that a person works for the organisation, and return their membership.

    Its queue is open to them from now on. Raises Forbidden, or InvalidState when they do not wait.
    """
    membership = to_settle(work, membership_id, hold=True)
    membership.confirmed_at, membership.confirmed_by_id = work.now, work.me.user_id
    work.session.flush()
    after_confirmation(work, membership, work.me.user_id)
    work.record(MembershipConfirmed(person_id=membership.person_id, membership_id=membership.id))
    return membership


def refuse(work: UnitOfWork, membership_id: int) -> Membership:
    """Refuse a person who does not work for the organisation, and return the membership.

    Their account is closed, and they get a mail. One who works for another organisation keeps the account: only this
    membership ends, and they get a message.
    """
    membership = to_settle(work, membership_id, hold=True)  # a confirmation at the same time is seen
    person_id = membership.person_id
    if works_elsewhere(work, membership):
        hand_over_work(work, person_id, membership.organisation_id)
        membership = to_settle(work, membership_id)
        membership.confirmed_by_id = work.me.user_id
        end_membership(work, membership)
        work.record(MembershipDeclined(person_id=person_id, membership_id=membership_id))
        return membership
    membership.confirmed_by_id = work.me.user_id
    work.session.flush()  # closing the account reads rows again
    person = close_account(work, person_id)
    mail(work, "membership_refused", person.email, f"{person.id}:{work.now}", person.locale)
    work.record(MembershipRefused(person_id=person.id, membership_id=membership_id))
    return work.get(Membership, membership_id)


def refused_earlier(work: UnitOfWork, memberships: Collection[Membership]) -> set[int]:
    """Return the ids of those of these memberships whose person the organisation or the SEN team refused there before."""
    return refused_before(work.session, memberships)


def works_elsewhere(work: UnitOfWork, membership: Membership) -> bool:
    """Return whether the person works for another organisation too."""
    return bool(other_open(work.session, membership.person_id, membership.id))


def end(work: UnitOfWork, membership_id: int) -> Membership:
    """End a person's membership, move their work for the organisation to its queue, and return the membership.

    The account stays open. One who works for no other organisation can propose the one they work for now; they wait
    to be confirmed there, or here again. Raises Forbidden or InvalidState.
    """
    membership = to_end(work, membership_id)
    # Locks the person's row: of two requests at once, the second gets InvalidState.
    hand_over_work(work, membership.person_id, membership.organisation_id)
    membership = to_end(work, membership_id, hold=True)
    end_membership(work, membership)
    work.record(MembershipEnded(person_id=membership.person_id, membership_id=membership.id))
    return membership


def to_end(work: UnitOfWork, membership_id: int, *, hold: bool = False) -> Membership:
    """Return a confirmed membership that this reader may end: the SEN team, and leads for all but other leads.

    The SEN team chose the leads, so only it ends theirs. `hold` locks the account and reads the membership again.
    Raises Forbidden or InvalidState.
    """
    membership = _membership(work, membership_id, hold=hold)
    _check_end(work, membership)
    if hold:
        _check_leads_still(work, membership)
    return membership


def _check_end(work: UnitOfWork, membership: Membership) -> None:
    _check_may_settle(work, membership)
    if membership.leads and not work.me.in_sen_team:
        raise Forbidden("end a lead")
    is_open = membership.ended_at is None and membership.person.active
    if membership.confirmed_at is None or not is_open:
        raise InvalidState


def may_end(work: UnitOfWork, membership: Membership) -> bool:
    """Return whether this person may end the membership of a colleague."""
    try:
        _check_end(work, membership)
    except (Forbidden, InvalidState):
        return False
    return True


def set_lead(work: UnitOfWork, membership_id: int, leads: bool) -> Membership:
    """Make a person a lead of their organisation, or end that, and return the membership.

    Raises Forbidden for those who may not choose leads, and ValidationFailed for a person who is no confirmed
    professional.
    """
    if not may_set_leads(work):
        raise Forbidden("only the SEN team and administrators choose leads")
    # The account may be closed, or move to another organisation, at this moment.
    membership = _membership(work, membership_id, hold=True)
    person = membership.person
    if leads and not _is_professional(person):
        raise ValidationFailed(FieldError("lead", Wording(N_("Choose a professional whose account is open"))))
    if leads and (membership.confirmed_at is None or membership.ended_at is not None or not person.active):
        text = N_("Confirm that %(name)s works for the organisation first")
        raise ValidationFailed(FieldError("lead", Wording(text, name=person.name)))
    if membership.leads != leads:
        membership.leads = leads
        work.record(LeadChanged(person_id=person.id, membership_id=membership.id, leads=leads))
    return membership


def may_confirm(work: UnitOfWork, organisation_id: int | None) -> bool:
    """Return whether this person confirms who works for the organisation."""
    me = work.me
    own = me.leads_organisation and me.organisation_id is not None and me.organisation_id == organisation_id
    return me.in_sen_team or own


def may_set_leads(work: UnitOfWork) -> bool:
    """Return whether this person chooses leads."""
    return work.me.in_sen_team or work.me.has(Role.admin)


def _check_may_look(work: UnitOfWork, organisation_id: int) -> None:
    if not (may_confirm(work, organisation_id) or may_set_leads(work)):
        raise Forbidden("only leads, the SEN team and administrators see who works for an organisation")


def _of_professionals() -> Select[Any]:
    return (
        select(Membership)
        .join(Membership.person)
        .where(
            Membership.ended_at.is_(None),
            Person.active.is_(True),
            Person.roles.any(name=Role.professional.name),
        )
        .options(contains_eager(Membership.person).selectinload(Person.roles))
        .limit(MOST_SHOWN + 1)
    )


def to_settle(work: UnitOfWork, membership_id: int, *, hold: bool = False) -> Membership:
    """Return a membership that waits to be confirmed. `hold` locks the account and reads the membership again.

    Raises Forbidden, or InvalidState when it does not wait.
    """
    membership = _membership(work, membership_id, hold=hold)
    _check_may_settle(work, membership)
    if hold:
        _check_leads_still(work, membership)
    if membership.confirmed_at is not None or membership.ended_at is not None or not membership.person.active:
        raise InvalidState
    return membership


def _membership(work: UnitOfWork, membership_id: int, *, hold: bool) -> Membership:
    membership = work.get(Membership, membership_id)
    if hold:
        hold_account(work.session, membership.person_id)
        work.session.expire_all()
        membership = work.get(Membership, membership_id)
    work.get(Person, membership.person_id)  # a lead sees the person no more once the membership has ended
    return membership


def _check_may_settle(work: UnitOfWork, membership: Membership) -> None:
    """Raise Forbidden for oneself, for people of other organisations, and for those who are not professionals.

    A former colleague who is an officer now is outside the lead's control.
    """
    allowed = may_confirm(work, membership.organisation_id) and _is_professional(membership.person)
    if not allowed or membership.person_id == work.me.user_id:
        raise Forbidden("confirm who works for an organisation")


def _check_leads_still(work: UnitOfWork, membership: Membership) -> None:
    """Raise Forbidden for a lead whose own membership or task has ended since their request began."""
    if not (work.me.in_sen_team or leads_now(work.session, work.me.user_id, membership.organisation_id)):
        raise Forbidden("a lead no longer")


def _is_professional(person: Person) -> bool:
    return any(role.name == Role.professional.name for role in person.roles)
