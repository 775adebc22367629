"""Staying logged in: opening, finding and ending log-ins. A log-in is a row; the cookie is only its secret number."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import update
from sqlalchemy.orm import Session

from app.domain.roles import Principal, Profession, Role
from app.models import LogInSession
from app.services.work import Work
from app.store.queries.signed_in import open_log_in

IDLE = timedelta(minutes=30)
LONGEST = timedelta(hours=12)


@dataclass(frozen=True)
class SignedIn:
    """The person behind a request, as Flask-Login wants to see them: a snapshot, never a row."""

    principal: Principal
    email: str
    log_in_id: int
    opened_at: datetime
    seen_at: datetime

    is_authenticated = True
    is_active = True
    is_anonymous = False

    @property
    def id(self) -> int:
        """The person's number."""
        return self.principal.user_id

    @property
    def name(self) -> str:
        """First and last name."""
        return self.principal.name

    def get_id(self) -> str:
        """The person's number as Flask-Login keeps it."""
        return str(self.principal.user_id)


def hash_of(secret: str) -> str:
    """What the database keeps of a secret number or token."""
    return hashlib.sha256(secret.encode()).hexdigest()


def open_session(work: Work, person_id: int, second_step: str) -> str:
    """Log somebody in who has passed both steps; gives the secret number for their cookie."""
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
    """Who this secret number belongs to, unless it was ended, idle for 30 minutes, or open for 12 hours."""
    found = open_log_in(session, hash_of(sid))
    if found is None or now - found.seen_at > IDLE or now - found.opened_at > LONGEST:
        return None
    roles = frozenset(Role[name] for name in found.role_names if name in Role.__members__)
    principal = Principal(
        user_id=found.person_id,
        name=found.name,
        roles=roles,
        profession=found.profession if isinstance(found.profession, Profession) else None,
        organisation_id=found.organisation_id,
        strong_second_step=found.second_step == "app",
    )
    return SignedIn(principal, found.email, found.log_in_id, found.opened_at, found.seen_at)


def end_sessions(work: Work, person_id: int, except_log_in: int | None = None) -> None:
    """End every log-in of a person at once, but for one if named."""
    ending = update(LogInSession).where(LogInSession.person_id == person_id, LogInSession.ended_at.is_(None))
    if except_log_in is not None:
        ending = ending.where(LogInSession.id != except_log_in)
    work.session.execute(ending.values(ended_at=work.now))
