"""Whether an email address fits the organisations that a person works for, and the end of a change that no longer fits."""

import secrets
from collections.abc import Sequence
from datetime import timedelta

from app.accounts.events import EmailChangeCancelled
from app.accounts.mailed_links import HOURS, Purpose, mail
from app.accounts.queries.account_changes import cancel_change, pending_address
from app.accounts.queries.memberships import Held, ever_held
from app.accounts.registration_checks import recognised
from app.accounts.rules.work_email import domain_of
from app.accounts.tables.people import Person
from app.core.roles import Role
from app.core.unit_of_work import UnitOfWork


def may_change_address(work: UnitOfWork, person: Person) -> bool:
    """Return whether a person may log in with another address at all: not once no organisation confirms them any more.

    With a new address they register like anyone else, and wait for approval. Families, staff without an organisation
    and those who have just registered may.
    """
    return _is_family(person) or _may_change(ever_held(work.session, person.id))


def _is_family(person: Person) -> bool:
    return any(role.name == Role.parent.name for role in person.roles)


def _may_change(held: Sequence[Held]) -> bool:
    never_left = len(held) <= 1 and not any(each.has_ended for each in held)
    return never_left or any(each.is_confirmed and not each.has_ended for each in held)


def fits_workplace(work: UnitOfWork, person: Person, email: str) -> bool:
    """Return whether a person may log in with this address: families with any, others with one of their workplace.

    Another workplace must not get access to their cases. The address of an organisation that they have left does not
    fit, also where they still log in with one; none fits a person whom no organisation confirms any more.
    """
    if _is_family(person):
        return True
    known = recognised(work, email)
    held = ever_held(work.session, person.id)
    if not _may_change(held):
        return False
    there = [each for each in held if known is not None and each.organisation_id == known.organisation_id]
    if any(each.is_confirmed and not each.has_ended for each in there):
        return True
    if there and len(held) == 1:  # just registered; to ask to join an organisation is not to work there
        return not there[0].has_ended
    left = any(each.has_ended for each in there)
    return domain_of(email) == domain_of(person.email) and not left


def address_there(work: UnitOfWork, person: Person, organisation_id: int) -> str:
    """Return the address that a person logs in with where it is one of this organisation, else ""."""
    known = recognised(work, person.email)
    return person.email if known is not None and known.organisation_id == organisation_id else ""


def address_left(work: UnitOfWork, person: Person) -> str:
    """Return the address that a person logs in with where it is one of an organisation that they have left, else ""."""
    known = recognised(work, person.email)
    held = ever_held(work.session, person.id) if known is not None else []
    there = [each.has_ended for each in held if known and each.organisation_id == known.organisation_id]
    return person.email if there and all(there) else ""


def end_unfitting_change(work: UnitOfWork, person: Person) -> bool:
    """End the pending change of an account to an address that no longer fits, and mail its owner. Return whether it did."""
    since = work.now - timedelta(hours=HOURS[Purpose.email])
    email = pending_address(work.session, person.id, since)
    if email is None or fits_workplace(work, person, email):
        return False
    cancel_change(work.session, person.id, work.now)
    tell_of_end(work, person)
    return True


def tell_of_end(work: UnitOfWork, person: Person) -> None:
    """Mail and record that the change of address has ended, because the new one does not fit."""
    mail(work, "email_change_ended", person.email, secrets.token_hex(8), person.locale)
    work.record(EmailChangeCancelled(person_id=person.id))
