"""The outbox: mail is written in the use case's commit, and claimed by the process that sends it.

Core statements: no row policy shows this table to any principal.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Executable, and_, func, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from app.core.clock import Clock
from app.core.encryption import decrypt, encrypt
from app.core.mail.outbox_table import CODE_LANE, DIGEST_LANE, LETTER_LANE, OutboxMail
from app.core.mail.texts import check_facts
from startup.logs import asked

POST = "post"
"""The key of session.info under which the app's notification service puts the Stamp."""

PURPOSE = "outbox"

_mail = OutboxMail.__table__


@dataclass(frozen=True)
class Stamp:
    """The keys that encrypt a queued mail, and the clock that dates it."""

    file_keys: tuple[str, ...]
    clock: Clock


@dataclass(frozen=True)
class Claimed:
    """A mail that this process may send until its lease ends."""

    id: int
    dedupe_key: str
    letter: str
    to_address: str
    locale: str
    sealed_facts: str
    lane: int
    attempts: int
    written_at: datetime
    request_id: str = ""

    def facts(self, file_keys: tuple[str, ...]) -> dict[str, Any]:
        """Return the values of the template, decrypted."""
        opened: dict[str, Any] = json.loads(decrypt(file_keys, PURPOSE, place_of(self), self.sealed_facts))
        return opened


def place_of(mail: Any) -> tuple[str, str, str]:
    """Return what the encrypted facts are bound to, so that they cannot be moved to another address or template."""
    return mail.dedupe_key, mail.letter, mail.to_address


@dataclass(frozen=True)
class ToSend:
    """A mail to write. The same `dedupe_key` again is the same mail."""

    letter: str
    to: str
    facts: dict[str, Any]
    dedupe_key: str
    person_id: int | None = None
    lane: int = LETTER_LANE
    locale: str = "en"


def queue_mail(session: Session, **mail: Any) -> int:
    """Write one mail (the fields of ToSend), to be sent after the commit, and return its id."""
    return queue_mails(session, [ToSend(**mail)])[0]


def queue_mails(session: Session, mails: Sequence[ToSend]) -> list[int]:
    """Write mails in one statement, to be sent after the commit, and return their ids."""
    if not mails:
        return []
    stamp: Stamp = session.info[POST]
    rows = [_row(mail, stamp) for mail in mails]
    session.flush()
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    written = insert(_mail).values(rows).on_conflict_do_nothing(index_elements=["dedupe_key"])
    numbers = _by_key(session, written.returning(_mail.c.dedupe_key, _mail.c.id))
    if known := [mail.dedupe_key for mail in mails if mail.dedupe_key not in numbers]:
        there = select(_mail.c.dedupe_key, _mail.c.id).where(_mail.c.dedupe_key.in_(known))
        numbers |= _by_key(session, there)
    return [numbers[mail.dedupe_key] for mail in mails]


def _row(mail: ToSend, stamp: Stamp) -> dict[str, Any]:
    check_facts(mail.letter, mail.facts)
    now = stamp.clock.now()
    return {
        "created_at": now,
        "dedupe_key": mail.dedupe_key,
        "letter": mail.letter,
        "recipient_id": mail.person_id,
        "to_address": mail.to,
        "locale": mail.locale,
        "sealed_facts": encrypt(
            stamp.file_keys, PURPOSE, (mail.dedupe_key, mail.letter, mail.to), json.dumps(mail.facts)
        ),
        "lane": mail.lane,
        "run_at": now,
        "attempts": 0,
        "last_error": "",
        "request_id": this.request_id if (this := asked()) else "",
    }


def _by_key(session: Session, statement: Executable) -> dict[str, int]:
    return {key: int(number) for key, number in session.execute(statement)}


def _due(now: datetime) -> ColumnElement[bool]:
    return and_(
        _mail.c.sent_at.is_(None),
        _mail.c.dead_at.is_(None),
        _mail.c.run_at <= now,
        or_(_mail.c.lease_until.is_(None), _mail.c.lease_until <= now),
    )


def claim(
    connection: Connection, now: datetime, owner: str, lease: timedelta, mail_id: int | None = None
) -> Claimed | None:
    """Claim one due mail, this one or the most urgent, for the length of the lease. Returns None when there is none."""
    wanted = select(_mail.c.id).where(_due(now))
    if mail_id is not None:
        wanted = wanted.where(_mail.c.id == mail_id)
    wanted = (
        wanted.order_by(_mail.c.lane, _mail.c.run_at, _mail.c.id).limit(1).with_for_update(skip_locked=True)
    )
    taken = connection.execute(
        update(_mail)
        .where(_mail.c.id == wanted.scalar_subquery(), _due(now))
        .values(lease_until=now + lease, leased_by=owner, attempts=_mail.c.attempts + 1)
        .returning(
            _mail.c.id,
            _mail.c.dedupe_key,
            _mail.c.letter,
            _mail.c.to_address,
            _mail.c.locale,
            _mail.c.sealed_facts,
            _mail.c.lane,
            _mail.c.attempts,
            _mail.c.created_at,
            _mail.c.request_id,
        )
    ).one_or_none()
    return Claimed(*taken) if taken is not None else None


def renew(connection: Connection, mail: Claimed, owner: str, until: datetime) -> None:
    """Extend a lease while the mail server is slow."""
    connection.execute(
        update(_mail).where(_mail.c.id == mail.id, _mail.c.leased_by == owner).values(lease_until=until)
    )


def mark_sent(connection: Connection, mail: Claimed, now: datetime) -> None:
    """Record that the mail server accepted a mail, and delete the mail's encrypted values."""
    connection.execute(
        update(_mail)
        .where(_mail.c.id == mail.id, _mail.c.sent_at.is_(None))
        .values(sent_at=now, sealed_facts=None, lease_until=None, leased_by=None, last_error="")
    )


def mark_failed(
    connection: Connection, mail: Claimed, owner: str, now: datetime, again_at: datetime | None, error: str
) -> None:
    """Record a failed attempt. Without `again_at` the mail is given up; a code, now useless, is then deleted."""
    changes: dict[str, Any] = {"lease_until": None, "leased_by": None, "last_error": error[:200]}
    if again_at is None:
        changes["dead_at"] = now
        if mail.lane == CODE_LANE:
            changes["sealed_facts"] = None
    else:
        changes["run_at"] = again_at
    connection.execute(
        update(_mail).where(_mail.c.id == mail.id, _mail.c.leased_by == owner).values(**changes)
    )


def waiting(connection: Connection) -> tuple[int, datetime | None]:
    """Return how many mails wait, and since when the oldest does."""
    statement = select(func.count(), func.min(_mail.c.created_at)).where(
        _mail.c.sent_at.is_(None), _mail.c.dead_at.is_(None)
    )
    count, oldest = connection.execute(statement).one()
    return int(count), oldest


__all__ = [
    "CODE_LANE",
    "DIGEST_LANE",
    "LETTER_LANE",
    "POST",
    "Claimed",
    "Stamp",
    "claim",
    "mark_failed",
    "mark_sent",
    "queue_mail",
    "queue_mails",
    "renew",
    "waiting",
]
