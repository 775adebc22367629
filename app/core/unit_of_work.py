"""The unit of work: one use case in one transaction, with its events, messages and mail."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any, Protocol, TypeVar

from sqlalchemy import Select, bindparam, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError
from sqlalchemy.sql.base import ExecutableOption

from app.core.clock import Clock
from app.core.database.engine import Database, begin_writing, is_duplicate
from app.core.database.row_filter import set_principal
from app.core.errors import Conflict, NotFound, PortalError
from app.core.events import Event
from app.core.mail.backends import MailBackendSettings
from app.core.mail.queue import QueueSettings
from app.core.origin import NOWHERE, Origin
from app.core.roles import Principal
from startup.object_store import S3Settings

RowType = TypeVar("RowType")

REPEATED_WITHIN = timedelta(minutes=1)
"""A button pressed twice, or a page sent again by the browser."""


class NotificationSettings(MailBackendSettings, QueueSettings, Protocol):
    """The settings of notifications."""

    @property
    def audit_keys(self) -> tuple[str, ...]:
        """The keys of the audit log, the newest first."""
        ...

    @property
    def council(self) -> Any:
        """The council's name and contacts (config.Council)."""
        ...


class Notifier(Protocol):
    """The interface of NotificationService (app/messages/notification_service.py), which core cannot import."""

    @property
    def settings(self) -> Any:
        """The settings it was made with."""
        ...

    @property
    def database(self) -> Database:
        """The database."""
        ...

    @property
    def clock(self) -> Clock:
        """The clock."""
        ...

    @property
    def task_queue(self) -> Any:
        """The queue that wakes the worker."""
        ...

    @property
    def mail_sender(self) -> Any:
        """The sender of this process."""
        ...

    def write(
        self,
        session: Session,
        events: Sequence[Event],
        who: Principal | None,
        now: datetime,
        origin: Origin,
        *,
        is_silent: bool = False,
    ) -> list[int]:
        """Write audit rows, messages and outgoing mail for these events; return the ids of the mail.

        `is_silent`: audit rows only.
        """

    def wake(self, mail: Sequence[int]) -> None:
        """Send or queue this mail after the commit."""

    def deliver_due(self) -> int:
        """Send all mail that is due; return how many."""


class AppSettings(NotificationSettings, Protocol):
    """What the use cases need of the settings (config.Settings has it all)."""

    @property
    def backup_recipients(self) -> tuple[str, ...]:
        """The age public keys of backups."""
        ...

    @property
    def backups_unencrypted(self) -> bool:
        """Whether a live portal may write backups unencrypted."""
        ...

    @property
    def otp_keys(self) -> tuple[str, ...]:
        """The keys of authenticator secrets, the newest first."""
        ...

    @property
    def argon2_memory_kib(self) -> int:
        """The memory of one password check, in KiB."""
        ...

    @property
    def argon2_time(self) -> int:
        """The passes of one password check."""
        ...

    @property
    def email_change_delay_hours(self) -> int:
        """Hours before a new email address counts."""
        ...

    @property
    def two_administrators(self) -> bool:
        """Whether two administrators must agree to a reset."""
        ...

    @property
    def clamd_address(self) -> str:
        """The address of ClamAV, or empty."""
        ...

    @property
    def s3(self) -> S3Settings | None:
        """The object store, or None for a folder."""
        ...


@dataclass(frozen=True)
class AppContext:
    """What every use case needs: database, clock, notifications and settings. One per process."""

    database: Database
    clock: Clock
    notification_service: Notifier
    settings: AppSettings


@lru_cache(maxsize=200)
def _row_of(table: Any, options: tuple[ExecutableOption, ...]) -> Select[Any]:
    """Return the statement that loads one row, built once so that SQLAlchemy finds it in its cache."""
    found: Select[Any] = select(table).where(table.id == bindparam("row")).options(*options)
    return found


@dataclass
class UnitOfWork:
    """One use case of one person, in one transaction."""

    context: AppContext
    session: Session
    who: Principal | None
    origin: Origin = NOWHERE
    events: list[Event] = field(default_factory=list)
    no_one_notified: bool = False
    """An event was recorded and no one could be sent a message about it; set before the commit. False where nothing
    happened, as when the same button is pressed twice."""
    is_silent: bool = False
    """What happens is audited and no one is sent a message about it, because it happened long ago in another system."""
    mailed: list[int] = field(default_factory=list)
    """Mail that the use case itself put into the outbox (a code, a link): sent right after the commit."""

    @property
    def me(self) -> Principal:
        """The principal. Raises NotFound without one, since a session without a principal sees no rows."""
        if self.who is None:
            raise NotFound
        return self.who

    @property
    def now(self) -> datetime:
        """Now, in UTC."""
        return self.context.clock.now()

    @property
    def today(self) -> date:
        """Today in London."""
        return self.context.clock.today()

    def get(self, table: type[RowType], row_id: int, *options: ExecutableOption) -> RowType:
        """Return the row with this id. Raises NotFound when it does not exist or this person may not see it."""
        row = self.find(table, row_id, *options)
        if row is None:
            raise NotFound(table.__name__)
        return row

    def find(self, table: type[RowType], row_id: int | None, *options: ExecutableOption) -> RowType | None:
        """Return the row with this id, or None where there is none, or none that this person may see."""
        if row_id is None:
            return None
        of_table: Any = table
        statement = _row_of(of_table, options)
        row: RowType | None = self.session.scalars(statement, {"row": row_id}).unique().one_or_none()
        return row

    def add(self, row: RowType) -> RowType:
        """Add a new row, and return it with its id."""
        self.session.add(row)
        self.session.flush()
        return row

    def add_only(self, row: RowType, refusal: PortalError) -> RowType:
        """Add a row of which only one may be open. Raises `refusal` when a unique index finds another."""
        try:
            with self.session.begin_nested():
                self.session.add(row)
                self.session.flush()
        except IntegrityError as taken:
            if is_duplicate(taken):
                raise refusal from taken
            raise
        return row

    def is_repeat(self, created_at: datetime, by: int | None) -> bool:
        """Return whether this person made that row a moment ago, so that a repeated request gets the same answer."""
        return by == self.me.user_id and self.is_just_now(created_at)

    def is_just_now(self, created_at: datetime) -> bool:
        """Return whether a row was made a moment ago, by this person or by another one at the same time."""
        return self.now - created_at <= REPEATED_WITHIN

    def record(self, event: Event) -> None:
        """Record an event; audit rows, messages and mail are written for it at the commit."""
        self.events.append(event)


class ReadOnlyWork(UnitOfWork):
    """A unit of work that is never committed, so that an event recorded in it would be lost."""

    def add(self, row: RowType) -> RowType:
        """Raise RuntimeError."""
        raise RuntimeError(f"a page that only reads adds no {type(row).__name__}")

    def record(self, event: Event) -> None:
        """Raise RuntimeError: what must be audited is read in a unit of work that is committed."""
        raise RuntimeError(f"a page that only reads records no {type(event).__name__}")


@contextmanager
def unit_of_work(
    context: AppContext,
    who: Principal | None,
    origin: Origin = NOWHERE,
    session: Session | None = None,
    *,
    commit: bool = True,
) -> Iterator[UnitOfWork]:
    """Run one use case as this person. Raises Conflict when another person saved the same row first.

    With `session`, that session is used and left open (a request's own); else one is opened and closed.
    Unless `commit` is True, nothing is committed and no one is notified; closing the session discards the changes.
    """
    own = session is None
    session = session or context.database.open()
    try:
        begin_writing(session)
        set_principal(session, who)
        work = UnitOfWork(context, session, who, origin)
        yield work
        session.flush()
        if not commit:
            return
        mail = context.notification_service.write(
            session, work.events, work.who, work.now, origin, is_silent=work.is_silent
        )
        work.no_one_notified = bool(work.events) and not mail
        session.commit()
    except StaleDataError as stale:
        session.rollback()
        raise Conflict from stale
    except BaseException:
        session.rollback()
        raise
    finally:
        if own:
            session.close()
        else:
            set_principal(
                session, who
            )  # a use case that bypassed the row filter leaves nothing of it to the page
    context.notification_service.wake([*mail, *work.mailed])
