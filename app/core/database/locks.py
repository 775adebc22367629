"""Locks. Every transaction takes them in one order, so that none waits in a circle: administrators, the account, the
comparing of children, children by number, forms, invitations, everything else, and the audit's chain last.

A lock on an account or a child lets rows that refer to it be entered meanwhile (FOR NO KEY UPDATE): a message to a person
never waits for whoever closes their account. On SQLite there is one writer at a time and these wait for nobody.
"""

from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.core.people import PERSON_TABLE

_person: Any = PERSON_TABLE
_COMPARING = 0x5E4F  # not that of audit/chain.py (0x5E4D), nor that of migrations.py (0x5E4E)


def hold_account(session: Session, person_id: int) -> None:
    """Wait until nobody else changes this account, its log-ins, links or involvement. Ask for it before anything else
    of the account is locked: whoever takes an account back locks in that order."""
    session.execute(select(_person.c.id).where(_person.c.id == person_id).with_for_update(key_share=True))


def hold_comparing(session: Session) -> None:
    """Wait until nobody else adds, corrects or merges a child: two who add the same child at once must find each other.
    Ask for it before any child is locked."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(select(func.pg_advisory_xact_lock(_COMPARING)))
