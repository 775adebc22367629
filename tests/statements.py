"""Counts the SQL statements and the writing transactions that a piece of work takes."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import event

from app.core.database.engine import WRITING
from app.core.unit_of_work import AppContext

BUDGET = 12
"""No page may ask the database more often than this."""

NOT_ASKING = (
    "BEGIN",
    "COMMIT",
    "ROLLBACK",
    "SAVEPOINT",
    "RELEASE",
    "PRAGMA",
    "SET ",
    "SELECT PG_ADVISORY_XACT_LOCK",
)
"""What opens and closes a transaction or takes its turn in it; SQLite takes the turn of the audit log with BEGIN."""


@contextmanager
def counted(context: AppContext) -> Iterator[list[str]]:
    """The statements sent to the database meanwhile, without those that only open and close transactions or lock."""
    sent: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if not statement.lstrip().upper().startswith(NOT_ASKING):
            sent.append(statement)

    event.listen(context.database.engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(context.database.engine, "before_cursor_execute", note)


CHANGING = ("INSERT", "UPDATE", "DELETE")


@contextmanager
def writing(context: AppContext) -> Iterator[list[str]]:
    """The transactions meanwhile that write, each as its first writing statement.

    On SQLite those that begin as writers; on PostgreSQL, where each may write, those that change or lock rows.
    """
    found: list[str] = []
    open_ones: set[int] = set()
    engine = context.database.engine

    def begin(connection: Any) -> None:
        open_ones.discard(id(connection.connection.dbapi_connection))
        if connection.get_execution_options().get(WRITING):
            found.append("BEGIN IMMEDIATE")

    def note(connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        number = id(connection.connection.dbapi_connection)
        changes = statement.lstrip().upper().startswith(CHANGING) or " FOR " in statement.upper()
        if engine.dialect.name == "postgresql" and changes and number not in open_ones:
            open_ones.add(number)
            found.append(statement)

    event.listen(engine, "begin", begin)
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield found
    finally:
        event.remove(engine, "begin", begin)
        event.remove(engine, "before_cursor_execute", note)
