"""Locks. Every transaction takes them in one order, so that none waits in a circle: administrators, the account, the
comparing of children, children by number, forms, invitations, everything else, and the audit's chain last.

While an account or a child is locked, rows that refer to it can still be entered (FOR NO KEY UPDATE): a message to a person
never waits for a transaction that closes their account. On SQLite there is one writer at a time and none of these waits.
"""

from typing import Any

from sqlalchemy import Connection, func, select
from sqlalchemy.orm import Session

from app.core.people import PERSON_TABLE

_person: Any = PERSON_TABLE
_COMPARING, _NUMBERING = (
    0x5E4F,
    0x5E50,
)  # not that of audit/chain.py (0x5E4D), nor that of migrations.py (0x5E4E)


def hold_account(session: Session, person_id: int) -> None:
    """Wait until no other transaction changes this account, its log-ins, links or involvement. Call it before other rows of
    the account are locked, as the recovery of an account does."""
    session.execute(select(_person.c.id).where(_person.c.id == person_id).with_for_update(key_share=True))


def hold_comparing(session: Session) -> None:
    """Wait until no other transaction adds, corrects or merges a child, so that two people who add the same child at once
    find each other's record. Call it before any child is locked."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(select(func.pg_advisory_xact_lock(_COMPARING)))


def hold_numbering(connection: Connection) -> None:
    """Wait until no other transaction gives a case its number. It is locked last of all, but for the audit's chain."""
    if connection.dialect.name == "postgresql":
        connection.execute(select(func.pg_advisory_xact_lock(_NUMBERING)))
