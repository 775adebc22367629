"""Change the email address of an account: confirmed from the new mailbox, in use after a delay.

Until then codes go to the old address, and the mails sent there say how to stop the change.
"""

import secrets
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from app.accounts.accounts import check_open
from app.accounts.events import (
    EmailChangeAsked,
    EmailChangeCancelled,
    EmailChangeConfirmed,
    EmailChanged,
    EmailChangeDenied,
)
from app.accounts.mailed_links import (
    HOURS,
    PATHS,
    DeadLink,
    find_link,
    mail,
    mail_link,
    make_link,
    throttle_mail_to,
    use_link,
)
from app.accounts.queries.account_changes import (
    DueChange,
    cancel_change,
    confirm_change,
    due_changes,
    mark_applied,
    mark_dropped,
)
from app.accounts.queries.addresses import person_with_email
from app.accounts.recovery import end_everything_pending, end_invitations_sent
from app.accounts.registration import work_address
from app.accounts.rules.work_email import EmailError, canonical
from app.accounts.sessions import require_proof
from app.accounts.tables.account_changes import EmailChange
from app.accounts.tables.mailed_links import Purpose
from app.accounts.tables.people import Person
from app.accounts.workplaces import end_unfitting_change, fits_workplace, may_change_address, tell_of_end
from app.core import rate_limits
from app.core.database.locks import hold_account
from app.core.database.row_filter import bypass_row_filter
from app.core.devices import device_name
from app.core.errors import FieldError, ValidationFailed
from app.core.roles import Role
from app.core.try_limits import Limit
from app.core.unit_of_work import AppContext, UnitOfWork, unit_of_work
from app.core.wording import N_, Wording

CHANGES_A_DAY = Limit("email_change", 5, timedelta(days=1))
"""Each request mails the old address, so a stolen log-in must not be able to flood it."""


def ask(work: UnitOfWork, entered: str, log_in_id: int) -> None:
    """Ask to log in with another address: mail a link to it, and a notice to the old address.

    The answer is the same whether or not the new address has an account. Raises ProveFirst, ValidationFailed for an
    address that cannot be theirs, and TooMany.
    """
    require_proof(work, log_in_id)
    check_open(work)  # the account may be closed at this moment, which ends what is pending
    person = work.get(Person, work.me.user_id)
    email = _new_address(work, person, entered)
    throttle_mail_to(work, email)
    rate_limits.take(work, CHANGES_A_DAY, f"person|{person.id}")
    _begin(work, person, email)
    mail(
        work,
        "email_change_asked",
        person.email,
        secrets.token_hex(8),
        person.locale,
        device=_device(work),
        path=_not_me_path(work, person),
    )
    work.record(EmailChangeAsked(person_id=person.id))
    _mail_new_address(work, person, email)


def _begin(work: UnitOfWork, person: Person, email: str) -> None:
    """Add the change in place of an older pending one. Raises ValidationFailed when another request was first."""
    cancel_change(work.session, person.id, work.now)
    try:
        work.add(EmailChange(created_at=work.now, person_id=person.id, new_email=email))
    except IntegrityError:
        text = Wording(N_("Another change of your email address was asked for just now. Try again"))
        raise ValidationFailed(FieldError("email", text)) from None


def _mail_new_address(work: UnitOfWork, person: Person, email: str) -> None:
    """Mail the new address. Known and unknown addresses take the same work, so that the time shows nothing."""
    taken = person_with_email(work.session, email) is not None
    nested = work.session.begin_nested()
    token = make_link(work, Purpose.email, email, person_id=person.id)
    if taken:
        nested.rollback()
        mail(work, "already_registered", email, secrets.token_hex(8), person.locale)
    else:
        nested.commit()
        mail_link(work, "email_change_link", Purpose.email, email, token, person.locale)


def _not_me_path(work: UnitOfWork, person: Person) -> str:
    """Return the path of a page that stops the change, for the old address. The page of an earlier mail still works."""
    hours = HOURS[Purpose.email] + delay_hours(work.context)
    token = make_link(work, Purpose.not_me, person.email, person.id, hours=hours, end_others=False)
    return PATHS[Purpose.not_me].format(token)


def delay_hours(context: AppContext) -> int:
    """Return how many hours a confirmed address waits before it is in use."""
    return context.settings.email_change_delay_hours


def _device(work: UnitOfWork) -> str:
    return str(device_name(work.origin.device))


def may_ask(work: UnitOfWork) -> bool:
    """Return whether the reader may ask for another address."""
    return may_change_address(work, work.get(Person, work.me.user_id))


def _new_address(work: UnitOfWork, person: Person, entered: str) -> str:
    """Return the canonical new address, or raise ValidationFailed, also where it is not of their workplace."""
    if work.me.has(Role.parent):
        try:
            email = canonical(entered)
        except EmailError as problem:
            raise ValidationFailed(FieldError("email", problem.text)) from None
    else:
        email = work_address(entered)
    if email == person.email:
        raise ValidationFailed(
            FieldError(
                "email", Wording(N_("Enter an email address that is different from the one you have now"))
            )
        )
    if not may_change_address(work, person):
        text = Wording(
            N_(
                "No organisation confirms at the moment that you work there, so you cannot change your email address"
            )
        )
        raise ValidationFailed(FieldError("email", text))
    if not fits_workplace(work, person, email):
        text = Wording(
            N_("We do not know this email domain for your organisation. Contact the SEN team to change it")
        )
        raise ValidationFailed(FieldError("email", text))
    return email


def new_address_of(work: UnitOfWork, token: str) -> str:
    """Return the address that a link would put into use, without using the link. Raises DeadLink."""
    return find_link(work, token, Purpose.email).email


def pending(work: UnitOfWork) -> EmailChange | None:
    """Return this person's change that waits to be confirmed or applied, or None.

    An unconfirmed change expires after a day.
    """
    mine = select(EmailChange).where(
        EmailChange.person_id == work.me.user_id,
        EmailChange.applied_at.is_(None),
        EmailChange.cancelled_at.is_(None),
    )
    found = work.session.scalars(mine).one_or_none()
    if found is None or found.confirmed_at is not None:
        return found
    return found if work.now - found.created_at < timedelta(hours=HOURS[Purpose.email]) else None


def confirm(work: UnitOfWork, token: str) -> datetime | None:
    """Confirm the new address, mail the old one, and return the time from which the new one is in use.

    A change to an address that is no longer of their workplace ends, its owner is mailed, and None is returned. Raises
    DeadLink when the address has got an account in the meantime.
    """
    link = use_link(work, token, Purpose.email)
    bypass_row_filter(work.session, "a new email address is confirmed through its link")
    person = work.get(Person, link.person_id or 0)
    if not person.active or person_with_email(work.session, link.email) is not None:
        raise DeadLink
    if end_unfitting_change(work, person):
        return None
    takes_effect_at = work.now + timedelta(hours=delay_hours(work.context))
    try:
        confirmed = confirm_change(work.session, person.id, link.email, work.now, takes_effect_at)
    except IntegrityError:  # another account has confirmed the same address
        raise DeadLink from None
    if not confirmed:
        raise DeadLink
    mail(
        work,
        "email_change_confirmed",
        person.email,
        secrets.token_hex(8),
        person.locale,
        hours=delay_hours(work.context),
        path=_not_me_path(work, person),
    )
    work.record(EmailChangeConfirmed(person_id=person.id))
    return takes_effect_at


def cancel(work: UnitOfWork) -> bool:
    """Cancel the owner's pending change. Return False when there is none."""
    person = work.get(Person, work.me.user_id)
    if not cancel_change(work.session, person.id, work.now):
        return False
    mail(work, "email_change_cancelled", person.email, secrets.token_hex(8), person.locale)
    work.record(EmailChangeCancelled(person_id=person.id))
    return True


def address_to_keep(work: UnitOfWork, token: str) -> str:
    """Return the address that stays in use, for the page "It was not me", without using the link. Raises DeadLink."""
    return find_link(work, token, Purpose.not_me).email


def not_me(work: UnitOfWork, token: str) -> str:
    """Stop a change that the owner did not ask for, and lock the account until they choose a new password.

    Everything pending ends. Returns the token of the link to choose the password. Raises DeadLink.
    """
    link = use_link(work, token, Purpose.not_me)
    bypass_row_filter(work.session, "the owner did not ask for a change of email address")
    person = work.get(Person, link.person_id or 0)
    if not person.active or person.email != link.email:
        raise DeadLink
    person.password = None
    end_everything_pending(work, person.id)
    end_invitations_sent(work, person.id)
    work.record(EmailChangeDenied(person_id=person.id))
    return make_link(work, Purpose.reset, link.email, person_id=person.id)


# --- when the time has come -----------------------------------------------------------------------


def apply_due(context: AppContext) -> None:
    """Apply every confirmed change whose delay is over, each in its own transaction. Run every minute."""
    with context.database.open() as session:
        waiting = due_changes(session, context.clock.now())
    for each in waiting:
        with unit_of_work(context, None) as work:
            _apply(work, each)


def apply_due_for(work: UnitOfWork, email: str) -> None:
    """Apply the due change of the account that has this address or gets it, before it logs in."""
    for each in due_changes(work.session, work.now, email):
        _apply(work, each)


def _apply(work: UnitOfWork, change: DueChange) -> None:
    """Apply one change, unless another process did, or the address has got an account or no longer fits."""
    hold_account(work.session, change.person_id)
    if not mark_applied(work.session, change.id, work.now):
        return
    bypass_row_filter(work.session, "a new email address is put into use")
    person = work.get(Person, change.person_id)
    old, locale = person.email, person.locale
    if not fits_workplace(work, person, change.new_email):
        mark_dropped(work.session, change.id, work.now)
        tell_of_end(work, person)
        return
    if not _take_address(work, person, change.new_email):
        mark_dropped(work.session, change.id, work.now)
        mail(work, "email_change_cancelled", old, secrets.token_hex(8), locale)
        work.record(EmailChangeCancelled(person_id=change.person_id))
        return
    end_everything_pending(work, change.person_id)
    mail(work, "email_changed", old, secrets.token_hex(8), locale)
    mail(work, "email_change_done", change.new_email, secrets.token_hex(8), locale)
    work.record(EmailChanged(person_id=change.person_id))


def _take_address(work: UnitOfWork, person: Person, email: str) -> bool:
    if not person.active or person_with_email(work.session, email) is not None:
        return False
    nested = work.session.begin_nested()
    try:
        person.email = email
        work.session.flush()
    except IntegrityError:
        nested.rollback()
        return False
    nested.commit()
    return True
