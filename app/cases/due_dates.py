"""A check that the stored due dates follow from the rules, for instance after a change of the law."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.cases.duty_rules import rules_of
from app.cases.rules.case_states import CaseState
from app.cases.rules.duties import DutyDates, Rules, next_duty
from app.cases.rules.duties import due_on as last_day
from app.cases.tables import Case, Duty
from app.forms.tables.forms import Advice


@dataclass(frozen=True)
class DueDrift:
    """A duty, a case or a form of advice whose stored due date differs from the rules."""

    kind: str
    """"duty", "case" or "advice"."""
    row_id: int
    stored: date | None
    by_rule: date | None


@dataclass(frozen=True)
class CheckedDueDates:
    """The result of a check of every duty, every case and every form of advice."""

    checked: int
    agreed: int
    """Statutory advice for which a day other than six weeks on was agreed, with a reason."""
    drift: list[DueDrift]


def check_due_dates(session: Session) -> CheckedDueDates:
    """Work out every due date again and return the duties, cases and advice whose stored date differs."""
    rules = rules_of(session)
    drift, by_case = _check_duties(session, rules)
    checked = agreed = 0
    cases = select(Case.id, Case.due_on, Case.state).order_by(Case.id)
    for number, stored, state in session.execute(cases):
        checked += 1
        makes_no_plan = state is CaseState.not_issuing
        following = next_duty(by_case.get(number, {}).values(), makes_no_plan=makes_no_plan)
        if stored != (by_rule := following.due_on if following else None):
            drift.append(DueDrift("case", number, stored, by_rule))
    advice = select(Advice.id, Advice.asked_on, Advice.due_on, Advice.statutory, Advice.due_reason)
    for row in session.execute(advice.order_by(Advice.id)):
        checked += 1
        is_limited = row.statutory and row.asked_on is not None
        by_rule = rules.due_on("give_advice", row.asked_on) if is_limited else None
        if row.due_on == by_rule:
            continue
        if _is_agreed(row):
            agreed += 1
        else:
            drift.append(DueDrift("advice", row.id, row.due_on, by_rule))
    return CheckedDueDates(checked, agreed, drift)


def _check_duties(session: Session, rules: Rules) -> tuple[list[DueDrift], dict[int, dict[str, DutyDates]]]:
    """Return the duties whose stored day differs, and the latest duty of each key by case."""
    drift: list[DueDrift] = []
    by_case: dict[int, dict[str, DutyDates]] = defaultdict(dict)
    stored = select(Duty.id, Duty.case_id, Duty.key, Duty.starts_on, Duty.due_on, Duty.ending)
    for number, case_id, key, starts_on, due_on, ending in session.execute(stored.order_by(Duty.id)):
        rule = rules.rule(key, starts_on)
        by_case[case_id][key] = DutyDates(key, starts_on, due_on, rule.who, ending=ending)
        if due_on != (by_rule := last_day(rule, starts_on)):
            drift.append(DueDrift("duty", number, due_on, by_rule))
    return drift, by_case


def _is_agreed(row: Any) -> bool:
    """Return whether another day was agreed for statutory advice.

    It then has a reason and is not before the day of the request.
    """
    if not row.statutory or not row.due_reason.strip():
        return False
    return row.due_on is not None and row.asked_on is not None and row.due_on >= row.asked_on
