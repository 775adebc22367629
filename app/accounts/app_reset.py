"""Logging in without a lost authenticator app: an administrator allows it, and the owner confirms it by mail.

Neither can do it alone: the administrator says how they know the owner, and the owner uses the link in their mailbox.
"""

from sqlalchemy import select

from app.accounts.accounts import account_of_another
from app.accounts.events import AuthenticatorReset, AuthenticatorResetAllowed
from app.accounts.mailed_links import DeadLink, OpenLink, find_link, mail_link, make_link, use_link
from app.accounts.recovery import end_everything_pending
from app.accounts.second_step import BY_EMAIL
from app.accounts.tables.mailed_links import Purpose
from app.accounts.tables.people import Person
from app.core.database.row_filter import bypass_row_filter
from app.core.errors import FieldError, InvalidState, NotFound, ValidationFailed
from app.core.unit_of_work import UnitOfWork
from app.core.wording import N_, Wording

LONGEST_REASON = 500


def allow(work: UnitOfWork, person_id: int, reason: str) -> Person:
    """Mail the owner a link that removes their app, and return the owner. The app works until the link is used.

    Raises ValidationFailed without a reason, InvalidState for an account that is closed or has no app, and Forbidden
    for those who are not administrators.
    """
    person = account_of_another(work, person_id)
    if not reason.strip():
        raise ValidationFailed(
            FieldError("reason", Wording(N_("Enter how you know that the owner asked for this")))
        )
    if len(reason) > LONGEST_REASON:
        raise ValidationFailed(
            FieldError("reason", Wording(N_("The reason must be 500 characters or fewer")))
        )
    if not person.active or person.totp_secret is None:
        raise InvalidState
    _mail(work, person)
    work.record(AuthenticatorResetAllowed(person_id=person.id, reason=reason.strip()))
    return person


def allow_from_command_line(work: UnitOfWork, email: str) -> None:
    """Mail the link for an account without an administrator, for the last one.

    Raises NotFound when no open account with an app has this address.
    """
    bypass_row_filter(work.session, "the server's operator allows an authenticator app to be reset")
    person = work.session.scalars(select(Person).where(Person.email == email)).unique().one_or_none()
    if person is None or not person.active or person.totp_secret is None:
        raise NotFound
    _mail(work, person)
    work.record(AuthenticatorResetAllowed(person_id=person.id, reason="Allowed at the command line."))


def _mail(work: UnitOfWork, person: Person) -> None:
    token = make_link(work, Purpose.app_reset, person.email, person_id=person.id)
    mail_link(work, "app_reset_link", Purpose.app_reset, person.email, token, person.locale)


def address_of(work: UnitOfWork, token: str) -> str:
    """Return the address whose app the link would remove, without using the link. Raises DeadLink."""
    return find_link(work, token, Purpose.app_reset).email


def confirm(work: UnitOfWork, token: str) -> None:
    """Remove the app and end everything pending, so that codes come by email again.

    It logs no one in. Raises DeadLink.
    """
    person = _owner(work, use_link(work, token, Purpose.app_reset))
    person.totp_secret = None
    person.totp_last_step = None
    person.two_step = BY_EMAIL
    end_everything_pending(work, person.id)
    work.record(AuthenticatorReset(person_id=person.id))


def _owner(work: UnitOfWork, link: OpenLink) -> Person:
    bypass_row_filter(work.session, "an authenticator app is removed through a mailed link")
    person = work.get(Person, link.person_id or 0)
    if not person.active or person.email != link.email:
        raise DeadLink
    return person
