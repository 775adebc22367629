"""The rows of a report."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Row, Select
from sqlalchemy.orm import Session


def figures_of(
    session: Session, statement: Select[*tuple[Any, ...]], criteria: Sequence[ColumnElement[bool]], most: int
) -> Sequence[Row[*tuple[Any, ...]]]:
    """Return the first rows of a report's statement, limited by the session's row filter."""
    return session.execute(statement.where(*criteria).limit(most)).all()
