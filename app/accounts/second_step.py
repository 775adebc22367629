"""Check the second step: a code by email, or from an authenticator app. Until it is right, no one is logged in.

The code is bound to one challenge, and the challenge to the browser that gave the right password. Only keyed hashes
are stored. Each challenge has five tries, counted by the database; a right code works once. An account with an
authenticator app has no other second step: without the phone, an administrator has to reset it (app_reset.py).
"""

import hmac
import logging
import secrets
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, datetime

import pyotp

from app.accounts.events import AccountCooledDown
from app.accounts.queries.log_in import (
    Account,
    Challenge,
    account_by_id,
    challenge_by_hash,
    close_challenge,
    count_try,
    use_app_step,
)
from app.accounts.sessions import hash_of
from app.accounts.tables.log_in import LogInChallenge
from app.core import rate_limits
from app.core.database.locks import hold_account
from app.core.devices import device_name
from app.core.encryption import DecryptionError, decrypt, encrypt
from app.core.errors import PortalError
from app.core.fingerprints import is_mark_of, mark_of
from app.core.mail.outbox import CODE_LANE, queue_mail
from app.core.try_limits import (
    CLOCKS_DIFFER,
    CODE_LIFE,
    CODES_SENT,
    CODES_SENT_A_DAY,
    COOL_DOWN,
    TRIES_PER_CODE,
    WRONG_APP_CODES_A_DAY,
    WRONG_CODES,
    read_code,
)
from app.core.unit_of_work import UnitOfWork

log = logging.getLogger(__name__)

UnitOfWorkFactory = Callable[[], AbstractContextManager[UnitOfWork]]
"""Starts one unit of work after another: a try must stay counted even when the next step fails."""

LOG_IN, PROVE = "log_in", "prove"
BY_EMAIL, BY_APP = "email", "app"
PURPOSE = "authenticator"


class LogInAgain(PortalError):
    """The challenge has ended; the person has to log in again."""

    status = 401


class WrongCode(PortalError):
    """The code is wrong. `tries_left` counts the tries for this code; at 0 only a new code helps."""

    status = 401

    def __init__(self, tries_left: int) -> None:
        super().__init__("wrong code")
        self.tries_left = tries_left


@dataclass(frozen=True)
class Passed:
    """A second step that was passed."""

    person_id: int
    method: str
    issued_at: datetime


@dataclass(frozen=True)
class Step:
    """The state of the second step, for the page that asks for the code."""

    method: str
    purpose: str
    email: str


def begin(
    work: UnitOfWork, account: Account, subject: str, purpose: str = LOG_IN, before: str | None = None
) -> str:
    """Start the second step after a right password, and return the secret that binds it to this browser.

    `before` is the secret that this browser held until now: its challenge is replaced, those of other browsers stay
    open. Raises TooMany while the account is locked, or when too many codes were sent.
    """
    rate_limits.check_rest(work, WRONG_CODES, subject)
    if account.totp_secret is not None:
        return _open(work, account, subject, purpose, BY_APP, None, before)
    return send_code(work, account, subject, purpose, before)


def send_code(
    work: UnitOfWork, account: Account, subject: str, purpose: str = LOG_IN, before: str | None = None
) -> str:
    """Mail a new code and return the challenge's secret; the code before it still works in this browser.

    Raises TooMany when too many codes were sent.
    """
    rate_limits.check_rest(work, WRONG_CODES, subject)
    rate_limits.take(work, CODES_SENT, subject)
    rate_limits.take(work, CODES_SENT_A_DAY, subject)
    code = pyotp.HOTP(pyotp.random_base32()).at(0)
    secret = _open(work, account, subject, purpose, BY_EMAIL, code, before)
    work.mailed.append(
        queue_mail(
            work.session,
            letter="code",
            to=account.email,
            person_id=account.id,
            facts={
                "code": code,
                "minutes": int(CODE_LIFE.total_seconds() // 60),
                "device": device_name(work.origin.device),
            },
            lane=CODE_LANE,
            locale=account.locale or "en",
            dedupe_key=f"code|{hash_of(secret)}",
        )
    )
    return secret


def send_another(start_work: UnitOfWorkFactory, secret: str | None) -> str:
    """Send a new code and return the challenge's secret.

    Raises LogInAgain when the challenge ended or the account uses an app, and TooMany.
    """
    with start_work() as work:
        challenge = _open_challenge(work, secret)
        account = account_by_id(work.session, challenge.person_id) if challenge else None
        if challenge is None or account is None or not account.active or account.totp_secret is not None:
            raise LogInAgain
        return send_code(work, account, challenge.subject, challenge.purpose, secret)


def step_at(work: UnitOfWork, secret: str | None) -> Step | None:
    """Return what to ask this browser for, or None when it has to log in again."""
    challenge = _open_challenge(work, secret)
    account = account_by_id(work.session, challenge.person_id) if challenge else None
    return Step(challenge.method, challenge.purpose, account.email) if challenge and account else None


def verify(start_work: UnitOfWorkFactory, secret: str | None, entered: str, purpose: str = LOG_IN) -> Passed:
    """Check the code and return the step that was passed.

    Raises WrongCode, LogInAgain when the challenge has ended, and TooMany while the account is locked or after too
    many wrong codes of an app in a day.
    """
    code = read_code(entered)
    with start_work() as work:
        challenge = _open_challenge(work, secret)
        if challenge is None:
            raise LogInAgain
        if code is None:
            raise WrongCode(TRIES_PER_CODE - challenge.attempts)
        passed, left = _try(work, challenge, code, purpose)
    if not passed:
        raise WrongCode(left)
    with start_work() as work:  # in another transaction than the try, which takes its locks in another order
        for limit in (CODES_SENT, CODES_SENT_A_DAY):
            rate_limits.give_back(work, limit, challenge.subject, challenge.codes_sent)
    return Passed(challenge.person_id, challenge.method, challenge.issued_at)


def _try(work: UnitOfWork, challenge: Challenge, code: str, purpose: str) -> tuple[bool, int]:
    """Count one try for the account and for this challenge, and only then check the code.

    Returns whether it was right and how many tries are left. The limits are locked in this order everywhere, so that
    tries made at once wait for each other.
    """
    if challenge.method == BY_APP:
        hold_account(work.session, challenge.person_id)  # a right code changes the account's row
    counted = _count_first(work, challenge)
    tried = count_try(
        work.session, challenge.challenge_hash, work.now, work.now + CLOCKS_DIFFER, TRIES_PER_CODE
    )
    if tried is None:
        _give_back(work, challenge, 1)
        return False, 0
    right = tried.purpose == purpose and _is_right(work, tried, code)
    if right and close_challenge(work.session, tried.id, work.now):
        _give_back(work, tried, tried.attempts)
        return True, 0
    if counted >= WRONG_CODES.most:
        rate_limits.rest(work, WRONG_CODES, challenge.subject, COOL_DOWN)
        work.record(AccountCooledDown(person_id=challenge.person_id))
    return False, TRIES_PER_CODE - tried.attempts


def _count_first(work: UnitOfWork, challenge: Challenge) -> int:
    """Count the try over all challenges of the account, which is locked after fifteen wrong codes in an hour."""
    rate_limits.check_rest(work, WRONG_CODES, challenge.subject)
    if challenge.method == BY_APP:
        rate_limits.take(work, WRONG_APP_CODES_A_DAY, account_subject_of(challenge))
    return rate_limits.take(work, WRONG_CODES, challenge.subject)


def _give_back(work: UnitOfWork, challenge: Challenge, tries: int) -> None:
    rate_limits.give_back(work, WRONG_CODES, challenge.subject, tries)
    if challenge.method == BY_APP:
        rate_limits.give_back(work, WRONG_APP_CODES_A_DAY, account_subject_of(challenge), tries)


def account_subject_of(challenge: Challenge) -> str:
    """Return the key of an app's wrong codes: the account, whichever device they come from."""
    return f"app|{challenge.person_id}"


def _open_challenge(work: UnitOfWork, secret: str | None) -> Challenge | None:
    """Return the browser's challenge while it may still be answered or its code sent again."""
    found = challenge_by_hash(work.session, hash_of(secret)) if secret else None
    return found if found and found.closed_at is None and found.expires_at > work.now else None


def _replaced(work: UnitOfWork, account: Account, purpose: str, before: str | None) -> Challenge | None:
    """Close this browser's earlier challenge; return it if it was for the same account and purpose."""
    earlier = _open_challenge(work, before)
    if earlier is None or not close_challenge(work.session, earlier.id, work.now):
        return None
    return earlier if (earlier.person_id, earlier.purpose) == (account.id, purpose) else None


def _open(
    work: UnitOfWork,
    account: Account,
    subject: str,
    purpose: str,
    method: str,
    code: str | None,
    before: str | None,
) -> str:
    secret = secrets.token_urlsafe(32)
    earlier = _replaced(work, account, purpose, before)
    same_subject = earlier is not None and earlier.subject == subject
    work.add(
        LogInChallenge(
            challenge_hash=hash_of(secret),
            person_id=account.id,
            purpose=purpose,
            method=method,
            subject=subject,
            code_hash=_code_hash(work, hash_of(secret), code) if code else None,
            issued_at=work.now,
            expires_at=work.now + CODE_LIFE,
            attempts=0,
            codes_sent=(1 if code else 0) + (earlier.codes_sent if earlier and same_subject else 0),
            earlier_challenge_hash=earlier.challenge_hash if earlier else None,
            earlier_code_hash=earlier.code_hash if earlier else None,
            earlier_expires_at=earlier.expires_at if earlier else None,
        )
    )
    return secret


def _code_hash(work: UnitOfWork, challenge_hash: str, code: str) -> str:
    return mark_of(work.context, _marked(challenge_hash, code))


def _marked(challenge_hash: str, code: str) -> str:
    return f"otp|{challenge_hash}|{code}"


def _is_right(work: UnitOfWork, challenge: Challenge, code: str) -> bool:
    account = account_by_id(work.session, challenge.person_id)
    if account is None or (account.totp_secret is None) != (challenge.method == BY_EMAIL):
        return False  # an app was added or removed since the challenge was opened
    if account.totp_secret is None:
        return _is_mailed_code(work, challenge, code)
    try:
        secret = open_secret(work, account.id, account.totp_secret)
    except DecryptionError:  # a FILE_KEY was removed too early: an administrator has to reset the app
        log.error("the authenticator secret of account %s can't be opened with FILE_KEY", account.id)
        return False
    step = app_step(secret, code, work.now)
    return step is not None and use_app_step(work.session, account.id, step)


def _is_mailed_code(work: UnitOfWork, challenge: Challenge, code: str) -> bool:
    """Return whether this is the browser's newest code, or the one before it until it expires.

    Both are always compared.
    """
    newest = is_mark_of(work.context, _marked(challenge.challenge_hash, code), challenge.code_hash or "")
    earlier = is_mark_of(
        work.context,
        _marked(challenge.earlier_challenge_hash or "", code),
        challenge.earlier_code_hash or "",
    )
    lives = challenge.earlier_expires_at is not None and challenge.earlier_expires_at > work.now
    return newest or (earlier and lives)


# --- the authenticator app ------------------------------------------------------------------------


def app_step(secret: str, code: str, now: datetime) -> int | None:
    """Return the half minute that this app code belongs to, now or a neighbour; None when it is wrong."""
    app = pyotp.TOTP(secret)
    current = int(now.replace(tzinfo=UTC).timestamp()) // app.interval
    # All three are compared, so that the time taken shows nothing.
    found = [
        step
        for step in (current - 1, current, current + 1)
        if hmac.compare_digest(app.generate_otp(step), code)
    ]
    return found[0] if found else None


def encrypt_secret(work: UnitOfWork, person_id: int, secret: str) -> str:
    """Return the app's secret encrypted for the database."""
    return encrypt(work.context.settings.file_keys, PURPOSE, (person_id,), secret)


def open_secret(work: UnitOfWork, person_id: int, sealed: str) -> str:
    """Return the app's decrypted secret. Raises DecryptionError when no key fits."""
    return decrypt(work.context.settings.file_keys, PURPOSE, (person_id,), sealed)
