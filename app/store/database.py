"""One engine and its sessions, on SQLite or PostgreSQL."""

from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.orm import Session, scoped_session, sessionmaker

from app.store.turns import Turns

WRITING = "portal_writing"
"""Execution option: this transaction will write, so SQLite takes its write lock at BEGIN and cannot fail later."""
TURN = "portal_turn"

_LOST_HOSTS = (
    "idle_in_transaction_session_timeout=15s",
    "tcp_keepalives_idle=5",
    "tcp_keepalives_interval=2",
    "tcp_keepalives_count=3",
    "client_connection_check_interval=5s",
)
"""A host that lost its power says no good-bye. PostgreSQL would keep its transactions open for hours, and with them the
lock on the audit's chain, for which everybody else waits: so it looks for itself whether we are still there."""


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

    def open(self) -> Session:
        """A session of one's own, to be closed by whoever opened it."""
        return self.factory()


def begin_writing(session: Session) -> None:
    """End what the session was reading and begin a transaction that may write."""
    session.rollback()
    session.connection(execution_options={WRITING: True})


def _engine(url: str) -> Engine:
    """Parameters are hidden: a failed statement in the log must not carry a name or an address."""
    if url.startswith("sqlite"):
        engine = create_engine(
            url,
            connect_args={"timeout": 30, "check_same_thread": False},
            pool_size=20,
            hide_parameters=True,
        )
        event.listen(engine, "connect", _prepare_sqlite)
        _take_turns(engine, Turns())
        return engine
    return create_engine(
        url,
        connect_args={"connect_timeout": 5, "options": " ".join(f"-c {each}" for each in _LOST_HOSTS)},
        pool_pre_ping=True,
        pool_size=10,
        max_overflow=20,
        hide_parameters=True,
    )


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # we say BEGIN ourselves
    for pragma in ("journal_mode=wal", "synchronous=full", "foreign_keys=on", "busy_timeout=30000"):
        connection.execute(f"PRAGMA {pragma}")


def _take_turns(engine: Engine, turns: Turns) -> None:
    """A writing transaction has its turn from its BEGIN until its connection is put back."""

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        writing = connection.get_execution_options().get(WRITING)
        if writing and turns.take():
            connection.info[TURN] = True
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")

    @event.listens_for(engine, "checkin")
    def put_back(_connection: Any, record: Any) -> None:
        if record.info.pop(TURN, False):
            turns.give_back()
