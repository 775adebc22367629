"""Logging in: a password, then a second step, and only then a log-in. Half of it makes nobody of anybody."""

from dataclasses import dataclass, replace
from datetime import timedelta

from app.accounts.change_email import apply_due_for
from app.accounts.events import LoggedIn, LogInFailed, LogInToNobody
from app.accounts.known_device import KnownDevice, device_token, is_known
from app.accounts.passwords import account_subject, passwords_of
from app.accounts.queries.log_in import (
    Account,
    account_by_email,
    account_by_id,
    forget_before,
    save_new_hash,
    stamp_log_in,
)
from app.accounts.rules.work_email import EmailError, canonical
from app.accounts.second_step import BY_EMAIL, Passed, UnitOfWorkFactory, begin
from app.accounts.sessions import open_session
from app.core import rate_limits
from app.core.errors import PortalError
from app.core.try_limits import KEPT_FOR, PASSWORDS_PER_ACCOUNT, PASSWORDS_PER_ADDRESS
from app.core.unit_of_work import UnitOfWork


class WrongPassword(PortalError):
    """The email address or the password is not right; which of them is never told."""

    status = 401


@dataclass(frozen=True)
class Credentials:
    """What somebody typed at the door."""

    email: str
    password: str


def give_password(
    start_work: UnitOfWorkFactory,
    typed: Credentials,
    device: KnownDevice | None = None,
    locale: str | None = None,
    before: str | None = None,
) -> str:
    """First step: right, a code goes out and the secret number of the challenge comes back; it logs nobody in.

    `before` is the number of the challenge that this browser was at. Raises WrongPassword, alike and after the same time for a wrong password, an unknown address and a closed account,
    and TooMany, alike for known and unknown addresses.
    """
    email = _canonical_or_unknown(typed.email)
    with start_work() as work:
        context = work.context
        apply_due_for(work, email)
        account = account_by_email(work.session, email)
        known = device if account is not None and is_known(device, account) else None
        subject = known.subject if known else account_subject(email)
        rate_limits.take(work, PASSWORDS_PER_ACCOUNT, subject)
        if known is None:
            rate_limits.take(work, PASSWORDS_PER_ADDRESS, work.origin.address_hash)
    passwords = passwords_of(context)
    stored_hash = account.password if account is not None and account.active else None
    right = passwords.matches(stored_hash, typed.password)
    if account is None or stored_hash is None or not right:
        with start_work() as work:
            work.record(LogInFailed(person_id=account.id) if account else LogInToNobody())
        raise WrongPassword
    renewed = passwords.hash(typed.password) if passwords.is_outdated(stored_hash) else None
    with start_work() as work:
        if renewed is not None:  # before the counts: whoever sets a password locks the account first
            save_new_hash(work.session, account.id, stored_hash, renewed)
        rate_limits.give_back(work, PASSWORDS_PER_ACCOUNT, subject)
        if known is None:
            rate_limits.give_back(work, PASSWORDS_PER_ADDRESS, work.origin.address_hash)
    with start_work() as work:
        return begin(work, _speaking(account, locale), subject, before=before)


@dataclass(frozen=True)
class Entered:
    """A log-in just opened: the secret number for the cookie, and the language its owner reads."""

    sid: str
    locale: str | None
    new_device: str | None
    """What the browser is to be known by from now on; None when it is known already."""


def enter(
    work: UnitOfWork, passed: Passed, locale: str | None = None, device: KnownDevice | None = None
) -> Entered:
    """Both steps were right: log them in. A language chosen on this browser becomes theirs, for mail too."""
    account = account_by_id(work.session, passed.person_id)
    if account is None or not account.active:
        raise WrongPassword
    if not stamp_log_in(work.session, account.id, work.now, locale, passed.issued_at):
        raise WrongPassword
    sid = open_session(work, account.id, passed.method or BY_EMAIL)
    work.record(LoggedIn(person_id=account.id))
    known = None if is_known(device, account) else device_token(work.context, account.id)
    return Entered(sid, locale or account.locale, known)


def forget_old(work: UnitOfWork) -> None:
    """Once a day: codes and counts of yesterday, and text kept for a week, are deleted."""
    forget_before(work.session, work.now - timedelta(days=1), work.now - KEPT_FOR)


def _canonical_or_unknown(email: str) -> str:
    """The log-in name as accounts have it; something no account has, when it is not an address at all."""
    try:
        return canonical(email)
    except EmailError:
        return "nobody"


def _speaking(account: Account, locale: str | None) -> Account:
    """The code's mail is in the language of the page it was asked for on."""
    return replace(account, locale=locale) if locale else account
