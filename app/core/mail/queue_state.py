"""The state of outgoing mail: what waits in each mail lane and since when, and what was given up.

Core statements: no row policy shows the outbox to any principal. Addresses and texts are not selected.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, func, select, update

from app.core.mail.outbox_table import CODE_LANE, DIGEST_LANE, LETTER_LANE, OutboxMail
from app.core.mail.texts import MAILS

LANES = {CODE_LANE: "code", LETTER_LANE: "letter", DIGEST_LANE: "digest"}
LINK_LIVES = timedelta(hours=24)

_mail = OutboxMail.__table__
_waiting = _mail.c.sent_at.is_(None) & _mail.c.dead_at.is_(None)


@dataclass(frozen=True)
class Lane:
    """The mail that waits in one lane."""

    name: str
    waiting: int = 0
    late_since: datetime | None = None
    """When the oldest due mail became due; None when none is."""

    def late_by(self, now: datetime) -> timedelta:
        """Return how long the oldest due mail has waited to be sent."""
        return max(now - self.late_since, timedelta()) if self.late_since else timedelta()


@dataclass(frozen=True)
class GivenUp:
    """A mail that was given up after its last attempt."""

    id: int
    letter: str
    recipient_id: int | None
    written_at: datetime
    given_up_at: datetime
    attempts: int
    reason: str
    has_facts: bool

    def can_go_again(self, now: datetime) -> bool:
        """Return whether it can be sent again: not a code, which was deleted, nor a link that has expired."""
        has_link = "path" in MAILS.get(self.letter, frozenset())
        return self.has_facts and not (has_link and now - self.written_at > LINK_LIVES)


def lanes(connection: Connection, now: datetime) -> list[Lane]:
    """Return every lane, the most urgent first."""
    due_since = func.min(_mail.c.run_at).filter(_mail.c.run_at <= now)
    asked = select(_mail.c.lane, func.count(), due_since).where(_waiting).group_by(_mail.c.lane)
    found = {lane: Lane(LANES[lane], count, since) for lane, count, since in connection.execute(asked)}
    return [found.get(lane, Lane(name)) for lane, name in LANES.items()]


def count_given_up(connection: Connection) -> int:
    """Return how many mails were given up and not deleted yet."""
    return int(connection.execute(select(func.count()).where(_mail.c.dead_at.is_not(None))).scalar_one())


def given_up(connection: Connection, most: int, mail_id: int | None = None) -> Sequence[GivenUp]:
    """Return the mails given up last, or this one."""
    asked = select(
        _mail.c.id,
        _mail.c.letter,
        _mail.c.recipient_id,
        _mail.c.created_at,
        _mail.c.dead_at,
        _mail.c.attempts,
        _mail.c.last_error,
        _mail.c.sealed_facts.is_not(None),
    ).where(_mail.c.dead_at.is_not(None))
    if mail_id is not None:
        asked = asked.where(_mail.c.id == mail_id)
    asked = asked.order_by(_mail.c.dead_at.desc(), _mail.c.id.desc()).limit(most)
    return [GivenUp(*row) for row in connection.execute(asked)]


def send_again(connection: Connection, mail_id: int, now: datetime) -> bool:
    """Queue a mail that was given up as if new. Returns False when it was queued again already."""
    done = connection.execute(
        update(_mail)
        .where(_mail.c.id == mail_id, _mail.c.dead_at.is_not(None), _mail.c.sealed_facts.is_not(None))
        .values(dead_at=None, run_at=now, attempts=0, lease_until=None, leased_by=None)
    )
    return done.rowcount == 1
