"""What waits for the SEN team in all cases: counts and one page of rows. Row-level security applies.

The rows for each reason are read in order from a small index of what is open; no count goes through what is closed.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Date,
    Integer,
    Select,
    and_,
    bindparam,
    func,
    literal,
    null,
    select,
    true,
    union_all,
)
from sqlalchemy.orm import Session, aliased

from app.accounts.tables.people import Person
from app.cases.queries.absences import COVERED_NOW
from app.cases.rules.case_numbers import read_case_number
from app.cases.rules.case_states import CaseState
from app.cases.rules.today import SOON, Part, Reason, Whose, last_page, parts_of_page
from app.cases.tables import WITHOUT_NOTICE, Case
from app.children.queries.finding import child_matches
from app.children.queries.involved import full_name
from app.children.tables import Child
from app.core.database.compiled_query import CompiledQuery
from app.core.database.engine import use_custom_plans
from app.core.roles import Principal
from app.forms.rules.form_titles import title_of
from app.forms.tables.forms import AWAITED_ADVICE, TO_READ, Form, FormTemplate, FormVersion
from app.messages.tables import UNREAD_ANSWERS, Message
from app.organisations.tables import Organisation

PAGE = 25
COUNT_UP_TO = 1000
MOST_IN_MENU = 99


@dataclass(frozen=True)
class Wanted:
    """Which rows a person wants to see."""

    whose: Whose
    reason: Reason | None = None
    looked_for: str = ""
    page: int = 1


@dataclass(frozen=True)
class Waiting:
    """One row of the list."""

    reason: Reason
    child_id: int
    child_name: str
    day: date | datetime | None
    """The due date; for what was sent in, the day it was sent."""
    target_id: int
    """The id of the case, the form or the message, by the reason."""
    words: str
    """The title of the form, or the subject of the message."""
    sender: str
    """The organisation that sent it or owes it, or who wrote the message."""
    case_id: int | None
    number: str
    """The number of the case, empty where the child has none that is open."""
    state: CaseState | None
    owner_id: int | None
    owner_name: str
    excused: bool = False
    """An exception is recorded for what is due in the case."""


@dataclass(frozen=True)
class Today:
    """One page of the list."""

    rows: Sequence[Waiting]
    counts: Mapping[Reason, int]
    """How many there are for each reason, at most COUNT_UP_TO, also for the reasons that are filtered out."""
    page: int
    pages: int
    total: int


def today_of(
    session: Session, who: Principal, today: date, wanted: Wanted, covered: Mapping[int, str]
) -> Today:
    """Return a page of what waits; `covered` are the officers for whom this person covers today."""
    owners = [*covered] if wanted.whose is Whose.covered else [who.user_id, *covered]
    params = {"owners": owners or [0], "today": today, "soon": today + timedelta(days=SOON)}
    if wanted.looked_for:
        use_custom_plans(session)
    counts = dict(zip(Reason, _read(session, wanted, None, params)[0], strict=True))
    shown = {each: n for each, n in counts.items() if wanted.reason in {None, each}}
    pages = last_page(shown, PAGE)
    page = min(max(wanted.page, 1), pages)
    rows = [
        _waiting(part.reason, row)
        for part in parts_of_page(shown, page, PAGE)
        for row in _read(session, wanted, part, params)
    ]
    return Today(rows, counts, page, pages, sum(shown.values()))


def urgent_for(session: Session, who: Principal, today: date) -> int:
    """Return in how many cases of this person, and of those for whom they cover, something is overdue or due this week."""
    (count,) = _URGENT.one(session, me=who.user_id, today=today, soon=today + timedelta(days=SOON))
    return int(count)


def _read(session: Session, wanted: Wanted, part: Part | None, params: Mapping[str, Any]) -> list[Any]:
    """Return the rows of a part of the page; without a part, one row of counts."""
    reason = part.reason if part else None
    params = {**params, "before": part.offset if part else 0}
    if wanted.looked_for:
        statement = _statement(wanted.whose, reason, _matches(wanted.looked_for))
        rows: list[Any] = list(session.execute(statement, params))
    else:
        rows = list(_compiled(wanted.whose, reason).rows(session, **params))
    return rows[: part.limit] if part else rows


def _matches(looked_for: str) -> ColumnElement[bool]:
    """Return the criterion for the children whom these words name, or to whom a case with this number belongs."""
    number = read_case_number(looked_for)
    if number is None:
        return child_matches(looked_for)
    return Child.id.in_(select(Case.child_id).where(Case.number == number))


@cache
def _compiled(whose: Whose, reason: Reason | None) -> CompiledQuery:
    return CompiledQuery(_statement(whose, reason, None))


def _statement(whose: Whose, reason: Reason | None, matches: ColumnElement[bool] | None) -> Select[Any]:
    if reason is not None:
        return _rows(whose, reason, matches)
    counts = []
    for each in Reason:
        source = SOURCES[each]
        few = select(source.table.id).where(*_criteria(source, whose, matches)).limit(COUNT_UP_TO)
        counts.append(select(func.count()).select_from(few.subquery()).scalar_subquery())
    return select(*counts)


_TODAY, _SOON = bindparam("today", type_=Date()), bindparam("soon", type_=Date())
_OWNERS = bindparam("owners", type_=Integer(), expanding=True)


@dataclass(frozen=True)
class Source:
    """Where the rows for one reason come from."""

    table: Any
    criterion: ColumnElement[bool]
    day: Any
    """The column in whose order they are listed, which an index gives."""


SOURCES: Mapping[Reason, Source] = {
    Reason.overdue: Source(Case, Case.due_on < _TODAY, Case.due_on),
    Reason.this_week: Source(Case, and_(Case.due_on >= _TODAY, Case.due_on <= _SOON), Case.due_on),
    Reason.notice: Source(Case, and_(WITHOUT_NOTICE, Case.due_on > _SOON), Case.due_on),
    Reason.to_read: Source(Form, TO_READ, Form.submitted_at),
    Reason.late_advice: Source(Form, and_(AWAITED_ADVICE, Form.due_on < _TODAY), Form.due_on),
    Reason.unread: Source(Message, UNREAD_ANSWERS, Message.id),
}


def _criteria(
    source: Source, whose: Whose, matches: ColumnElement[bool] | None
) -> Sequence[ColumnElement[bool]]:
    """Return the criteria for the rows of a source that belong to these owners."""
    found = [source.criterion, _belongs(source.table, whose)]
    if matches is not None:
        found.append(source.table.child_id.in_(select(Child.id).where(matches)))
    return found


def _belongs(table: Any, whose: Whose) -> ColumnElement[bool]:
    if whose is Whose.team:
        return true()
    if table is Case:
        return Case.owner_id.is_(None) if whose is Whose.without_owner else Case.owner_id.in_(_OWNERS)
    of_case = aliased(Case)
    is_open = of_case.due_on.is_not(None)
    if whose is Whose.without_owner:
        owned = select(of_case.id).where(
            of_case.child_id == table.child_id, of_case.owner_id.is_not(None), is_open
        )
        return ~owned.exists()
    # Not the bare column: its index would lead through all that was ever sent about each of the children.
    child_id: ColumnElement[int] = table.child_id + 0
    return child_id.in_(select(of_case.child_id).where(of_case.owner_id.in_(_OWNERS), is_open))


def _rows(whose: Whose, reason: Reason, matches: ColumnElement[bool] | None) -> Select[Any]:
    """Return the statement for one page of the rows for a reason, in their order."""
    source = SOURCES[reason]
    table = source.table
    day = Message.created_at if table is Message else source.day
    words: tuple[Any, ...] = (null(), null(), literal(True))
    if table is Form:
        words = (FormTemplate.title, Organisation.name, Form.statutory)
    elif table is Message:
        words = (Message.subject, Message.sender_name, literal(True))
    found: Any = select(
        table.child_id,
        Child.forenames,
        Child.surname,
        day,
        table.id,
        *words,
        Case.id,
        Case.number,
        Case.state,
        Case.owner_id,
        Person.first_name,
        Person.last_name,
        Case.excused,
    ).select_from(table)
    found = found.join(Child, Child.id == table.child_id)
    if table is Form:
        found = (
            found.join(FormVersion, FormVersion.id == Form.form_version_id)
            .join(FormTemplate, FormTemplate.id == FormVersion.template_id)
            .outerjoin(Organisation, Organisation.id == Form.organisation_id)
        )
    if table is not Case:
        found = found.outerjoin(Case, Case.id == _open_case_of(table))
    found = found.outerjoin(Person, Person.id == Case.owner_id)
    return (  # type: ignore[no-any-return]
        found.where(*_criteria(source, whose, matches))
        .order_by(source.day, *([] if source.day is table.id else [table.id]))
        .limit(PAGE)
        .offset(bindparam("before", type_=Integer()))
    )


def _open_case_of(table: Any) -> Any:
    """Return the id of the open case that a form or message belongs to: that of the request, else the child's newest."""
    of_case = aliased(Case)
    newest = select(func.max(of_case.id)).where(
        of_case.child_id == table.child_id, of_case.due_on.is_not(None)
    )
    of_child = newest.correlate(table).scalar_subquery()
    if table is not Form:
        return of_child
    asked_for = aliased(Case)
    own = select(asked_for.id).where(asked_for.request_id == Form.id).correlate(Form)
    return func.coalesce(own.scalar_subquery(), of_child)


def _waiting(reason: Reason, row: Sequence[Any]) -> Waiting:
    (
        child_id,
        forenames,
        surname,
        day,
        target_id,
        words,
        sender,
        statutory,
        case_id,
        number,
        state,
        owner_id,
    ) = row[:12]
    return Waiting(
        reason=reason,
        child_id=child_id,
        child_name=f"{forenames} {surname}".strip(),
        day=day,
        target_id=target_id,
        words=title_of(words, statutory) if SOURCES[reason].table is Form else words or "",
        sender=sender or "",
        case_id=case_id,
        number=number or "",
        state=state,
        owner_id=owner_id,
        owner_name=full_name(row[12], row[13]),
        excused=bool(row[14]),
    )


_MINE_TODAY = Case.owner_id.in_(union_all(select(bindparam("me", type_=Integer())), COVERED_NOW))
_URGENT = CompiledQuery(
    select(func.count()).select_from(
        select(Case.id).where(Case.due_on <= _SOON, _MINE_TODAY).limit(MOST_IN_MENU + 1).subquery()
    )
)
