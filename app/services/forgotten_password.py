"""A forgotten password: a link to the account's own address, and a new password chosen there."""

import secrets

from app.domain.errors import Fault, Refused
from app.domain.events import PasswordChanged, PasswordResetAsked
from app.domain.work_email import EmailError, canonical
from app.models import Person, Purpose
from app.services.mailed_links import (
    DeadLink,
    OpenLink,
    look_at,
    mail,
    mail_link,
    make_link,
    throttle_mail_to,
    use_link,
)
from app.services.passwords import about_person, count_new_password, hashed, set_password
from app.services.recovery import end_everything_pending
from app.services.second_step import Desk
from app.services.sessions import hash_of
from app.services.work import Work
from app.store.guard import look_as_system
from app.store.queries.addresses import person_with_email


def ask(work: Work, typed: str, locale: str | None = None) -> None:
    """Mail a link to this address. Whoever asks learns nothing about whether it has an account.

    The mail is in the language that they read the page in, or else their own.
    """
    try:
        email = canonical(typed)
    except EmailError as problem:
        raise Refused(Fault("email", problem.text)) from None
    throttle_mail_to(work, email)
    person = person_with_email(work.session, email)
    if person is None or not person.active:
        mail(work, "no_account", email, secrets.token_hex(8), locale)
        return
    token = make_link(work, Purpose.reset, email, person_id=person.id)
    mail_link(work, "password_reset_link", Purpose.reset, email, token, locale or person.locale)
    work.tell(PasswordResetAsked(person_id=person.id))


def address_of(work: Work, token: str) -> str:
    """Whose password a link would change. Changes nothing; raises DeadLink."""
    return look_at(work, token, Purpose.reset).email


def choose(desk: Desk, token: str, password: str) -> None:
    """Set a new password and log the person out everywhere. Nobody is logged in by this.

    Raises Refused when the password is too weak, and then the link still works; TooMany after too many of those.
    """
    with desk() as work:
        about = about_person(_owner(work, look_at(work, token, Purpose.reset)))
        count_new_password(work, f"link|{hash_of(token)}")
        office = work.office
    password_hash = hashed(office, password, about)
    with desk() as work:
        _set(work, token, password_hash)


def _owner(work: Work, link: OpenLink) -> Person:
    look_as_system(work.session, "a forgotten password is replaced through its link")
    person = work.get(Person, link.person_id or 0)
    if not person.active or person.email != link.email:
        raise DeadLink
    return person


def _set(work: Work, token: str, password_hash: str) -> None:
    person = _owner(work, use_link(work, token, Purpose.reset))
    set_password(work, person, password_hash)
    end_everything_pending(work, person.id)
    work.tell(PasswordChanged(person_id=person.id))
