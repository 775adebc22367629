"""The lens: what a database session may see depends on who is looking through it.

Every ORM statement gets the criteria of store/visibility.py added. A session nobody wears sees nothing.
Core statements are not filtered, so they are kept to visibility.py, the audit, the outbox and migrations.
"""

import logging
from typing import Any

from sqlalchemy import ColumnElement, event, false
from sqlalchemy.orm import ORMExecuteState, Session, with_loader_criteria
from sqlalchemy.orm.util import LoaderCriteriaOption

from app.domain.roles import Principal
from app.store.visibility import OPEN_TO_ALL, RULES

log = logging.getLogger(__name__)

_LENS, _WHO = "lens", "who"


def _worn(table: type[Any], criterion: ColumnElement[bool]) -> LoaderCriteriaOption:
    return with_loader_criteria(table, criterion, include_aliases=True)


NOBODY = [_worn(table, false()) for table in RULES]
EVERYTHING: list[LoaderCriteriaOption] = []


def look_as(session: Session, who: Principal | None) -> None:
    """From now on this session sees only what this person may see; with None, nothing of anybody's."""
    if session.info.get(_WHO) != who or _LENS not in session.info:
        if _LENS in session.info:
            session.expunge_all()  # rows loaded for someone else must not linger
        session.info[_LENS] = (
            NOBODY if who is None else [_worn(table, rule(who)) for table, rule in RULES.items()]
        )
        session.info[_WHO] = who


def look_as_system(session: Session, reason: str) -> None:
    """See everything, for a job that acts for nobody in particular. The reason is logged."""
    log.info("system lens: %s", reason)
    session.info[_LENS] = EVERYTHING
    session.info[_WHO] = "system"


def is_watched(session: Session) -> bool:
    """True while the session wears somebody's lens, and not the system's."""
    return session.info.get(_WHO) != "system"


@event.listens_for(Session, "do_orm_execute")
def put_on_the_lens(state: ORMExecuteState) -> None:
    """Add what this session may see to every statement it runs."""
    if not state.is_column_load:
        state.statement = state.statement.options(*state.session.info.get(_LENS, NOBODY))


__all__ = ["NOBODY", "OPEN_TO_ALL", "RULES", "is_watched", "look_as", "look_as_system"]
