"""Log in: a password, then a second step, then a session. After the password alone no one is logged in."""

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
from app.core.try_limits import PASSWORDS_PER_ACCOUNT, PASSWORDS_PER_ADDRESS, SAVED_FOR
from app.core.unit_of_work import UnitOfWork


class WrongPassword(PortalError):
    """The email address or the password is wrong; the message does not tell which."""

    status = 401


@dataclass(frozen=True)
class Credentials:
    """The email address and password from the log-in page."""

    email: str
    password: str


def give_password(
    start_work: UnitOfWorkFactory,
    credentials: Credentials,
    device: KnownDevice | None = None,
    locale: str | None = None,
    before: str | None = None,
) -> str:
    """Check the password, send a code, and return the secret of the challenge for this browser. It logs no one in.

    `before` is the secret of the challenge that this browser held. Raises WrongPassword, with the same message after
    the same time for a wrong password, an unknown address and a closed account, and TooMany, the same for known and
    unknown addresses.
    """
    email = _canonical_or_unknown(credentials.email)
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
    right = passwords.matches(stored_hash, credentials.password)
    if account is None or stored_hash is None or not right:
        with start_work() as work:
            work.record(LogInFailed(person_id=account.id) if account else LogInToNobody())
        raise WrongPassword
    renewed = passwords.hash(credentials.password) if passwords.is_outdated(stored_hash) else None
    with start_work() as work:
        # Before the limits: setting a password also locks the account first.
        if renewed is not None:
            save_new_hash(work.session, account.id, stored_hash, renewed)
        rate_limits.give_back(work, PASSWORDS_PER_ACCOUNT, subject)
        if known is None:
            rate_limits.give_back(work, PASSWORDS_PER_ADDRESS, work.origin.address_hash)
    with start_work() as work:
        return begin(work, _in_page_language(account, locale), subject, before=before)


@dataclass(frozen=True)
class Entered:
    """A session just opened: the secret for the cookie, and the language of its owner."""

    sid: str
    locale: str | None
    new_device: str | None
    """The cookie that makes this browser a known device; None when it is one already."""


def enter(
    work: UnitOfWork, passed: Passed, locale: str | None = None, device: KnownDevice | None = None
) -> Entered:
    """Open the session after both steps and return it. A language chosen in this browser is saved for the account.

    Raises WrongPassword when the account was closed or recovered since the code was sent.
    """
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
    """Delete yesterday's codes and limits, and saved submissions older than a week. Run daily."""
    forget_before(work.session, work.now - timedelta(days=1), work.now - SAVED_FOR)


def _canonical_or_unknown(email: str) -> str:
    """Return the canonical address, or a name that no account has when the text is not an address."""
    try:
        return canonical(email)
    except EmailError:
        return "unknown"


def _in_page_language(account: Account, locale: str | None) -> Account:
    """Return the account with the language of the page, in which the code's mail is written."""
    return replace(account, locale=locale) if locale else account
