"""Changing the e-mail address one logs in with: asked for with the password, real once confirmed from the new address."""

import secrets

from sqlalchemy.exc import IntegrityError

from app.domain.devices import device_name
from app.domain.errors import Fault, Refused
from app.domain.events import EmailChangeAsked, EmailChanged
from app.domain.log_in import PASSWORDS_PER_ACCOUNT
from app.domain.roles import Role
from app.domain.wording import N_, Wording
from app.domain.work_email import EmailError, canonical, domain_of
from app.models import Person, Purpose
from app.services import throttle
from app.services.mailed_links import (
    DeadLink,
    look_at,
    mail,
    mail_link,
    make_link,
    throttle_mail_to,
    use_link,
)
from app.services.passwords import account_subject, passwords_of
from app.services.registration import recognised, work_address
from app.services.second_step import Desk
from app.services.sessions import end_sessions
from app.services.work import Work
from app.store.guard import look_as_system
from app.store.queries.addresses import person_with_email
from app.store.queries.log_in import close_challenges
from app.store.queries.mailed_links import end_all


def ask(desk: Desk, typed: str, password: str) -> None:
    """Ask to log in with another address. Nothing changes until a link mailed there is used; the old one is told.

    Whoever asks learns nothing about whether the new address is somebody's already. Raises Refused for a wrong
    password or an address that cannot be theirs, TooMany after too many wrong passwords.
    """
    with desk() as work:  # a try of its own, so that it stays counted when the password turns out wrong
        person = work.get(Person, work.me.user_id)
        email = _new_address(work, person, typed)
        throttle.take(work, PASSWORDS_PER_ACCOUNT, account_subject(person.email))
        kept, office = person.password, work.office
    if not passwords_of(office).matches(kept, password):
        raise Refused(Fault("password", Wording(N_("Enter the password you log in with now"))))
    with desk() as work:
        person = work.get(Person, work.me.user_id)
        throttle.give_back(work, PASSWORDS_PER_ACCOUNT, account_subject(person.email))
        _send(work, person, email)


def _send(work: Work, person: Person, email: str) -> None:
    throttle_mail_to(work, email)
    mail(work, "email_change_asked", person.email, secrets.token_hex(8), person.locale, device=_device(work))
    work.tell(EmailChangeAsked(person_id=person.id))
    if person_with_email(work.session, email) is not None:
        mail(work, "already_registered", email, secrets.token_hex(8), person.locale)
        return
    token = make_link(work, Purpose.email, email, person_id=person.id)
    mail_link(work, "email_change_link", Purpose.email, email, token, person.locale)


def _device(work: Work) -> str:
    return str(device_name(work.origin.device))


def _new_address(work: Work, person: Person, typed: str) -> str:
    """The new address as it is kept. A professional's must be of the same workplace: nobody takes their cases along."""
    if work.me.has(Role.parent):
        try:
            email = canonical(typed)
        except EmailError as problem:
            raise Refused(Fault("email", problem.text)) from None
    else:
        email = work_address(typed)
    if email == person.email:
        raise Refused(
            Fault("email", Wording(N_("Enter an email address that is different from the one you have now")))
        )
    if not (work.me.has(Role.parent) or _same_workplace(work, person, email)):
        text = Wording(
            N_("We do not know this email domain for your organisation. Contact the SEN team to change it")
        )
        raise Refused(Fault("email", text))
    return email


def _same_workplace(work: Work, person: Person, email: str) -> bool:
    if domain_of(email) == domain_of(person.email):
        return True
    known = recognised(work, email)
    return (
        known is not None
        and known.organisation_id is not None
        and known.organisation_id == person.organisation_id
    )


def new_address_of(work: Work, token: str) -> str:
    """The address a link would put into use. Changes nothing; raises DeadLink."""
    return look_at(work, token, Purpose.email).email


def confirm(work: Work, token: str, keep_log_in: int | None = None) -> None:
    """The new address is proved: it is the one to log in with from now on, and the old one is told.

    Every other log-in of theirs ends. Raises DeadLink when the address has become somebody's in the meantime.
    """
    link = use_link(work, token, Purpose.email)
    look_as_system(work.session, "a new email address is confirmed through its link")
    person = work.get(Person, link.person_id or 0)
    if not person.active or person_with_email(work.session, link.email) is not None:
        raise DeadLink
    old, person.email = person.email, link.email
    try:
        work.session.flush()
    except IntegrityError:
        raise DeadLink from None
    end_sessions(work, person.id, except_log_in=keep_log_in)
    close_challenges(work.session, person.id, work.now)
    end_all(work.session, person.id, work.now)
    mail(work, "email_changed", old, secrets.token_hex(8), device=_device(work))
    work.tell(EmailChanged(person_id=person.id))
