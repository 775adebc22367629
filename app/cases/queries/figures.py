"""Count what the manager's page shows, grouped in SQL, and return the cases behind each figure.

The months are counted in indexes by day, and what is open in an index of what is due; no count goes through history.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, and_, case, extract, func, select, tuple_
from sqlalchemy.orm import Session

from app.accounts.tables.people import Person
from app.cases.duties import FINAL_PLAN
from app.cases.figure_tables import PublishedFigure
from app.cases.rules.case_states import CaseState, DecisionBasis
from app.cases.rules.figures import (
    BANDS,
    MEASURES,
    OUTCOMES,
    WEEKS,
    Counted,
    Figure,
    Measure,
    Month,
    PublishedMeasure,
    Timeliness,
    months_until,
    weeks_from,
)
from app.cases.tables import CORRECTED, DONE_DUTIES, IS_DUE, Case, Decision, Duty
from app.children.queries.involved import full_name
from app.forms.tables.forms import AWAITED_ADVICE, Advice, Form
from app.organisations.tables import Organisation

OVERDUE, LATER = 0, WEEKS + 1
"""The weeks before the first and after the last of the forecast."""


@dataclass(frozen=True)
class OfMonths:
    """What happened in each month of the page."""

    received: Mapping[Month, int]
    outcomes: Mapping[tuple[Month, CaseState], int]
    measured: Mapping[tuple[Month, Measure], Timeliness]
    final_plans: Mapping[Month, int]

    def timeliness(self, measure: Measure, months: Sequence[Month]) -> Timeliness:
        """Return how often a limit was met over these months."""
        return sum((self.measured.get((month, measure), Timeliness()) for month in months), Timeliness())


@dataclass(frozen=True)
class OpenCases:
    """Cases in which something is due, by the week in which it is and by their age."""

    due: Mapping[tuple[int, CaseState], int]
    """Without an exception; week OVERDUE is before today."""
    excused: int
    """Overdue with an exception."""
    ages: Mapping[int, int]
    """By the place of the band."""
    overdue_ages: Mapping[int, int]
    """Those of them that are overdue without an exception."""
    total: int

    def in_week(self, week: int) -> int:
        """Return how many are due in a week."""
        return sum(count for (of_week, _state), count in self.due.items() if of_week == week)


@dataclass(frozen=True)
class Workload:
    """The open cases of one officer, or of no one."""

    owner_id: int | None
    name: str
    total: int
    overdue: int
    soon: int


@dataclass(frozen=True)
class LateAdvice:
    """The advice that an organisation owes."""

    organisation_id: int | None
    name: str
    awaited: int
    late: int
    oldest: date


@dataclass(frozen=True)
class Published:
    """One published percentage."""

    area: str
    year: int
    measure: PublishedMeasure
    percentage: Decimal
    source: str


def of_months(session: Session, today: date) -> OfMonths:
    """Return the figures of the last 13 months: three statements."""
    since = months_until(today)[0].first_day
    received = select(*_month(Case.received_on), func.count()).where(
        Case.received_on >= since, Case.received_on <= today
    )
    outcomes = select(*_month(Decision.decided_on), Decision.outcome, func.count()).where(
        Decision.decided_on >= since, Decision.decided_on <= today, _of_council(), _holds()
    )
    in_time, excused = Duty.ended_on <= Duty.due_on, Duty.excused.is_(True)
    keys = {*FINAL_PLAN, *(measure.value for measure in Measure)}
    done = select(
        *_month(Duty.ended_on),
        Duty.key,
        func.count(),
        _sum(in_time),
        _sum(excused),
        _sum(and_(in_time, excused)),
    ).where(DONE_DUTIES, Duty.key.in_(keys), Duty.ended_on >= since, Duty.ended_on <= today)
    measured: dict[tuple[Month, Measure], Timeliness] = {}
    final: Counter[Month] = Counter()
    for year, month, key, *counts in session.execute(_by(done, Duty.ended_on, Duty.key)):
        if key in FINAL_PLAN:
            final[Month(year, month)] += counts[0]
        if key in {measure.value for measure in Measure}:
            measured[Month(year, month), Measure(key)] = Timeliness(*counts)
    return OfMonths(
        {
            Month(year, month): count
            for year, month, count in session.execute(_by(received, Case.received_on))
        },
        {
            (Month(year, month), outcome): count
            for year, month, outcome, count in session.execute(
                _by(outcomes, Decision.decided_on, Decision.outcome)
            )
        },
        measured,
        final,
    )


def open_cases(session: Session, today: date) -> OpenCases:
    """Return the cases in which something is due, in one statement."""
    week, band = _week(today), _band(today)
    statement = select(week, band, Case.state, Case.excused, func.count()).where(IS_DUE)
    due: Counter[tuple[int, CaseState]] = Counter()
    ages: Counter[int] = Counter()
    overdue_ages: Counter[int] = Counter()
    total = excused = 0
    for of_week, place, state, is_excused, count in session.execute(
        statement.group_by(week, band, Case.state, Case.excused)
    ):
        total += count
        ages[place] += count
        if not is_excused:
            due[of_week, state] += count
            overdue_ages[place] += count if of_week == OVERDUE else 0
        elif of_week == OVERDUE:
            excused += count
    return OpenCases(due, excused, ages, overdue_ages, total)


def workloads(session: Session, today: date) -> Sequence[Workload]:
    """Return the open cases by officer, those with most first."""
    counts = (
        select(
            Case.owner_id,
            func.count().label("total"),
            _sum(_is_overdue(today)).label("overdue"),
            _sum(_is_soon(today)).label("soon"),
        )
        .where(IS_DUE)
        .group_by(Case.owner_id)
        .subquery()
    )
    found = session.execute(
        select(counts, Person.first_name, Person.last_name)
        .select_from(counts)
        .outerjoin(Person, Person.id == counts.c.owner_id)
        .order_by(counts.c.total.desc(), counts.c.owner_id)
    )
    return [Workload(row[0], full_name(row[4], row[5]), *row[1:4]) for row in found]


def late_advice(session: Session, today: date) -> Sequence[LateAdvice]:
    """Return the organisations that owe statutory advice whose time has passed, those with most first."""
    is_late = Form.due_on < today
    counts = (
        select(
            Form.organisation_id,
            func.count().label("awaited"),
            _sum(is_late).label("late"),
            func.min(Form.due_on).label("oldest"),
        )
        .where(AWAITED_ADVICE, Form.statutory.is_(True), Form.due_on.is_not(None))
        .group_by(Form.organisation_id)
        .having(func.min(Form.due_on) < today)
        .subquery()
    )
    found = session.execute(
        select(counts, Organisation.name)
        .select_from(counts)
        .outerjoin(Organisation, Organisation.id == counts.c.organisation_id)
        .order_by(counts.c.late.desc(), counts.c.oldest, counts.c.organisation_id)
    )
    return [LateAdvice(row[0], row[4] or "", row[1], row[2], row[3]) for row in found]


def published(session: Session) -> Sequence[Published]:
    """Return the newest published figures of each area, England first."""
    newest = (
        select(PublishedFigure.area, func.max(PublishedFigure.year).label("year"))
        .group_by(PublishedFigure.area)
        .subquery()
    )
    found = session.execute(
        select(
            PublishedFigure.area,
            PublishedFigure.year,
            PublishedFigure.measure,
            PublishedFigure.percentage,
            PublishedFigure.source,
        )
        .join(newest, and_(newest.c.area == PublishedFigure.area, newest.c.year == PublishedFigure.year))
        .order_by(PublishedFigure.area != "England", PublishedFigure.area, PublishedFigure.id)
    )
    return [Published(*row) for row in found]


def by_area(figures: Sequence[Published]) -> Mapping[tuple[str, int], Mapping[PublishedMeasure, Decimal]]:
    """Return published figures by area and year."""
    found: dict[tuple[str, int], dict[PublishedMeasure, Decimal]] = defaultdict(dict)
    for each in figures:
        found[each.area, each.year][each.measure] = each.percentage
    return found


def cases_behind(figure: Figure, today: date) -> ColumnElement[bool]:
    """Return the criterion for the cases that a figure counts."""
    if figure.first is not None and figure.last is not None:
        return _in_months(figure, figure.first.first_day, min(figure.last.last_day, today))
    if figure.counted is Counted.age:
        place, _mark, part = figure.part.partition("_")
        band = BANDS[int(place)]
        newest = [] if band.first == 0 else [Case.received_on <= today - timedelta(days=band.first)]
        oldest = [] if band.last is None else [Case.received_on >= today - timedelta(days=band.last)]
        return and_(_is_overdue(today) if part else IS_DUE, *newest, *oldest)
    parts: dict[str, ColumnElement[bool]] = {
        "all": IS_DUE,
        "overdue": _is_overdue(today),
        "soon": _is_soon(today),
        "excused": and_(Case.due_on < today, Case.excused.is_(True)),
    }
    for number, (first, last) in enumerate(weeks_from(today), start=1):
        parts[f"week{number}"] = and_(Case.due_on >= first, Case.due_on <= last, Case.excused.is_(False))
    if figure.counted is Counted.owner:
        whose = Case.owner_id == figure.owner_id if figure.owner_id else Case.owner_id.is_(None)
        return and_(IS_DUE, whose, parts[figure.part])
    return parts[figure.part]


def late_of(organisation_id: int, today: date) -> ColumnElement[bool]:
    """Return the criterion for the advice that an organisation owes and whose time has passed; 0 for no organisation."""
    return and_(owed_by(organisation_id), Advice.due_on < today)


def owed_by(organisation_id: int) -> ColumnElement[bool]:
    """Return the criterion for the statutory advice that an organisation owes; 0 for no organisation."""
    whose = Advice.organisation_id == organisation_id if organisation_id else Advice.organisation_id.is_(None)
    return and_(AWAITED_ADVICE, Advice.statutory.is_(True), Advice.due_on.is_not(None), whose)


def _in_months(figure: Figure, first: date, last: date) -> ColumnElement[bool]:
    if figure.counted is Counted.received:
        return and_(Case.received_on >= first, Case.received_on <= last)
    if figure.counted is Counted.outcome:
        made = select(Decision.case_id).where(
            Decision.decided_on >= first,
            Decision.decided_on <= last,
            Decision.outcome == CaseState[figure.part],
            _of_council(),
            _holds(),
        )
        return Case.id.in_(made)
    keys = FINAL_PLAN if figure.counted is Counted.final else (MEASURES[figure.counted].value,)
    done = select(Duty.case_id).where(
        DONE_DUTIES, Duty.key.in_(keys), Duty.ended_on >= first, Duty.ended_on <= last
    )
    if figure.part == "late":
        done = done.where(Duty.ended_on > Duty.due_on)
    elif figure.part == "excused":
        done = done.where(Duty.excused.is_(True))
    return Case.id.in_(done)


def _month(day: Any) -> tuple[Any, Any]:
    return extract("year", day), extract("month", day)


def _by(statement: Any, day: Any, *others: Any) -> Any:
    return statement.group_by(*_month(day), *others)


def _sum(criterion: ColumnElement[bool]) -> ColumnElement[int]:
    return func.sum(case((criterion, 1), else_=0))


def _of_council() -> ColumnElement[bool]:
    """Return the criterion for the decisions that the page counts: the council's own, not those of mediation or the Tribunal."""
    return and_(Decision.basis == DecisionBasis.council, Decision.outcome.in_(OUTCOMES))


def _holds() -> ColumnElement[bool]:
    """Return the criterion for decisions that were not corrected: the next one of the case is no correction."""
    return tuple_(Decision.case_id, Decision.number).not_in(CORRECTED)


def _is_overdue(today: date) -> ColumnElement[bool]:
    return and_(Case.due_on < today, Case.excused.is_(False))


def _is_soon(today: date) -> ColumnElement[bool]:
    last = weeks_from(today)[-1][1]
    return and_(Case.due_on >= today, Case.due_on <= last, Case.excused.is_(False))


def _week(today: date) -> ColumnElement[int]:
    """Return the week of the forecast in which a case is due, from 1; OVERDUE before today and LATER after the last."""
    weeks = [
        (Case.due_on <= last, number) for number, (_first, last) in enumerate(weeks_from(today), start=1)
    ]
    return case((Case.due_on < today, OVERDUE), *weeks, else_=LATER)


def _band(today: date) -> ColumnElement[int]:
    """Return the place of the band of a case's age."""
    bands = [
        (Case.received_on >= today - timedelta(days=band.last), place)
        for place, band in enumerate(BANDS)
        if band.last is not None
    ]
    return case(*bands, else_=len(BANDS) - 1)
