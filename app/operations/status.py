"""System status for the administrators: mail, workers, backup, versions; no data about children."""

import json
import platform
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.tables.people import Person
from app.core.database.health import revision_within
from app.core.errors import InvalidState, NotFound
from app.core.events import MailSentAgain
from app.core.mail import queue_state
from app.core.mail.heartbeat import last_seen
from app.core.mail.queue_state import GivenUp, Lane
from app.core.unit_of_work import AppContext, UnitOfWork
from app.operations.health import LEAST_FREE, free_share, weaknesses
from startup.version import VERSION

MOST_SHOWN = 50
LAST_BACKUP = Path("backups") / "last.json"
BACKUP_EVERY = timedelta(days=1)
WORKER_AWAY = timedelta(minutes=2)


@dataclass(frozen=True)
class Queue:
    """The mail queue and the workers at one moment."""

    now: datetime
    lanes: Sequence[Lane]
    given_up: int
    worker_seen: datetime | None

    @property
    def worker_missing(self) -> bool:
        """Return whether no worker has been seen lately."""
        return self.worker_seen is None or self.now - self.worker_seen > WORKER_AWAY


@dataclass(frozen=True)
class LastBackup:
    """The latest backup, as `flask portal backup` recorded it."""

    at: datetime
    kind: str
    bytes: int

    def is_old(self, now: datetime) -> bool:
        """Return whether a newer backup should exist."""
        return now - self.at > BACKUP_EVERY


@dataclass(frozen=True)
class SystemStatus:
    """The content of the status page."""

    queue: Queue
    mails: Sequence[GivenUp]
    names: Mapping[int, str]
    """The accounts that the undelivered mails were for, by id."""
    backup: LastBackup | None
    weaknesses: Sequence[str]
    disk_free: float
    versions: Mapping[str, str]
    email_change_delay_hours: int

    @property
    def disk_full(self) -> bool:
        """Return whether the disk is nearly full."""
        return self.disk_free <= LEAST_FREE


def queue_status(context: AppContext) -> Queue:
    """Return the state of the queue and the workers now."""
    now = context.clock.now()
    with context.database.engine.connect() as connection:
        return Queue(
            now,
            queue_state.lanes(connection, now),
            queue_state.count_given_up(connection),
            last_seen(connection),
        )


def system_status(work: UnitOfWork) -> SystemStatus:
    """Return the content of the status page.

    The number of queries does not depend on the amount of mail.
    """
    connection = work.session.connection()
    mails = queue_state.given_up(connection, MOST_SHOWN)
    return SystemStatus(
        queue_status(work.context),
        mails,
        _names(work.session, [each.recipient_id for each in mails if each.recipient_id]),
        last_backup(work.context.settings.data_dir),
        weaknesses(work.context),
        free_share(work.context),
        {
            "portal": VERSION,
            "python": platform.python_version(),
            "database": ".".join(str(part) for part in connection.dialect.server_version_info or ()),
            "database_kind": "SQLite" if work.context.database.is_sqlite else "PostgreSQL",
            "migration": revision_within(connection),
        },
        work.context.settings.email_change_delay_hours,
    )


def _names(session: Session, numbers: Sequence[int]) -> dict[int, str]:
    if not numbers:
        return {}
    people = session.scalars(select(Person).where(Person.id.in_(numbers)))
    return {person.id: person.name for person in people}


def last_backup(data_dir: Path) -> LastBackup | None:
    """Return the latest backup; None when there is none on record, or the record cannot be read."""
    try:
        record = json.loads((data_dir / LAST_BACKUP).read_text(encoding="utf-8"))
        at = datetime.fromisoformat(record["at"])
        at = at.astimezone(UTC).replace(tzinfo=None) if at.tzinfo else at
        return LastBackup(at, str(record["kind"]), int(record["bytes"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def send_again(work: UnitOfWork, mail_id: int) -> None:
    """Put an undelivered mail back into the queue.

    Raises InvalidState for one that has expired.
    """
    connection = work.session.connection()
    found = queue_state.given_up(connection, 1, mail_id)
    if not found:
        raise NotFound("OutboxMail")
    if not found[0].can_go_again(work.now) or not queue_state.send_again(connection, mail_id, work.now):
        raise InvalidState("send again")
    work.mailed.append(mail_id)
    work.record(MailSentAgain(mail_id=mail_id, letter=found[0].letter))
