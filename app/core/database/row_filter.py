"""Row-level security: add the row policies of a session's principal to every ORM statement the session runs.

A session without a principal sees no rows. Core statements are not filtered; tests/architecture/test_row_filter.py names the
files that may use them.

The filter is built once per set of roles; user and organisation ids are bind parameters.
"""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache, lru_cache
from typing import Any, TypeVar, cast
from weakref import ref

from sqlalchemy import (
    BindParameter,
    ClauseElement,
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

from app.core.database.policies import ROW_POLICIES, RowPolicy
from app.core.roles import Principal

log = logging.getLogger(__name__)

Policies = tuple[tuple[type[Any], RowPolicy], ...]

_FILTER, _PRINCIPAL, _PARAMS = "row_filter", "principal", "row_filter_params"
_USER_ID, _ORGANISATION_ID = "principal_user_id", "principal_organisation_id"
_SYSTEM = "system"

T = TypeVar("T", bound=ClauseElement)


class RowFilter:
    """The criteria of all row policies for one set of roles."""

    def __init__(self, options: Sequence[LoaderCriteriaOption]) -> None:
        self.options = tuple(options)
        self._filtered: dict[int, tuple[ref[Executable], Executable]] = {}

    def apply(self, statement: Executable) -> Executable:
        """Return the statement with every criterion added.

        The result is remembered as long as the statement lives: SQLAlchemy remembers the cache key of a statement object, and
        working out that of a new one takes longer than running it.
        """
        number = id(statement)
        known = self._filtered.get(number)
        if known is not None and known[0]() is statement:
            return known[1]
        filtered = statement.options(*self.options)
        self._filtered[number] = ref(statement, lambda _: self._filtered.pop(number, None)), filtered
        return filtered


def set_principal(session: Session, who: Principal | None) -> None:
    """Show this session only what this person may see; with None, no rows at all.

    Rows that were loaded for another principal are put out of the session.
    """
    if _FILTER in session.info and session.info.get(_PRINCIPAL) == who:
        return
    if _FILTER in session.info:
        session.expunge_all()
    session.info[_FILTER] = no_rows() if who is None else _filter_of_roles(who)
    session.info[_PRINCIPAL] = who
    if who is not None:
        session.info[_PARAMS] = {_USER_ID: who.user_id, _ORGANISATION_ID: who.organisation_id}


def bypass_row_filter(session: Session, reason: str) -> None:
    """Show this session every row, for a job without a principal. The reason is logged.

    The parameters of the filter before are left: objects loaded through it still load their other columns with it.
    """
    log.info("row filter bypassed: %s", reason)
    session.info[_FILTER] = ALL_ROWS
    session.info[_PRINCIPAL] = _SYSTEM


def row_filter_of(session: Session) -> RowFilter:
    """Return the session's row filter; the one that shows no rows where no principal was set."""
    held = session.info.get(_FILTER)
    return no_rows() if held is None else cast(RowFilter, held)


def row_filter_params(session: Session) -> Mapping[str, Any]:
    """Return the values of the filter's bind parameters: the ids of the principal and of their organisation."""
    params: Mapping[str, Any] = session.info.get(_PARAMS) or {}
    return params


def is_filtered(session: Session) -> bool:
    """Return whether the session shows only some rows: False once the filter is bypassed."""
    return session.info.get(_PRINCIPAL) != _SYSTEM


@event.listens_for(Session, "do_orm_execute")
def add_row_filter(state: ORMExecuteState) -> None:
    """Add the session's row filter to a statement before it runs."""
    if isinstance(state.statement, Insert) and state.statement.select is None:
        return  # no existing row is read
    row_filter = row_filter_of(state.session)
    if state.is_select:
        if not state.is_column_load:
            state.statement = row_filter.apply(state.statement)
        if params := row_filter_params(state.session):
            state.parameters = {**(cast(Any, state.parameters) or {}), **params}
    elif not state.is_column_load:
        state.statement = state.statement.options(*_criteria_with_ids(state.session, row_filter))


def _criteria_with_ids(session: Session, row_filter: RowFilter) -> Sequence[LoaderCriteriaOption]:
    """Return the criteria with the principal's ids in them: parameters of an UPDATE are columns to set."""
    who = session.info.get(_PRINCIPAL)
    return _build_criteria_of_person(who, _policies()) if isinstance(who, Principal) else row_filter.options


def _filter_of_roles(who: Principal) -> RowFilter:
    anyone = replace(
        who, name="", user_id=0, organisation_id=None if who.organisation_id is None else 0
    )  # the same roles, without the person
    return _build_filter_of_roles(anyone, _policies())


def _policies() -> Policies:
    return tuple(ROW_POLICIES.items())


@cache
def _build_filter_of_roles(anyone: Principal, policies: Policies) -> RowFilter:
    """Build the filter of everyone with these roles. There are few sets of roles, so all filters are cached."""
    user: Any = bindparam(_USER_ID, type_=Integer())
    organisation: Any = bindparam(_ORGANISATION_ID, type_=Integer())
    if anyone.organisation_id is None:
        organisation = None
    who = replace(anyone, user_id=user, organisation_id=organisation)
    return RowFilter([_criterion(table, with_inline_values(policy(who))) for table, policy in policies])


@lru_cache(maxsize=200)
def _build_criteria_of_person(who: Principal, policies: Policies) -> Sequence[LoaderCriteriaOption]:
    """Build the criteria of one person; cached because someone who saves once saves again."""
    return tuple(_criterion(table, policy(who)) for table, policy in policies)


def _criterion(table: type[Any], criterion: ColumnElement[bool]) -> LoaderCriteriaOption:
    return with_loader_criteria(table, criterion, include_aliases=True)


def with_inline_values(sql: T) -> T:
    """Return a criterion or a statement with its own values ('author', 'consent') written into the SQL.

    The planner can then use partial indexes, and only what is different for each reader is a parameter.
    """

    def write(element: Any, **_: Any) -> Any:
        if not isinstance(element, BindParameter) or element.required or element.callable is not None:
            return None
        text = str(element.compile(compile_kwargs={"literal_binds": True}))
        return literal_column(text, element.type)

    return cast(T, replacement_traverse(sql, {}, write))


def no_rows() -> RowFilter:
    """Return the filter that shows no rows of any table with a policy."""
    return _no_rows(_policies())


@cache
def _no_rows(policies: Policies) -> RowFilter:
    return RowFilter([_criterion(table, false()) for table, _ in policies])


ALL_ROWS = RowFilter([])

__all__ = [
    "ALL_ROWS",
    "ROW_POLICIES",
    "RowFilter",
    "bypass_row_filter",
    "is_filtered",
    "no_rows",
    "row_filter_of",
    "row_filter_params",
    "set_principal",
    "with_inline_values",
]
