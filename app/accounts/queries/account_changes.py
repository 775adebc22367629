"""Queries for pending changes of email address.

They are confirmed and applied before anyone is logged in, so these are Core statements, which no row filter applies
to.
"""

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
    """A confirmed change whose delay is over."""

    id: int
    person_id: int
    new_email: str


def confirm_change(
    session: Session, person_id: int, new_email: str, now: datetime, takes_effect_at: datetime
) -> bool:
    """Confirm the pending change. Return False when there is none.

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
    """Cancel the pending change. Return False when there is none."""
    cancelled = session.execute(
        update(_change)
        .where(_PENDING, _change.c.person_id == person_id)
        .values(cancelled_at=now)
        .returning(_change.c.id)
    )
    return cancelled.one_or_none() is not None


def pending_address(session: Session, person_id: int, since: datetime) -> str | None:
    """Return the new address of the pending change: confirmed, or asked for after this moment. None without one."""
    pending = select(_change.c.new_email).where(
        _PENDING,
        _change.c.person_id == person_id,
        or_(_change.c.confirmed_at.is_not(None), _change.c.created_at > since),
    )
    return session.execute(pending).scalar_one_or_none()


def due_changes(session: Session, now: datetime, email: str | None = None) -> Sequence[DueChange]:
    """Return the confirmed changes whose delay is over.

    With an address, only the change of the account that has it or gets it.
    """
    due = select(_change.c.id, _change.c.person_id, _change.c.new_email).where(
        _PENDING, _change.c.confirmed_at.is_not(None), _change.c.takes_effect_at <= now
    )
    if email is not None:
        owner = select(_person.c.id).where(_person.c.email == email)
        due = due.where(or_(_change.c.new_email == email, _change.c.person_id.in_(owner)))
    return [DueChange(*row) for row in session.execute(due.order_by(_change.c.id).limit(MOST_AT_ONCE))]


def mark_applied(session: Session, change_id: int, now: datetime) -> bool:
    """Mark a change as applied. Return False when another process did so first or it was cancelled."""
    applied = session.execute(
        update(_change)
        .where(_PENDING, _change.c.id == change_id)
        .values(applied_at=now)
        .returning(_change.c.id)
    )
    return applied.one_or_none() is not None


def mark_dropped(session: Session, change_id: int, now: datetime) -> None:
    """Cancel a change that was marked as applied, because its address can no longer be used."""
    session.execute(
        update(_change).where(_change.c.id == change_id).values(applied_at=None, cancelled_at=now)
    )
