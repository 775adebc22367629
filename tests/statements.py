"""Counts the SQL statements that a piece of work takes."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import event

from app.core.unit_of_work import AppContext

BUDGET = 12
"""No page may ask the database more often than this."""

NOT_ASKING = ("BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE", "PRAGMA", "SET ")


@contextmanager
def counted(context: AppContext) -> Iterator[list[str]]:
    """The statements sent to the database meanwhile, without those that only open and close transactions."""
    sent: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if not statement.lstrip().upper().startswith(NOT_ASKING):
            sent.append(statement)

    event.listen(context.database.engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(context.database.engine, "before_cursor_execute", note)
