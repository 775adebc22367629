"""The second step: a code by e-mail, or from an authenticator app. Until it is right, somebody is nobody.

The code is bound to one challenge, and the challenge to the browser that gave the right password. Only keyed hashes
are kept. Five tries a code, counted by the database itself; a right code works once.
"""

import hashlib
import hmac
import logging
import secrets
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, datetime

import pyotp

from app.domain.devices import device_name
from app.domain.errors import PortalError
from app.domain.events import AccountCooledDown
from app.domain.log_in import (
    CLOCKS_DIFFER,
    CODE_LIFE,
    CODES_SENT,
    CODES_SENT_A_DAY,
    COOL_DOWN,
    TRIES_PER_CODE,
    WRONG_CODES,
    code_typed,
)
from app.models import LogInChallenge
from app.post.outbox import CODE_LANE, queue_mail
from app.services import throttle
from app.services.sessions import hash_of
from app.services.work import Work
from app.store.queries.log_in import (
    Account,
    Challenge,
    account_by_id,
    burn_app_step,
    challenge_by_hash,
    close_challenge,
    close_challenges,
    count_try,
)
from app.store.sealing import BrokenSeal, seal, unseal

log = logging.getLogger(__name__)

Desk = Callable[[], AbstractContextManager[Work]]
"""Opens one piece of work after another: a try must stay counted even when what follows it fails."""

LOG_IN, PROVE = "log_in", "prove"
BY_EMAIL, BY_APP = "email", "app"
SEALED_FOR = "authenticator"


class LogInAgain(PortalError):
    """There is nothing to give a code for any more: back to the log-in page."""

    status = 401


class WrongCode(PortalError):
    """Not the code. `tries_left` of this one; none means that only a new code helps."""

    status = 401

    def __init__(self, tries_left: int) -> None:
        super().__init__("wrong code")
        self.tries_left = tries_left


@dataclass(frozen=True)
class Passed:
    """Both steps were right."""

    person_id: int
    method: str


@dataclass(frozen=True)
class Step:
    """Where somebody stands in the second step, for the page that asks for the code."""

    method: str
    purpose: str
    email: str


def begin(work: Work, account: Account, subject: str, purpose: str = LOG_IN) -> str:
    """The password was right: ask for the second step, and give the secret number that binds it to this browser.

    Raises TooMany while the account rests, or when too many codes went out.
    """
    throttle.check_rest(work, WRONG_CODES, subject)
    if account.totp_secret is not None:
        return _open(work, account, subject, purpose, BY_APP, None)
    return send_code(work, account, subject, purpose)


def send_code(work: Work, account: Account, subject: str, purpose: str = LOG_IN) -> str:
    """A new code by e-mail; older ones die. Raises TooMany when too many went out."""
    throttle.check_rest(work, WRONG_CODES, subject)
    throttle.take(work, CODES_SENT, subject)
    throttle.take(work, CODES_SENT_A_DAY, subject)
    code = pyotp.HOTP(pyotp.random_base32()).at(0)
    secret = _open(work, account, subject, purpose, BY_EMAIL, code)
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


def send_another(desk: Desk, secret: str | None) -> str:
    """ "Send a new code", also for whoever left their app at home. Raises LogInAgain, TooMany."""
    with desk() as work:
        challenge = _standing(work, secret)
        account = account_by_id(work.session, challenge.person_id) if challenge else None
        if challenge is None or account is None or not account.active:
            raise LogInAgain
        return send_code(work, account, challenge.subject, challenge.purpose)


def step_at(work: Work, secret: str | None) -> Step | None:
    """What to ask this browser for; None when it has to begin anew."""
    challenge = _standing(work, secret)
    account = account_by_id(work.session, challenge.person_id) if challenge else None
    return Step(challenge.method, challenge.purpose, account.email) if challenge and account else None


def verify(desk: Desk, secret: str | None, typed: str, purpose: str = LOG_IN) -> Passed:
    """Is this the code? Raises WrongCode, or LogInAgain when there is no challenge left to answer."""
    code = code_typed(typed)
    if secret is None or code is None:
        with desk() as work:
            challenge = _standing(work, secret)
        if challenge is None:
            raise LogInAgain
        raise WrongCode(TRIES_PER_CODE - challenge.attempts)
    with desk() as work:
        tried = count_try(work.session, hash_of(secret), work.now, work.now + CLOCKS_DIFFER, TRIES_PER_CODE)
        standing = tried or _standing(work, secret)
        right = tried is not None and tried.purpose == purpose and _is_right(work, tried, secret, code)
        burnt = tried is not None and right and close_challenge(work.session, tried.id, work.now)
        if tried is not None and not right:
            _count_wrong(work, tried)
    if standing is None:
        raise LogInAgain
    if tried is None or not burnt:
        raise WrongCode(TRIES_PER_CODE - standing.attempts)
    return Passed(tried.person_id, tried.method)


def _standing(work: Work, secret: str | None) -> Challenge | None:
    """The browser's challenge while it may still be answered or sent anew."""
    found = challenge_by_hash(work.session, hash_of(secret)) if secret else None
    return found if found and found.closed_at is None and found.expires_at > work.now else None


def _open(work: Work, account: Account, subject: str, purpose: str, method: str, code: str | None) -> str:
    secret = secrets.token_urlsafe(32)
    close_challenges(work.session, account.id, work.now)
    work.add(
        LogInChallenge(
            challenge_hash=hash_of(secret),
            person_id=account.id,
            purpose=purpose,
            method=method,
            subject=subject,
            code_hash=_code_hash(work, secret, code) if code else None,
            issued_at=work.now,
            expires_at=work.now + CODE_LIFE,
            attempts=0,
        )
    )
    return secret


def _code_hash(work: Work, secret: str, code: str) -> str:
    told = f"otp|{hash_of(secret)}|{code}".encode()
    return hmac.new(work.office.settings.otp_key.encode(), told, hashlib.sha256).hexdigest()


def _is_right(work: Work, challenge: Challenge, secret: str, code: str) -> bool:
    if challenge.method == BY_EMAIL:
        return hmac.compare_digest(challenge.code_hash or "", _code_hash(work, secret, code))
    account = account_by_id(work.session, challenge.person_id)
    if account is None or account.totp_secret is None:
        return False
    try:
        secret = open_secret(work, account.totp_secret)
    except BrokenSeal:  # a FILE_KEY was taken away too early: an emailed code still lets them in
        log.error("the authenticator secret of account %s can't be opened with FILE_KEY", account.id)
        return False
    step = app_step(secret, code, work.now)
    return step is not None and burn_app_step(work.session, account.id, step)


def _count_wrong(work: Work, challenge: Challenge) -> None:
    """Wrong codes are counted over all challenges too: after fifteen in an hour the account rests."""
    if throttle.take(work, WRONG_CODES, challenge.subject) >= WRONG_CODES.most:
        throttle.rest(work, WRONG_CODES, challenge.subject, COOL_DOWN)
        close_challenges(work.session, challenge.person_id, work.now, challenge.subject)
        work.tell(AccountCooledDown(person_id=challenge.person_id))


# --- the authenticator app ------------------------------------------------------------------------


def app_step(secret: str, code: str, now: datetime) -> int | None:
    """Which half minute this app code belongs to, the one now or a neighbour; None when it is wrong."""
    app = pyotp.TOTP(secret)
    current = int(now.replace(tzinfo=UTC).timestamp()) // app.interval
    # All three are compared, so that the time taken tells nothing.
    found = [
        step
        for step in (current - 1, current, current + 1)
        if hmac.compare_digest(app.generate_otp(step), code)
    ]
    return found[0] if found else None


def seal_secret(work: Work, secret: str) -> str:
    """The app's secret as the database keeps it."""
    return seal(work.office.settings.file_keys, SEALED_FOR, secret)


def open_secret(work: Work, sealed: str) -> str:
    """The app's secret again."""
    return unseal(work.office.settings.file_keys, SEALED_FOR, sealed)
