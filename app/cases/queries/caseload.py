"""The children linked to a professional, with their case status, the forms due and the deadlines."""

import enum
from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Integer, Select, and_, bindparam, case, exists, func, nulls_last, or_, select, true
from sqlalchemy.orm import Session

from app.cases.queries.child_page import statuses_of
from app.cases.queries.standing import STANDING
from app.cases.rules.case_states import OPEN, CaseState
from app.cases.rules.status import CaseStatus
from app.children.queries.finding import child_matches
from app.children.tables import Child, ChildLink
from app.core.database.compiled_query import CompiledQuery
from app.core.database.engine import use_custom_plans
from app.core.roles import Principal
from app.forms.rules.form_titles import title_of
from app.forms.rules.workflow import OPEN_TO_WRITING, FormState
from app.forms.tables.forms import AUTHORS_DATE, Form, FormTemplate, FormVersion

PAGE = 25


class Show(enum.Enum):
    """The filters of the list."""

    all = "all"
    to_do = "to_do"
    queue = "queue"
    team = "team"
    closed = "closed"


@dataclass(frozen=True)
class Owed:
    """One form that this person's organisation still has to send."""

    form_id: int
    child_id: int
    child_name: str
    kind: str
    title: str
    state: FormState
    due_on: date | None
    """The author's deadline: the statutory date, or the day by which the SEN team would like to have the
    form."""
    author_id: int | None
    statutory: bool = True


@dataclass(frozen=True)
class LinkedChild:
    """One child in the list."""

    child_id: int
    name: str
    date_of_birth: date
    year_taught: int | None
    year_taught_on: date | None
    queue_link_id: int | None
    """The link to assign, when the child is in the organisation's queue and this person is not linked by
    name."""
    standing: CaseStatus | None
    owed: Sequence[Owed]


@dataclass(frozen=True)
class Caseload:
    """One page of the list."""

    children: Sequence[LinkedChild]
    page: int
    has_more: bool


def caseload(session: Session, who: Principal, show: Show, looked_for: str = "", page: int = 1) -> Caseload:
    """Return one page of the children this person is linked to, those with the earliest deadline first."""
    asked = {"me": who.user_id, "my_organisation": who.organisation_id, "before": (page - 1) * PAGE}
    if looked_for:
        use_custom_plans(session)
        found = _LINKED[show].statement.where(child_matches(looked_for, one_by_one=True))
        rows = [tuple(row) for row in session.execute(found, asked)]
    else:
        rows = _LINKED[show].rows(session, **asked)
    ids = [row[0] for row in rows[:PAGE]]
    standings = statuses_of(session, ids)
    owed = _by_child(owed_by(session, who, ids))
    children = [
        LinkedChild(
            child_id=row[0],
            name=f"{row[1]} {row[2]}".strip(),
            date_of_birth=row[3],
            year_taught=row[4],
            year_taught_on=row[5],
            queue_link_id=row[6] if not row[7] else None,
            standing=standings.get(row[0]),
            owed=owed.get(row[0], ()),
        )
        for row in rows[:PAGE]
    ]
    return Caseload(children, page, len(rows) > PAGE)


def owed_by(
    session: Session, who: Principal, child_ids: Collection[int] | None = None, limit: int = 100
) -> list[Owed]:
    """Return the forms this person's organisation still has to send, with the earliest deadline first.

    Only children this person is linked to are included, or those in `child_ids`.
    """
    if child_ids is not None and not child_ids:
        return []
    asked = {"my_organisation": who.organisation_id, "most": limit}
    if child_ids is None:
        rows = _OWED.rows(session, me=who.user_id, **asked)
    else:
        rows = _OWED_ABOUT.rows(session, **asked, children=list(child_ids))
    return [owed_from(row) for row in rows]


def owed_from(row: Sequence[Any]) -> Owed:
    """Return an owed form made from a row of a query."""
    form_id, child_id, forenames, surname, kind, title, state, due_on, author_id, statutory = row
    name = f"{forenames} {surname}"
    return Owed(
        form_id, child_id, name, kind, title_of(title, statutory), state, due_on, author_id, statutory
    )


# Compiled once because every page runs them; the reader's ids are bind parameters.
_MINE = bindparam("my_organisation", type_=Integer())

_BY_NAME = and_(ChildLink.person_id == bindparam("me"), ChildLink.organisation_id == _MINE)
_IN_QUEUE = and_(ChildLink.person_id.is_(None), ChildLink.organisation_id == _MINE)
_WITH_COLLEAGUE = and_(
    ChildLink.through_queue.is_(True),
    ChildLink.organisation_id == _MINE,
    ChildLink.person_id != bindparam("me"),
)
_FOR_ME = Form.child_id.in_(
    select(ChildLink.child_id).where(ChildLink.ended_at.is_(None), or_(_BY_NAME, _IN_QUEUE))
)
"""Leaves out children assigned to a colleague, whom this person can also see."""


def _owed() -> Any:
    return (
        select(
            Form.id,
            Form.child_id,
            Child.forenames,
            Child.surname,
            Form.kind,
            FormTemplate.title,
            Form.state,
            AUTHORS_DATE,
            Form.author_id,
            Form.statutory,
        )
        .join(Child, Child.id == Form.child_id)
        .join(FormVersion, FormVersion.id == Form.form_version_id)
        .join(FormTemplate, FormTemplate.id == FormVersion.template_id)
        .where(Form.organisation_id == _MINE, Form.state.in_(OPEN_TO_WRITING))
        .order_by(nulls_last(AUTHORS_DATE), Form.id)
        .limit(bindparam("most", type_=Integer(), literal_execute=True))
    )


_OWED = CompiledQuery(_owed().where(_FOR_ME))
_OWED_ABOUT = CompiledQuery(
    _owed().where(Form.child_id.in_(bindparam("children", expanding=True))),
)


def _linked(show: Show) -> Select[Any]:
    """Return the query for the children, with their open link in the queue and the kind of the reader's link."""
    # by_name is 2 for a child assigned to a colleague.
    shown = _WITH_COLLEAGUE if show is Show.team else or_(_BY_NAME, _IN_QUEUE)
    link = (
        select(
            ChildLink.child_id,
            func.max(case((_IN_QUEUE, ChildLink.id))).label("queue_link_id"),
            func.max(case((_BY_NAME, 1), (_WITH_COLLEAGUE, 2), else_=0)).label("by_name"),
        )
        .where(ChildLink.ended_at.is_(None), shown)
        .group_by(ChildLink.child_id)
        .subquery("link")
    )
    owed = (
        select(Form.child_id, func.min(AUTHORS_DATE).label("due_on"), func.count().label("forms"))
        .where(Form.organisation_id == _MINE, Form.state.in_(OPEN_TO_WRITING))
        .group_by(Form.child_id)
        .subquery("owed")
    )
    waiting, owing = link.c.by_name == 0, owed.c.forms.is_not(None)
    criteria = {
        Show.all: true(),
        Show.team: true(),
        Show.to_do: or_(owing, waiting),
        Show.queue: waiting,
        Show.closed: and_(~owing, _has_case(*_CLOSED), ~_has_case(*OPEN)),
    }
    return (
        select(
            Child.id,
            Child.forenames,
            Child.surname,
            Child.date_of_birth,
            Child.year_taught,
            Child.year_taught_on,
            link.c.queue_link_id,
            link.c.by_name,
        )
        .join(link, link.c.child_id == Child.id)
        .outerjoin(owed, owed.c.child_id == Child.id)
        .where(criteria[show])
        .order_by(nulls_last(owed.c.due_on), nulls_last(owed.c.forms), Child.search_name, Child.id)
        .limit(PAGE + 1)
        .offset(bindparam("before", type_=Integer()))
    )


_CLOSED = tuple(state for state in CaseState if state not in OPEN)


def _has_case(*states: CaseState) -> Any:
    return exists().where(STANDING.c.child_id == Child.id, STANDING.c.state.in_(states))


_LINKED = {show: CompiledQuery(_linked(show)) for show in Show}


def _by_child(owed: Sequence[Owed]) -> dict[int, list[Owed]]:
    found: dict[int, list[Owed]] = defaultdict(list)
    for each in owed:
        found[each.child_id].append(each)
    return found
