"""Who works for an organisation: confirmed by its lead or the SEN team before any of its waiting work is opened."""

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
"""Of a list on one page, which says so where there are more."""


def waiting(work: UnitOfWork) -> list[Person]:
    """Return who waits to be confirmed: in a lead's own organisation, or for the SEN team everywhere. One more than
    MOST_SHOWN means that there are more."""
    if not (work.me.in_sen_team or work.me.leads_organisation):
        raise Forbidden("only leads and the SEN team confirm who works for an organisation")
    statement = _professionals().where(Person.organisation_confirmed_at.is_(None))
    if not work.me.in_sen_team:
        statement = statement.where(Person.organisation_id == work.me.organisation_id)
    return list(work.session.scalars(statement.order_by(Person.created_on, Person.id)).unique())


def people_of(work: UnitOfWork, organisation_id: int) -> tuple[Organisation, list[Person]]:
    """Return an organisation and everybody with an open account in it, those to be confirmed first. One more than
    MOST_SHOWN means that there are more."""
    _check_may_look(work, organisation_id)
    statement = _professionals().where(Person.organisation_id == organisation_id)
    waiting_first = Person.organisation_confirmed_at.is_not(None)
    ordered = statement.order_by(waiting_first, Person.last_name, Person.first_name, Person.id)
    people = work.session.scalars(ordered).unique()
    return work.get(Organisation, organisation_id), list(people)


def confirm(work: UnitOfWork, person_id: int) -> Person:
    """Confirm that somebody works for the organisation they registered with; its waiting work is open to them now."""
    person = person_to_settle(work, person_id)
    _settle(work, person)
    after_confirmation(work, person, work.me.user_id)
    work.record(MembershipConfirmed(person_id=person.id))
    return person


def refuse(work: UnitOfWork, person_id: int) -> Person:
    """Close the account of somebody who does not work for the organisation they registered with."""
    person_to_settle(work, person_id)
    hand_over_work(work, person_id)  # holds the person's row, so that a confirmation at the same time counts
    person = person_to_settle(work, person_id)
    close_account(work, person)
    mail(work, "membership_refused", person.email, f"{person.id}:{work.now}", person.locale)
    work.record(MembershipRefused(person_id=person.id))
    return person


def end(work: UnitOfWork, person_id: int) -> Person:
    """Somebody no longer works for the organisation: their work goes to its queue, and they see none of it. The account
    stays open, so that they can say where they work now; they wait to be confirmed there, or here again."""
    person_to_end(work, person_id)
    hand_over_work(work, person_id)  # holds the person's row: of two at once, the second finds it done
    person = person_to_end(work, person_id)
    person.organisation_confirmed_at = person.organisation_confirmed_by_id = None
    person.leads_organisation = False
    work.record(MembershipEnded(person_id=person.id))
    return person


def person_to_end(work: UnitOfWork, person_id: int) -> Person:
    """Return a confirmed person, for those who may say that they left: the SEN team, and the organisation's leads for
    everybody but another lead, whom the SEN team chose."""
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
    """Return whether this person may say that a confirmed colleague no longer works for the organisation."""
    try:
        _check_end(work, person)
    except (Forbidden, InvalidState):
        return False
    return True


def set_lead(work: UnitOfWork, person_id: int, leads: bool) -> Person:
    """Make somebody a lead of their organisation, or end that."""
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
    """Whether this person confirms who works for the organisation."""
    me = work.me
    own = me.leads_organisation and me.organisation_id is not None and me.organisation_id == organisation_id
    return me.in_sen_team or own


def may_set_leads(work: UnitOfWork) -> bool:
    """Whether this person chooses leads."""
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
    """Return a person who waits to be confirmed, for those who may confirm them."""
    person = work.get(Person, person_id)
    _check_may_settle(work, person)
    if person.organisation_id is None or person.organisation_confirmed_at is not None or not person.active:
        raise InvalidState
    return person


def _check_may_settle(work: UnitOfWork, person: Person) -> None:
    """Raise Forbidden for oneself, for people of other organisations, and for those who are no professionals: a former
    colleague who is an officer now is no longer the lead's to settle."""
    allowed = may_confirm(work, person.organisation_id) and _is_professional(person)
    if not allowed or person.id == work.me.user_id:
        raise Forbidden("confirm who works for an organisation")


def _is_professional(person: Person) -> bool:
    return any(role.name == Role.professional.name for role in person.roles)


def _settle(work: UnitOfWork, person: Person) -> None:
    """Write the confirmation if nobody was quicker: two may press at once."""
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
