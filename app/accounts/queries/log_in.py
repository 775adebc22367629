"""Queries of the log-in.

They run before anyone is logged in, so these are Core statements, which no row filter applies to.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import and_, delete, func, or_, select, update
from sqlalchemy.orm import Session

from app.accounts.tables.log_in import LogInChallenge, SavedSubmission
from app.core.people import PERSON_TABLE
from app.core.rate_limit_counts import forget_counts_before

_person = PERSON_TABLE
_challenge = LogInChallenge.__table__
_saved_submission = SavedSubmission.__table__


@dataclass(frozen=True)
class Account:
    """The columns of an account that logging in needs."""

    id: int
    email: str
    password: str | None
    active: bool
    totp_secret: str | None
    locale: str | None
    known_devices_from: datetime | None = None


_ACCOUNT = select(
    _person.c.id,
    _person.c.email,
    _person.c.password,
    _person.c.active,
    _person.c.totp_secret,
    _person.c.locale,
    _person.c.known_devices_from,
)


def account_by_email(session: Session, email: str) -> Account | None:
    """Return the account with this log-in name, or None."""
    found = session.execute(_ACCOUNT.where(_person.c.email == email)).one_or_none()
    return Account(*found) if found is not None else None


def account_by_id(session: Session, person_id: int) -> Account | None:
    """Return the account with this id, or None."""
    found = session.execute(_ACCOUNT.where(_person.c.id == person_id)).one_or_none()
    return Account(*found) if found is not None else None


def save_new_hash(session: Session, person_id: int, old: str, new: str) -> None:
    """Save the same password hashed with today's settings, unless the password was changed meanwhile."""
    session.execute(
        update(_person).where(_person.c.id == person_id, _person.c.password == old).values(password=new)
    )


def stamp_log_in(
    session: Session, person_id: int, now: datetime, locale: str | None, issued_at: datetime
) -> bool:
    """Record the time and number of the log-in. Return False when the account was closed or recovered since `issued_at`.

    The row stays locked until the commit, so that recovering the account at the same time ends this log-in too.
    """
    stamps: dict[str, Any] = {
        "last_login": now,
        "login_count": func.coalesce(_person.c.login_count, 0) + 1,
        "fail_login_count": 0,
    }
    if locale is not None:
        stamps["locale"] = locale
    since = or_(_person.c.known_devices_from.is_(None), _person.c.known_devices_from <= issued_at)
    stamped = session.execute(
        update(_person)
        .where(_person.c.id == person_id, _person.c.active.is_(True), since)
        .values(**stamps)
        .returning(_person.c.id)
    )
    return stamped.one_or_none() is not None


def use_app_step(session: Session, person_id: int, step: int) -> bool:
    """Use up one half minute of the authenticator app. Return False when it, or a later one, was used already."""
    unused = or_(_person.c.totp_last_step.is_(None), _person.c.totp_last_step < step)
    burnt = session.execute(
        update(_person)
        .where(_person.c.id == person_id, unused)
        .values(totp_last_step=step)
        .returning(_person.c.id)
    )
    return burnt.one_or_none() is not None


# --- challenges -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Challenge:
    """The challenge of a person who is at the second step."""

    id: int
    person_id: int
    purpose: str
    method: str
    subject: str
    code_hash: str | None
    attempts: int
    expires_at: datetime
    closed_at: datetime | None
    issued_at: datetime
    challenge_hash: str
    codes_sent: int
    earlier_challenge_hash: str | None
    earlier_code_hash: str | None
    earlier_expires_at: datetime | None


_COLUMNS = (
    _challenge.c.id,
    _challenge.c.person_id,
    _challenge.c.purpose,
    _challenge.c.method,
    _challenge.c.subject,
    _challenge.c.code_hash,
    _challenge.c.attempts,
    _challenge.c.expires_at,
    _challenge.c.closed_at,
    _challenge.c.issued_at,
    _challenge.c.challenge_hash,
    _challenge.c.codes_sent,
    _challenge.c.earlier_challenge_hash,
    _challenge.c.earlier_code_hash,
    _challenge.c.earlier_expires_at,
)


def challenge_by_hash(session: Session, challenge_hash: str) -> Challenge | None:
    """Return the challenge of this browser, or None."""
    found = (
        session.execute(select(*_COLUMNS).where(_challenge.c.challenge_hash == challenge_hash))
        .mappings()
        .one_or_none()
    )
    return Challenge(**found) if found is not None else None


def count_try(
    session: Session, challenge_hash: str, now: datetime, latest_issue: datetime, most: int
) -> Challenge | None:
    """Count one try and return the challenge, or None when no try is left.

    The database counts, so that guesses sent at the same moment share the five tries.
    """
    open_still = and_(
        _challenge.c.challenge_hash == challenge_hash,
        _challenge.c.closed_at.is_(None),
        _challenge.c.attempts < most,
        _challenge.c.expires_at > now,
        _challenge.c.issued_at <= latest_issue,
    )
    counting = update(_challenge).where(open_still).values(attempts=_challenge.c.attempts + 1)
    found = session.execute(counting.returning(*_COLUMNS)).mappings().one_or_none()
    return Challenge(**found) if found is not None else None


def close_challenge(session: Session, challenge_id: int, now: datetime) -> bool:
    """Use up a challenge. Return False when another request did so first."""
    closing = update(_challenge).where(_challenge.c.id == challenge_id, _challenge.c.closed_at.is_(None))
    return session.execute(closing.values(closed_at=now).returning(_challenge.c.id)).one_or_none() is not None


def close_challenges(session: Session, person_id: int, now: datetime) -> None:
    """Close every open challenge of an account, in whichever browser."""
    closing = update(_challenge).where(_challenge.c.person_id == person_id, _challenge.c.closed_at.is_(None))
    session.execute(closing.values(closed_at=now))


# --- clearing up ----------------------------------------------------------------------------------


def forget_before(session: Session, day_ago: datetime, week_ago: datetime) -> None:
    """Delete challenges and counts older than a day, and saved submissions older than a week."""
    session.execute(delete(_challenge).where(_challenge.c.issued_at < day_ago))
    forget_counts_before(session, day_ago)
    session.execute(delete(_saved_submission).where(_saved_submission.c.kept_at < week_ago))
