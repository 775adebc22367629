"""Confirm who works for an organisation: its lead or the SEN team does so before its waiting work is opened to them."""

from typing import Any

from sqlalchemy import Select, select, update
from sqlalchemy.orm import joinedload, selectinload

from app.accounts.account_reactions import after_confirmation, hand_over_work
from app.accounts.accounts import close_account
from app.accounts.mailed_links import mail
from app.accounts.registration_events import (
    LeadChanged,
    MembershipConfirmed,
    MembershipEnded,
    MembershipRefused,
)
from app.accounts.tables.people import Person
from app.core.database.locks import hold_account
from app.core.errors import FieldError, Forbidden, InvalidState, ValidationFailed
from app.core.roles import Role
from app.core.unit_of_work import UnitOfWork
from app.core.wording import N_, Wording
from app.organisations.tables import Organisation

MOST_SHOWN = 100
"""The most people on one page; the page says when there are more."""


def waiting(work: UnitOfWork) -> list[Person]:
    """Return the people who wait to be confirmed: a lead's own organisation, or all for the SEN team.

    One more than MOST_SHOWN means that there are more. Raises Forbidden for anyone else.
    """
    if not (work.me.in_sen_team or work.me.leads_organisation):
        raise Forbidden("only leads and the SEN team confirm who works for an organisation")
    statement = _professionals().where(Person.organisation_confirmed_at.is_(None))
    if not work.me.in_sen_team:
        statement = statement.where(Person.organisation_id == work.me.organisation_id)
    return list(work.session.scalars(statement.order_by(Person.created_on, Person.id)).unique())


def people_of(work: UnitOfWork, organisation_id: int) -> tuple[Organisation, list[Person]]:
    """Return an organisation and its people with open accounts, those to be confirmed first.

    One more than MOST_SHOWN means that there are more. Raises Forbidden.
    """
    _check_may_look(work, organisation_id)
    statement = _professionals().where(Person.organisation_id == organisation_id)
    waiting_first = Person.organisation_confirmed_at.is_not(None)
    ordered = statement.order_by(waiting_first, Person.last_name, Person.first_name, Person.id)
    people = work.session.scalars(ordered).unique()
    return work.get(Organisation, organisation_id), list(people)


def confirm(work: UnitOfWork, person_id: int) -> Person:
    """Confirm that a person works for the organisation they registered with, and return them.

    Its queue is open to them from now on. Raises Forbidden, or InvalidState when they do not wait.
    """
    person = person_to_settle(work, person_id)
    _settle(work, person)
    after_confirmation(work, person, work.me.user_id)
    work.record(MembershipConfirmed(person_id=person.id))
    return person


def refuse(work: UnitOfWork, person_id: int) -> Person:
    """Close the account of a person who does not work for the organisation, mail them, and return them."""
    person_to_settle(work, person_id)
    hold_account(work.session, person_id)
    work.session.expire_all()
    person_to_settle(work, person_id)  # read after the lock, so that a confirmation at the same time is seen
    person = close_account(work, person_id)
    mail(work, "membership_refused", person.email, f"{person.id}:{work.now}", person.locale)
    work.record(MembershipRefused(person_id=person.id))
    return person


def end(work: UnitOfWork, person_id: int) -> Person:
    """End a person's confirmation, move their work to the organisation's queue, and return them.

    The account stays open, so that they can propose the organisation they work for now; they wait to be confirmed
    there, or here again. Raises Forbidden or InvalidState.
    """
    person_to_end(work, person_id)
    # Locks the person's row: of two requests at once, the second gets InvalidState.
    hand_over_work(work, person_id)
    person = person_to_end(work, person_id)
    person.organisation_confirmed_at = person.organisation_confirmed_by_id = None
    person.leads_organisation = False
    work.record(MembershipEnded(person_id=person.id))
    return person


def person_to_end(work: UnitOfWork, person_id: int) -> Person:
    """Return a confirmed person whose confirmation this reader may end: the SEN team, and leads for all but other leads.

    The SEN team chose the leads, so only it ends theirs. Raises Forbidden or InvalidState.
    """
    person = work.get(Person, person_id)
    _check_end(work, person)
    return person


def _check_end(work: UnitOfWork, person: Person) -> None:
    _check_may_settle(work, person)
    if person.leads_organisation and not work.me.in_sen_team:
        raise Forbidden("end a lead")
    if person.organisation_id is None or person.organisation_confirmed_at is None or not person.active:
        raise InvalidState


def may_end(work: UnitOfWork, person: Person) -> bool:
    """Return whether this person may end the confirmation of a colleague."""
    try:
        _check_end(work, person)
    except (Forbidden, InvalidState):
        return False
    return True


def set_lead(work: UnitOfWork, person_id: int, leads: bool) -> Person:
    """Make a person a lead of their organisation, or end that, and return them.

    Raises Forbidden for those who may not choose leads, and ValidationFailed for a person who is no confirmed
    professional.
    """
    if not may_set_leads(work):
        raise Forbidden("only the SEN team and administrators choose leads")
    work.get(Person, person_id)
    hold_account(work.session, person_id)  # it may be closed, or move to another organisation, at this moment
    person = work.get(Person, person_id)
    work.session.refresh(person)
    if leads and not _is_professional(person):
        raise ValidationFailed(FieldError("lead", Wording(N_("Choose a professional whose account is open"))))
    if leads and (person.organisation_confirmed_at is None or not person.active):
        text = N_("Confirm that %(name)s works for the organisation first")
        raise ValidationFailed(FieldError("lead", Wording(text, name=person.name)))
    if person.leads_organisation != leads:
        person.leads_organisation = leads
        work.record(LeadChanged(person_id=person.id, leads=leads))
    return person


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


def _professionals() -> Select[Any]:
    return (
        select(Person)
        .where(
            Person.active.is_(True),
            Person.organisation_id.is_not(None),
            Person.roles.any(name=Role.professional.name),
        )
        .options(joinedload(Person.organisation), selectinload(Person.roles))
        .limit(MOST_SHOWN + 1)
    )


def person_to_settle(work: UnitOfWork, person_id: int) -> Person:
    """Return a person who waits to be confirmed. Raises Forbidden, or InvalidState when they do not wait."""
    person = work.get(Person, person_id)
    _check_may_settle(work, person)
    if person.organisation_id is None or person.organisation_confirmed_at is not None or not person.active:
        raise InvalidState
    return person


def _check_may_settle(work: UnitOfWork, person: Person) -> None:
    """Raise Forbidden for oneself, for people of other organisations, and for those who are not professionals.

    A former colleague who is an officer now is outside the lead's control.
    """
    allowed = may_confirm(work, person.organisation_id) and _is_professional(person)
    if not allowed or person.id == work.me.user_id:
        raise Forbidden("confirm who works for an organisation")


def _is_professional(person: Person) -> bool:
    return any(role.name == Role.professional.name for role in person.roles)


def _settle(work: UnitOfWork, person: Person) -> None:
    """Save the confirmation. Raises InvalidState when another request was first."""
    changed = work.session.execute(
        update(Person)
        .where(
            Person.id == person.id,
            Person.organisation_id == person.organisation_id,
            Person.organisation_confirmed_at.is_(None),
            Person.active.is_(True),
        )
        .values(organisation_confirmed_at=work.now, organisation_confirmed_by_id=work.me.user_id)
    )
    if changed.rowcount != 1:  # type: ignore[attr-defined]
        raise InvalidState
