"""One engine and its sessions, on SQLite or PostgreSQL."""

import select
import time
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, inspect
from sqlalchemy.exc import IntegrityError, InvalidatePoolError
from sqlalchemy.orm import (
    ORMExecuteState,
    Session,
    SessionTransaction,
    UOWTransaction,
    scoped_session,
    sessionmaker,
)

from app.core.database.write_queue import WriteQueue

WRITING = "portal_writing"
"""Execution option: this transaction will write, so SQLite takes its write lock at BEGIN and cannot fail later."""
WRITE_LOCK_HELD = "portal_write_lock_held"
CHANGED = "changed"
_CONNECTION = "connection"
_SEEN, _ASK_AFTER = "seen", 30.0  # seconds

_LOST_HOSTS = (
    "idle_in_transaction_session_timeout=15s",
    "tcp_keepalives_idle=5",
    "tcp_keepalives_interval=2",
    "tcp_keepalives_count=3",
    "client_connection_check_interval=5s",
)
"""A host that lost its power says no good-bye. PostgreSQL would keep its transactions open for hours, and with them the
lock on the audit's chain, for which everybody else waits: so it looks for itself whether we are still there."""


_SEES = (r"default_transaction_isolation=read\ committed",)
"""Whatever the server's own default is: what waited for the audit's chain must see the row that was entered meanwhile."""

_PLANS = ("plan_cache_mode=force_generic_plan",)
"""A statement that a connection knows is planned once and not for each question: the row filter makes planning slower than
answering. What was typed is planned for itself (plan_anew)."""


_FORGETS_AFTER = 3600
"""Seconds after which SQLite opens its file anew, and with it what was learnt about it in the night."""


class Database:
    """The engine, and the session of the current thread or request."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.engine = _engine(url)
        self.factory = sessionmaker(self.engine, expire_on_commit=False)
        self.session: scoped_session[Session] = scoped_session(self.factory)

    @property
    def is_sqlite(self) -> bool:
        """True on the embedded database."""
        return self.engine.dialect.name == "sqlite"

    def learn(self) -> None:
        """SQLite looks anew at how the rows lie, by which it chooses its ways: it does so only when told to, and without
        it sorts a county to show a page. PostgreSQL looks by itself.

        Table by table, so that nobody waits longer for their turn to write than one takes: 0.1 s in a county of 100,000,
        1 s in one of a million. The audit is left out: it has one way to be read, and more rows than all others.
        """
        if not self.is_sqlite:
            return
        tables = set(inspect(self.engine).get_table_names()) - {"audit"}
        connection = self.engine.raw_connection()
        try:
            for table in sorted(tables):
                connection.cursor().execute(f'ANALYZE "{table}"')
        finally:
            connection.close()

    def open(self) -> Session:
        """A session of one's own, to be closed by whoever opened it."""
        return self.factory()


def begin_writing(session: Session) -> None:
    """Be in a transaction that may write. What was changed before without being kept is undone.

    SQLite ends what was read until now, since it may refuse to write where somebody else has written meanwhile.
    PostgreSQL goes on: at READ COMMITTED each statement sees what is committed by then.
    """
    if session.get_bind().dialect.name == "sqlite":
        end_reading(session)
        session.connection(execution_options={WRITING: True})
    elif _has_changed(session):
        session.rollback()


def end_reading(session: Session) -> None:
    """End a transaction in which something was only read; if anything was changed in it after all, it is undone.

    By COMMIT, since psycopg forgets at every ROLLBACK which statements PostgreSQL has planned, and planning them anew
    for every page took longer than answering them.
    """
    if _has_changed(session):
        session.rollback()
    else:
        session.commit()


def _has_changed(session: Session) -> bool:
    return bool(session.info.get(CHANGED) or session.new or session.dirty or session.deleted)


def connection_of(session: Session) -> Connection:
    """The connection of the transaction this session is in; one begins where there was none."""
    held: Connection | None = session.info.get(_CONNECTION)
    return session.connection() if held is None else held


@event.listens_for(Session, "after_begin")
def note_the_connection(session: Session, _transaction: SessionTransaction, connection: Connection) -> None:
    """SQLAlchemy asks itself a dozen questions each time before it gives it again."""
    session.info[_CONNECTION] = connection


@event.listens_for(Session, "after_transaction_end")
def forget_the_connection(session: Session, transaction: SessionTransaction) -> None:
    """The next transaction may have another, and has changed nothing yet."""
    if transaction.parent is None:
        session.info.pop(_CONNECTION, None)
        session.info.pop(CHANGED, None)


def is_duplicate(error: IntegrityError) -> bool:
    """Whether a unique index refused the row: there is one like it already."""
    code = getattr(error.orig, "sqlstate", None) or getattr(error.orig, "sqlite_errorname", "")
    return code in {"23505", "SQLITE_CONSTRAINT_UNIQUE", "SQLITE_CONSTRAINT_PRIMARYKEY"}


def plan_anew(session: Session) -> None:
    """In this transaction PostgreSQL plans for what is asked: a rare name wants another way than a common one."""
    connection = connection_of(session)
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("SET LOCAL plan_cache_mode = force_custom_plan")


@event.listens_for(Session, "do_orm_execute")
def note_a_change(state: ORMExecuteState) -> None:
    """A statement that changes rows was sent in this transaction."""
    if not state.is_select:
        state.session.info[CHANGED] = True


@event.listens_for(Session, "after_flush")
def note_a_flush(session: Session, _flush: UOWTransaction) -> None:
    """New or changed rows were sent in this transaction."""
    session.info[CHANGED] = True


def _engine(url: str) -> Engine:
    """Parameters are hidden: a failed statement in the log must not carry a name or an address."""
    if url.startswith("sqlite"):
        engine = create_engine(
            url,
            connect_args={"timeout": 30, "check_same_thread": False},
            pool_size=20,
            pool_recycle=_FORGETS_AFTER,
            hide_parameters=True,
        )
        event.listen(engine, "connect", _prepare_sqlite)
        _queue_writers(engine, WriteQueue())
        return engine
    engine = create_engine(
        url,
        connect_args={
            "connect_timeout": 5,
            "options": " ".join(f"-c {each}" for each in (*_LOST_HOSTS, *_SEES, *_PLANS)),
        },
        pool_size=10,
        max_overflow=20,
        hide_parameters=True,
    )
    _notice_who_left(engine)
    return engine


def _notice_who_left(engine: Engine) -> None:
    """No page is given a connection whose server went away; there is a new one instead.

    A server says good-bye when it stops, so its connections have something to read that nobody asked for; one that
    lost its power does not, and is asked where it was silent for long. SQLAlchemy's own way is to ask it each time,
    twice in a page that writes: a tenth of such a page.
    """
    wrong = (OSError, engine.dialect.loaded_dbapi.Error)

    @event.listens_for(engine, "checkout")
    def look(connection: Any, record: Any, _proxy: Any) -> None:
        now = time.monotonic()
        silent_for = now - record.info.setdefault(_SEEN, now)
        record.info[_SEEN] = now
        heard = select.poll()
        try:
            heard.register(connection.fileno(), select.POLLIN)
            if silent_for > _ASK_AFTER or heard.poll(0):
                connection.execute("")
                connection.rollback()
        except wrong as gone:
            raise InvalidatePoolError from gone


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # we say BEGIN ourselves
    for pragma in ("journal_mode=wal", "synchronous=full", "foreign_keys=on", "busy_timeout=30000"):
        connection.execute(f"PRAGMA {pragma}")


def _queue_writers(engine: Engine, queue: WriteQueue) -> None:
    """A writing transaction has its turn from its BEGIN until its connection is put back."""

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        writing = connection.get_execution_options().get(WRITING)
        if writing and queue.acquire():
            connection.info[WRITE_LOCK_HELD] = True
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")

    @event.listens_for(engine, "checkin")
    def put_back(_connection: Any, record: Any) -> None:
        if record.info.pop(WRITE_LOCK_HELD, False):
            queue.release()
