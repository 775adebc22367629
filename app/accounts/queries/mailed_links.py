"""Queries for mailed links.

They run before anyone is logged in, and no row filter shows a link, so these are Core statements.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import cast

from sqlalchemy import Table, select, update
from sqlalchemy.orm import Session

from app.accounts.tables.mailed_links import MailedLink, Purpose

_link = cast(Table, MailedLink.__table__)


@dataclass(frozen=True)
class OpenLink:
    """A mailed link that still works."""

    id: int
    purpose: Purpose
    email: str
    person_id: int | None
    registration_id: int | None
    chosen_password: str | None


_OPEN_LINK = select(
    _link.c.id,
    _link.c.purpose,
    _link.c.email,
    _link.c.person_id,
    _link.c.registration_id,
    _link.c.chosen_password,
)


def open_link(session: Session, token_hash: str, now: datetime) -> OpenLink | None:
    """Return the link with this hash, or None when it was used, replaced or has expired."""
    found = session.execute(
        _OPEN_LINK.where(
            _link.c.token_hash == token_hash, _link.c.used_at.is_(None), _link.c.expires_at > now
        )
    ).one_or_none()
    return OpenLink(*found) if found else None


def expired_invitation(session: Session, token_hash: str, now: datetime) -> str | None:
    """Return the address of an invitation's link that expired before it was used or replaced, or None."""
    return session.execute(
        select(_link.c.email).where(
            _link.c.token_hash == token_hash,
            _link.c.purpose == Purpose.invite,
            _link.c.used_at.is_(None),
            _link.c.expires_at <= now,
        )
    ).scalar_one_or_none()


def use_up(session: Session, link_id: int, now: datetime) -> bool:
    """Use a link. Return False when another request did so first or it has expired."""
    used = session.execute(
        update(_link)
        .where(_link.c.id == link_id, _link.c.used_at.is_(None), _link.c.expires_at > now)
        .values(used_at=now)
        .returning(_link.c.id)
    )
    return used.one_or_none() is not None


def end_older(session: Session, purpose: Purpose, email: str, person_id: int | None, now: datetime) -> None:
    """End the open links of this purpose about this account, or to this address where no account is given.

    A link about another account to the same address is left alone.
    """
    same = _link.c.email == email if person_id is None else _link.c.person_id == person_id
    session.execute(
        update(_link)
        .where(_link.c.purpose == purpose, same, _link.c.used_at.is_(None))
        .values(used_at=now, chosen_password=None)
    )


def save_password(session: Session, link_id: int, password_hash: str | None) -> None:
    """Save the password chosen through a link until its account is open; None deletes it."""
    session.execute(update(_link).where(_link.c.id == link_id).values(chosen_password=password_hash))


def password_chosen_for(session: Session, registration_id: int) -> tuple[int, str] | None:
    """Return the used link of a waiting registration and the password chosen through it, or None."""
    found = session.execute(
        select(_link.c.id, _link.c.chosen_password).where(
            _link.c.registration_id == registration_id,
            _link.c.used_at.is_not(None),
            _link.c.chosen_password.is_not(None),
        )
    ).first()
    return (found[0], found[1]) if found else None
