"""Changes of email address on their way: confirmed and applied before anybody is known, so Core statements on purpose."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import cast

from sqlalchemy import Table, and_, or_, select, update
from sqlalchemy.orm import Session

from app.accounts.tables.account_changes import EmailChange
from app.core.people import PERSON_TABLE

_person = cast(Table, PERSON_TABLE)
_change = cast(Table, EmailChange.__table__)
_PENDING = and_(_change.c.applied_at.is_(None), _change.c.cancelled_at.is_(None))
MOST_AT_ONCE = 50


@dataclass(frozen=True)
class DueChange:
    """A confirmed change whose time has come."""

    id: int
    person_id: int
    new_email: str


def confirm_change(
    session: Session, person_id: int, new_email: str, now: datetime, takes_effect_at: datetime
) -> bool:
    """Confirm the pending change; False when there is none (any more).

    Raises IntegrityError when another account has confirmed the same address.
    """
    confirmed = session.execute(
        update(_change)
        .where(
            _PENDING,
            _change.c.person_id == person_id,
            _change.c.new_email == new_email,
            _change.c.confirmed_at.is_(None),
        )
        .values(confirmed_at=now, takes_effect_at=takes_effect_at)
        .returning(_change.c.id)
    )
    return confirmed.one_or_none() is not None


def cancel_change(session: Session, person_id: int, now: datetime) -> bool:
    """Cancel the pending change; False when there was none (any more)."""
    cancelled = session.execute(
        update(_change)
        .where(_PENDING, _change.c.person_id == person_id)
        .values(cancelled_at=now)
        .returning(_change.c.id)
    )
    return cancelled.one_or_none() is not None


def due_changes(session: Session, now: datetime, email: str | None = None) -> Sequence[DueChange]:
    """The confirmed changes whose time has come; with an address, only the one of the account that has it or gets it."""
    due = select(_change.c.id, _change.c.person_id, _change.c.new_email).where(
        _PENDING, _change.c.confirmed_at.is_not(None), _change.c.takes_effect_at <= now
    )
    if email is not None:
        owner = select(_person.c.id).where(_person.c.email == email)
        due = due.where(or_(_change.c.new_email == email, _change.c.person_id.in_(owner)))
    return [DueChange(*row) for row in session.execute(due.order_by(_change.c.id).limit(MOST_AT_ONCE))]


def mark_applied(session: Session, change_id: int, now: datetime) -> bool:
    """Mark a change as applied; False when another process was quicker or it was cancelled."""
    applied = session.execute(
        update(_change)
        .where(_PENDING, _change.c.id == change_id)
        .values(applied_at=now)
        .returning(_change.c.id)
    )
    return applied.one_or_none() is not None


def mark_dropped(session: Session, change_id: int, now: datetime) -> None:
    """The address became somebody else's: the change that was marked as applied is cancelled instead."""
    session.execute(
        update(_change).where(_change.c.id == change_id).values(applied_at=None, cancelled_at=now)
    )
