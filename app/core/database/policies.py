"""Row policies: one function a table takes the principal and returns the SQL criterion of the rows they may see.

Each area registers those of its tables in its policies.py; nothing else in the portal decides this. The docstrings are for
officers to check: docs/access.md is made from them.
"""

from collections.abc import Callable
from typing import Any

from sqlalchemy import ColumnElement

from app.core.roles import Principal

RowPolicy = Callable[[Principal], ColumnElement[bool]]
ROW_POLICIES: dict[type[Any], RowPolicy] = {}

OPEN_TO_ALL: set[type[Any]] = set()
"""Tables that say nothing about a child or about anyone's log-in."""

IN_WORDS: dict[str, Callable[[Principal], Any]] = {}
"""What the policies mean by these words, each explained by the docstring of the function that decides it."""


def row_policy(table: type[Any]) -> Callable[[RowPolicy], RowPolicy]:
    """Register the decorated function as the policy of a table."""

    def enter(policy: RowPolicy) -> RowPolicy:
        ROW_POLICIES[table] = policy
        return policy

    return enter


def open_to_all(*tables: type[Any]) -> None:
    """Register tables that everyone who is logged in may read."""
    OPEN_TO_ALL.update(tables)


def explain(word: str, function: Callable[[Principal], Any]) -> None:
    """Name a function whose docstring explains a word of the policies."""
    IN_WORDS[word] = function
