"""The database engine and its sessions, on SQLite or PostgreSQL."""

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
"""Execution option of a transaction that will write: SQLite takes its write lock at BEGIN and cannot fail later."""
WRITE_LOCK_HELD = "portal_write_lock_held"
CHANGED = "changed"
_USED_AT, _CHECK_AFTER = "used_at", 30.0  # seconds

_LOST_HOSTS = (
    "idle_in_transaction_session_timeout=15s",
    "tcp_keepalives_idle=5",
    "tcp_keepalives_interval=2",
    "tcp_keepalives_count=3",
    "client_connection_check_interval=5s",
)
"""A web host that loses its power closes no connection. PostgreSQL would keep its transactions open for hours, and with them
the lock on the audit's chain for which all others wait, so it checks for itself whether the host is still there."""

_ISOLATION = (r"default_transaction_isolation=read\ committed",)
"""Whatever the server's default is: a transaction that waited for the audit's chain must see the newest row."""

_PLANS = ("plan_cache_mode=force_generic_plan",)
"""Plan a prepared statement once. By default PostgreSQL plans the statements of professionals and families again each time,
because of the row filter, which takes several times longer than running them (docs/adr/0005). Searches ask for a plan of
their own (use_custom_plans)."""

_MOST_PREPARED = 400
"""Statements that a connection keeps prepared, at 160 kB each in PostgreSQL. The pages of all roles have more than 200, and
psycopg keeps 100: it forgets those used least lately, which are then planned again, with each execution until the fifth."""

_REOPEN_AFTER = 3600
"""Seconds after which a connection to SQLite is opened again and reads the statistics that were gathered at night."""


class Database:
    """The engine, and the session of the current request or thread."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.engine = _engine(url)
        self.factory = sessionmaker(self.engine, expire_on_commit=False)
        self.session: scoped_session[Session] = scoped_session(self.factory)

    @property
    def is_sqlite(self) -> bool:
        """True on the embedded database."""
        return self.engine.dialect.name == "sqlite"

    def gather_statistics(self) -> None:
        """Let the database gather the statistics that its planner uses; without them it sorts all rows to show a page.

        PostgreSQL gathers its own, but only a minute or more after very many rows were entered at once.

        On SQLite each table is locked for writing by itself: 0.1 s with 100,000 children, 1 s with a million. The audit is
        left out: it is read in one way only and has more rows than all other tables.
        """
        tables = set(inspect(self.engine).get_table_names()) - {"audit"}
        connection = self.engine.raw_connection()
        try:
            for table in sorted(tables):
                connection.cursor().execute(f'ANALYZE "{table}"')
            connection.commit()
        finally:
            connection.close()

    def open(self) -> Session:
        """Return a new session, to be closed by the caller."""
        return self.factory()


def begin_writing(session: Session) -> None:
    """Start a transaction that may write. Changes made before it are undone.

    On SQLite the reading transaction ends: it could not write after another transaction has written. PostgreSQL goes on in
    the same one: at READ COMMITTED each statement sees what is committed by then.
    """
    if session.get_bind().dialect.name == "sqlite":
        end_reading(session)
        session.connection(execution_options={WRITING: True})
    elif _has_changed(session):
        session.rollback()


def end_reading(session: Session) -> None:
    """End a transaction that only read. Changes made in it are undone.

    It ends with COMMIT: at a ROLLBACK psycopg forgets its prepared statements, and planning them again for every page takes
    longer than running them.
    """
    if _has_changed(session):
        session.rollback()
    else:
        session.commit()


def _has_changed(session: Session) -> bool:
    return bool(session.info.get(CHANGED) or session.new or session.dirty or session.deleted)


@event.listens_for(Session, "after_transaction_end")
def forget_changes(session: Session, transaction: SessionTransaction) -> None:
    """Note that the next transaction has changed nothing yet."""
    if transaction.parent is None:
        session.info.pop(CHANGED, None)


def is_duplicate(error: IntegrityError) -> bool:
    """Return whether a unique index refused the row."""
    code = getattr(error.orig, "sqlstate", None) or getattr(error.orig, "sqlite_errorname", "")
    return code in {"23505", "SQLITE_CONSTRAINT_UNIQUE", "SQLITE_CONSTRAINT_PRIMARYKEY"}


def use_custom_plans(session: Session) -> None:
    """Let PostgreSQL plan this transaction's statements for their values: a rare name needs another plan than a common one."""
    connection = session.connection()
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("SET LOCAL plan_cache_mode = force_custom_plan")


@event.listens_for(Session, "do_orm_execute")
def note_a_change(state: ORMExecuteState) -> None:
    """Note that this transaction ran a statement that changes rows."""
    if not state.is_select:
        state.session.info[CHANGED] = True


@event.listens_for(Session, "after_flush")
def note_a_flush(session: Session, _flush: UOWTransaction) -> None:
    """Note that this transaction wrote new or changed objects."""
    session.info[CHANGED] = True


def _engine(url: str) -> Engine:
    """Make the engine. Parameters are hidden: a failed statement in the log must not show a name or an address."""
    if url.startswith("sqlite"):
        engine = create_engine(
            url,
            connect_args={"timeout": 30, "check_same_thread": False},
            paramstyle="named",  # as on PostgreSQL, so that a CompiledQuery has one form of parameters
            pool_size=20,
            pool_recycle=_REOPEN_AFTER,
            hide_parameters=True,
        )
        event.listen(engine, "connect", _prepare_sqlite)
        _queue_writers(engine, WriteQueue())
        return engine
    engine = create_engine(
        url,
        connect_args={
            "connect_timeout": 5,
            "options": " ".join(f"-c {each}" for each in (*_LOST_HOSTS, *_ISOLATION, *_PLANS)),
        },
        pool_size=10,
        max_overflow=20,
        hide_parameters=True,
    )
    event.listen(engine, "connect", _keep_prepared)
    _check_connections(engine)
    return engine


def _check_connections(engine: Engine) -> None:
    """Replace a connection whose server has gone before a page gets it.

    A server that stops sends a message first, so its connections have something to read. One that lost its power does not,
    so a connection that was not used for a while is tried. SQLAlchemy's pool_pre_ping tries it each time, twice in a page
    that writes, which is a tenth of such a page.
    """
    gone = (OSError, engine.dialect.loaded_dbapi.Error)

    @event.listens_for(engine, "checkout")
    def check(connection: Any, record: Any, _proxy: Any) -> None:
        now = time.monotonic()
        unused_for = now - record.info.setdefault(_USED_AT, now)
        record.info[_USED_AT] = now
        socket = select.poll()
        try:
            socket.register(connection.fileno(), select.POLLIN)
            if unused_for > _CHECK_AFTER or socket.poll(0):
                connection.execute("")
                connection.rollback()
        except gone as error:
            raise InvalidatePoolError from error


def _keep_prepared(connection: Any, _record: Any) -> None:
    connection.prepared_max = _MOST_PREPARED


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # BEGIN is sent by _queue_writers
    for pragma in ("journal_mode=wal", "synchronous=full", "foreign_keys=on", "busy_timeout=30000"):
        connection.execute(f"PRAGMA {pragma}")


def _queue_writers(engine: Engine, queue: WriteQueue) -> None:
    """Let one transaction write at a time, from its BEGIN until its connection goes back to the pool."""

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        writing = connection.get_execution_options().get(WRITING)
        if writing and queue.acquire():
            connection.info[WRITE_LOCK_HELD] = True
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")

    @event.listens_for(engine, "checkin")
    def release(_connection: Any, record: Any) -> None:
        if record.info.pop(WRITE_LOCK_HELD, False):
            queue.release()
