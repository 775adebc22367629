"""Open, find and end sessions. A session is a row; the cookie holds only its secret id."""

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.accounts.events import LoggedOut
from app.accounts.queries.signed_in import open_log_in
from app.accounts.recovery import end_everything_pending
from app.accounts.tables.log_in import LogInSession
from app.core.database.locks import hold_account
from app.core.errors import NotFound, PortalError
from app.core.roles import Principal, Profession, Role
from app.core.try_limits import CLOCKS_DIFFER, IDLE, LONGEST, PROOF_LIFE, TOUCH_EVERY
from app.core.unit_of_work import UnitOfWork


class ProveFirst(PortalError):
    """This changes how a person logs in, so the password and a code are required again first."""

    status = 403


@dataclass(frozen=True)
class SignedIn:
    """The person of a request in the form Flask-Login needs: a copy, never a row."""

    principal: Principal
    email: str
    log_in_id: int
    opened_at: datetime
    seen_at: datetime
    proved_at: datetime | None = None
    has_authenticator: bool = False
    organisation_name: str = ""
    """The organisation that they act for."""
    has_several: bool = False
    """Whether they work for several organisations."""

    is_authenticated = True
    is_active = True
    is_anonymous = False

    @property
    def id(self) -> int:
        """The person's id."""
        return self.principal.user_id

    @property
    def name(self) -> str:
        """First and last name."""
        return self.principal.name

    def get_id(self) -> str:
        """Return the person's id as Flask-Login stores it."""
        return str(self.principal.user_id)


def hash_of(secret: str) -> str:
    """Return the hash of a secret, which is all the database stores."""
    return hashlib.sha256(secret.encode()).hexdigest()


def open_session(work: UnitOfWork, person_id: int, second_step: str) -> str:
    """Open a session for a person who has passed both steps, and return the secret for their cookie."""
    sid = secrets.token_urlsafe(32)
    work.add(
        LogInSession(
            sid_hash=hash_of(sid),
            person_id=person_id,
            opened_at=work.now,
            seen_at=work.now,
            second_step=second_step,
            device=work.origin.device,
            address_hash=work.origin.address_hash,
        )
    )
    return sid


def find_session(session: Session, sid: str, now: datetime) -> SignedIn | None:
    """Return the person of this secret, unless the session was ended, idle for 30 minutes, or open for 12 hours."""
    found = open_log_in(session, hash_of(sid))
    if found is None or now - found.seen_at > IDLE or now - found.opened_at > LONGEST:
        return None
    if found.seen_at - now > CLOCKS_DIFFER:
        return None  # the clock was set back: the session would last an hour longer
    roles = frozenset(Role[name] for name in found.role_names if name in Role.__members__)
    principal = Principal(
        user_id=found.person_id,
        name=found.name,
        roles=roles,
        profession=found.profession if isinstance(found.profession, Profession) else None,
        organisation_id=found.organisation_id,
        is_confirmed=found.is_confirmed,
        leads_organisation=found.leads_organisation,
    )
    return SignedIn(
        principal,
        found.email,
        found.log_in_id,
        found.opened_at,
        found.seen_at,
        found.proved_at,
        found.has_authenticator,
        found.organisation_name,
        found.memberships > 1,
    )


def touch(work: UnitOfWork, log_in_id: int) -> None:
    """Record activity in this session. Only a person's own actions count, never a page's automatic requests."""
    work.session.execute(
        update(LogInSession)
        .where(LogInSession.id == log_in_id, LogInSession.seen_at < work.now, LogInSession.ended_at.is_(None))
        .values(seen_at=work.now)
        .execution_options(synchronize_session=False)
    )


def wants_touch(signed_in: SignedIn, now: datetime) -> bool:
    """Return whether the activity is due to be recorded again, which is once a minute."""
    return now - signed_in.seen_at >= TOUCH_EVERY


def is_proved(signed_in: SignedIn, now: datetime) -> bool:
    """Return whether the password and a code were given recently, so that changes to the log-in are allowed."""
    return signed_in.proved_at is not None and now - signed_in.proved_at <= PROOF_LIFE


def mark_proved(work: UnitOfWork, log_in_id: int) -> None:
    """Record that the password and code were right again."""
    work.get(LogInSession, log_in_id).proved_at = work.now


def require_proof(work: UnitOfWork, log_in_id: int) -> None:
    """Raise ProveFirst unless password and code were given again in this log-in within the last ten minutes.

    The account and the row stay locked until the commit, so that recovering the account at the same time undoes this
    change.
    """
    hold_account(work.session, work.me.user_id)
    mine = select(LogInSession).where(LogInSession.id == log_in_id, LogInSession.ended_at.is_(None))
    row = work.session.scalars(mine.with_for_update().execution_options(populate_existing=True)).one_or_none()
    if row is None or row.proved_at is None or work.now - row.proved_at > PROOF_LIFE:
        raise ProveFirst


def my_log_ins(work: UnitOfWork) -> Sequence[LogInSession]:
    """Return this person's open log-ins, the latest use first."""
    open_still = (
        LogInSession.person_id == work.me.user_id,
        LogInSession.ended_at.is_(None),
        LogInSession.seen_at >= work.now - IDLE,
        LogInSession.opened_at >= work.now - LONGEST,
    )
    statement = (
        select(LogInSession).where(*open_still).order_by(LogInSession.seen_at.desc(), LogInSession.id.desc())
    )
    return work.session.scalars(statement.limit(50)).all()


def end_one(work: UnitOfWork, log_in_id: int) -> None:
    """End one of this person's log-ins. Raises NotFound when it is not theirs or has ended."""
    row = work.get(LogInSession, log_in_id)
    if row.ended_at is not None:
        raise NotFound
    row.ended_at = work.now
    work.record(LoggedOut(person_id=row.person_id))


def end_mine(work: UnitOfWork) -> None:
    """Log this person out everywhere."""
    end_everything_pending(work, work.me.user_id)
    work.record(LoggedOut(person_id=work.me.user_id))
