"""The lens: what a database session may see depends on who is looking through it.

Every ORM statement gets the criteria of store/policies.py added. A session nobody wears sees nothing.
Core statements are not filtered, so they are kept to visibility.py, the audit, the outbox and migrations.

People with the same roles look through the same glass: it is ground once, with a place left open for whose eyes they
are (their number, their organisation's), and filled in for each statement. A statement that is asked again and again
keeps its glass on, so that SQLAlchemy need not work either out anew.
"""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Any, cast
from weakref import ref

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Executable,
    Insert,
    Integer,
    bindparam,
    event,
    false,
    literal_column,
)
from sqlalchemy.orm import ORMExecuteState, Session, with_loader_criteria
from sqlalchemy.orm.util import LoaderCriteriaOption
from sqlalchemy.sql.visitors import replacement_traverse

from app.core.roles import Principal
from app.store.policies import OPEN_TO_ALL, ROW_POLICIES, RowPolicy

log = logging.getLogger(__name__)

_LENS, _WHO, _EYES = "lens", "who", "eyes"
_PERSON, _BODY = "lens_person", "lens_organisation"


def _worn(table: type[Any], criterion: ColumnElement[bool]) -> LoaderCriteriaOption:
    return with_loader_criteria(table, criterion, include_aliases=True)


class Glass:
    """The criteria for whoever has these roles, and the statements that wear them already."""

    def __init__(self, options: list[LoaderCriteriaOption]) -> None:
        self.options = options
        self._worn_by: dict[int, tuple[ref[Executable], Executable]] = {}

    def on(self, statement: Executable) -> Executable:
        """The statement with every criterion added; remembered for this very statement as long as it lives."""
        number = id(statement)
        held = self._worn_by.get(number)
        if held is not None and held[0]() is statement:
            return held[1]
        worn = statement.options(*self.options)
        self._worn_by[number] = ref(statement, lambda _gone: self._worn_by.pop(number, None)), worn
        return worn


class Lens:
    """A glass in front of one person's eyes."""

    def __init__(self, glass: Glass, who: Principal | None) -> None:
        self.glass, self.who = glass, who

    @property
    def written_out(self) -> Sequence[LoaderCriteriaOption]:
        """The same criteria with the person's own numbers in them, for statements whose values are columns to set."""
        return self.glass.options if self.who is None else _written_out(self.glass, self.who)


@lru_cache(maxsize=200)
def _written_out(_glass: Glass, who: Principal) -> Sequence[LoaderCriteriaOption]:
    """Kept for whoever writes again and again, with their glass: other rules make another."""
    return tuple(_worn(table, rule(who)) for table, rule in ROW_POLICIES.items())


NOBODY = Lens(Glass([_worn(table, false()) for table in ROW_POLICIES]), None)
EVERYTHING = Lens(Glass([]), None)

_ground: dict[Principal, tuple[Mapping[type[Any], RowPolicy], Glass]] = {}
"""By what somebody is, without who they are: the rules as they were, and the glass made of them. A test that breaks a
part of a rule gives this an empty one for as long."""


def _lens_of(who: Principal) -> Lens:
    someone = replace(
        who,
        name="",
        user_id=0,
        organisation_id=None if who.organisation_id is None else 0,
    )
    rules, glass = _ground.get(someone, ({}, EVERYTHING.glass))
    if rules != ROW_POLICIES or glass is EVERYTHING.glass:
        eyes = _eyes_open(someone)
        glass = Glass([_worn(table, _spelt_out(rule(eyes))) for table, rule in ROW_POLICIES.items()])
        _ground[someone] = (dict(ROW_POLICIES), glass)
    return Lens(glass, who)


def _eyes_open(someone: Principal) -> Principal:
    """Somebody with these roles whose numbers are told with each statement. One that is not told is an error."""
    person: Any = bindparam(_PERSON, type_=Integer())
    body: Any = None if someone.organisation_id is None else bindparam(_BODY, type_=Integer())
    return replace(someone, user_id=person, organisation_id=body)


def _spelt_out(criterion: ColumnElement[bool]) -> ColumnElement[bool]:
    """The rule's own words ('author', 'consent') written into it: only the reader's numbers are told each time."""

    def write(element: Any, **_: Any) -> Any:
        if not isinstance(element, BindParameter) or element.required or element.callable is not None:
            return None
        words = str(element.compile(compile_kwargs={"literal_binds": True}))
        return literal_column(words, element.type)

    written: ColumnElement[bool] = replacement_traverse(criterion, {}, write)
    return written


def set_principal(session: Session, who: Principal | None) -> None:
    """From now on this session sees only what this person may see; with None, nothing of anybody's."""
    if session.info.get(_WHO) != who or _LENS not in session.info:
        if _LENS in session.info:
            session.expunge_all()  # rows loaded for someone else must not linger
        session.info[_LENS] = NOBODY if who is None else _lens_of(who)
        session.info[_WHO] = who
        if who is not None:
            session.info[_EYES] = {_PERSON: who.user_id, _BODY: who.organisation_id}


def bypass_row_filter(session: Session, reason: str) -> None:
    """See everything, for a job that acts for nobody in particular. The reason is logged.

    What was loaded before keeps the lens it was loaded through, and so the eyes are kept too.
    """
    log.info("system lens: %s", reason)
    session.info[_LENS] = EVERYTHING
    session.info[_WHO] = "system"


def row_filter_of(session: Session) -> Glass:
    """The glass this session looks through: nobody's, unless it wears somebody's."""
    return cast(Lens, session.info.get(_LENS, NOBODY)).glass


def row_filter_params(session: Session) -> Mapping[str, Any]:
    """Whose eyes they are: what the places left open in the glass are filled with."""
    eyes: Mapping[str, Any] = session.info.get(_EYES) or {}
    return eyes


def is_filtered(session: Session) -> bool:
    """True while the session wears somebody's lens, and not the system's."""
    return session.info.get(_WHO) != "system"


@event.listens_for(Session, "do_orm_execute")
def add_row_filter(state: ORMExecuteState) -> None:
    """Add what this session may see to every statement it runs."""
    if isinstance(state.statement, Insert) and state.statement.select is None:
        return  # rows are entered, and none is looked at
    lens = cast(Lens, state.session.info.get(_LENS, NOBODY))
    if not state.is_select:
        # Values given with an UPDATE are columns to set, so the eyes cannot be told there.
        if not state.is_column_load:
            state.statement = state.statement.options(*lens.written_out)
        return
    if not state.is_column_load:
        state.statement = lens.glass.on(state.statement)
    if eyes := row_filter_params(state.session):
        state.parameters = {**(cast(Any, state.parameters) or {}), **eyes}


__all__ = [
    "NOBODY",
    "OPEN_TO_ALL",
    "ROW_POLICIES",
    "Glass",
    "bypass_row_filter",
    "is_filtered",
    "row_filter_of",
    "row_filter_params",
    "set_principal",
]
