"""What a generated screen must say before the portal starts with it."""

from collections.abc import Iterable
from typing import Any

from app.core.database.policies import OPEN_TO_ALL, ROW_POLICIES


class ScreenError(TypeError):
    """A view's declaration is incomplete, so the portal does not start."""


def check_policies(view: str, tables: Iterable[type[Any]]) -> None:
    """Raise ScreenError for a table without a row policy: the row filter would show all of it to every user."""
    for table in tables:
        if not any(parent in ROW_POLICIES or parent in OPEN_TO_ALL for parent in table.__mro__):
            raise ScreenError(f"{view}: no row policy says who may see {table.__name__}")


def check_columns(view: str, table: type[Any], columns: Iterable[str]) -> None:
    """Raise ScreenError for a column that the table has not: AppBuilder would show nothing in it."""
    for column in columns:
        if not hasattr(table, column.split(".")[0]):
            raise ScreenError(f"{view}: {table.__name__} has no {column}")
