"""The board: how many open cases each stage has, and those with the fewest days left. Row-level security applies."""

import enum
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Date, Integer, and_, bindparam, func, literal, select, true, union_all
from sqlalchemy.orm import Session

from app.accounts.tables.people import Person
from app.cases.queries.today import COUNT_UP_TO
from app.cases.rules.board import BOARD
from app.cases.rules.case_states import CaseState
from app.cases.tables import Case, cases_in
from app.children.queries.involved import full_name
from app.children.tables import Child
from app.core.database.compiled_query import CompiledQuery
from app.core.roles import Principal

CARDS = 10
"""The most cases that a stage shows."""


class Show(enum.Enum):
    """The filters of the board."""

    team = "team"
    mine = "mine"
    late = "late"


@dataclass(frozen=True)
class Card:
    """One open case."""

    case_id: int
    number: str
    child_id: int
    child_name: str
    due_on: date
    owner_name: str
    excused: bool
    """An exception is recorded for it."""


@dataclass(frozen=True)
class Stage:
    """One stage: how many cases it has, at most COUNT_UP_TO, and the most urgent of them."""

    state: CaseState
    count: int
    cards: Sequence[Card]


def board(session: Session, who: Principal, today: date, show: Show) -> Sequence[Stage]:
    """Return the stages in their order, each with the cases that have the fewest days left."""
    counts, cards = _queries(show)
    params = {"me": who.user_id, "today": today}
    numbers = counts.one(session, **params)
    found: Mapping[int, list[Card]] = {place: [] for place in range(len(BOARD))}
    for row in cards.rows(session, **params):
        found[row[0]].append(
            Card(
                row[1],
                row[2],
                row[3],
                f"{row[4]} {row[5]}".strip(),
                row[6],
                full_name(row[7], row[8]),
                row[9],
            )
        )
    return [Stage(state, numbers[place], found[place]) for place, state in enumerate(BOARD)]


@cache
def _queries(show: Show) -> tuple[CompiledQuery, CompiledQuery]:
    criteria: Mapping[Show, ColumnElement[bool]] = {
        Show.team: true(),
        Show.mine: Case.owner_id == bindparam("me", type_=Integer()),
        Show.late: and_(Case.excused.is_(False), Case.due_on < bindparam("today", type_=Date())),
    }
    counts, firsts = [], []
    for place, state in enumerate(BOARD):
        of_stage: Any = select(Case.id).where(cases_in(state), Case.due_on.is_not(None), criteria[show])
        few = of_stage.limit(COUNT_UP_TO).subquery()
        counts.append(select(func.count()).select_from(few).scalar_subquery())
        first = of_stage.order_by(Case.due_on, Case.id).limit(CARDS).subquery()
        firsts.append(select(literal(place).label("place"), first.c.id.label("case_id")))
    ids = union_all(*firsts).subquery()
    cards = (
        select(
            ids.c.place,
            Case.id,
            Case.number,
            Case.child_id,
            Child.forenames,
            Child.surname,
            Case.due_on,
            Person.first_name,
            Person.last_name,
            Case.excused,
        )
        .select_from(ids)
        .join(Case, Case.id == ids.c.case_id)
        .join(Child, Child.id == Case.child_id)
        .outerjoin(Person, Person.id == Case.owner_id)
        .order_by(ids.c.place, Case.due_on, Case.id)
    )
    return CompiledQuery(select(*counts)), CompiledQuery(cards)
