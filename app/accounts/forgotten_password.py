"""Reset a forgotten password: mail a link to the account's address, and set a new password through it."""

import secrets
from datetime import timedelta

from app.accounts.events import PasswordChanged, PasswordResetAsked, PasswordResetWithoutAccount
from app.accounts.mailed_links import (
    HOURS,
    MAILS_ASKED_FROM,
    DeadLink,
    OpenLink,
    find_link,
    mail,
    mail_link,
    make_link,
    use_link,
)
from app.accounts.passwords import about_person, count_new_password, hashed, set_password
from app.accounts.queries.addresses import person_with_email
from app.accounts.recovery import end_everything_pending
from app.accounts.rules.work_email import EmailError, canonical
from app.accounts.second_step import UnitOfWorkFactory
from app.accounts.sessions import hash_of
from app.accounts.tables.mailed_links import Purpose
from app.accounts.tables.people import Person
from app.core import rate_limits
from app.core.database.row_filter import bypass_row_filter
from app.core.errors import FieldError, ValidationFailed
from app.core.try_limits import Limit
from app.core.unit_of_work import UnitOfWork

RESETS = Limit("reset_mail", 3, timedelta(minutes=15))
RESETS_A_DAY = Limit("reset_mail_day", 10, timedelta(days=1))
RESETS_BEYOND = Limit("reset_mail_hour", 1, timedelta(hours=HOURS[Purpose.reset]))


def ask(work: UnitOfWork, entered: str, locale: str | None = None) -> None:
    """Mail a reset link to this address. The answer is the same whether or not it has an account.

    The mail is in the language of the page, or else the account's own. Raises ValidationFailed for no valid address,
    and TooMany.
    """
    try:
        email = canonical(entered)
    except EmailError as problem:
        raise ValidationFailed(FieldError("email", problem.text)) from None
    rate_limits.take(work, MAILS_ASKED_FROM, work.origin.address_hash)
    if _may_mail(work, email):
        _mail(work, email, locale)


def _may_mail(work: UnitOfWork, email: str) -> bool:
    """Return whether this address gets a mail now. Repeated requests neither flood it nor lock its owner out.

    Above the usual limits one mail an hour is still sent, which is as long as its link works, so the owner always has
    a working link or can get one.
    """
    few_enough = rate_limits.has_room(work, RESETS, email) and rate_limits.has_room(work, RESETS_A_DAY, email)
    hourly = rate_limits.has_room(work, RESETS_BEYOND, email)
    return few_enough or hourly


def _mail(work: UnitOfWork, email: str, locale: str | None) -> None:
    """Mail the link, or that there is no account; both take the same work, and so the same time."""
    person = person_with_email(work.session, email)
    known = person if person is not None and person.active else None
    nested = work.session.begin_nested()
    # Earlier links still work: a request by someone else must not disable the link that the owner has just opened.
    token = make_link(work, Purpose.reset, email, person_id=known.id if known else None, end_others=False)
    if known is None:
        nested.rollback()
        mail(work, "no_account", email, secrets.token_hex(8), locale)
        work.record(PasswordResetWithoutAccount())
        return
    nested.commit()
    mail_link(work, "password_reset_link", Purpose.reset, email, token, locale or known.locale)
    work.record(PasswordResetAsked(person_id=known.id))


def address_of(work: UnitOfWork, token: str) -> str:
    """Return the address whose password a link would change, without using the link. Raises DeadLink."""
    return find_link(work, token, Purpose.reset).email


def choose(start_work: UnitOfWorkFactory, token: str, password: str) -> None:
    """Set a new password, end everything pending, and log the person out everywhere. It logs no one in.

    Raises ValidationFailed when the password is too weak (the link still works then), and TooMany after too many of
    those.
    """
    with start_work() as work:
        about = about_person(_owner(work, find_link(work, token, Purpose.reset)))
        count_new_password(work, f"link|{hash_of(token)}")
        context = work.context
    password_hash = hashed(context, password, about)
    with start_work() as work:
        _set(work, token, password_hash)


def _owner(work: UnitOfWork, link: OpenLink) -> Person:
    bypass_row_filter(work.session, "a forgotten password is replaced through its link")
    person = work.get(Person, link.person_id or 0)
    if not person.active or person.email != link.email:
        raise DeadLink
    return person


def _set(work: UnitOfWork, token: str, password_hash: str) -> None:
    person = _owner(work, use_link(work, token, Purpose.reset))
    set_password(work, person, password_hash)
    end_everything_pending(work, person.id)
    work.record(PasswordChanged(person_id=person.id))
