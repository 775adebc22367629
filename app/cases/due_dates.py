"""A check that the stored due dates follow from the rules, for instance after a change of the law."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.cases.rules.case_deadlines import case_due_on
from app.cases.tables import Case
from app.forms.rules.form_deadlines import advice_due_on
from app.forms.tables.forms import Advice


@dataclass(frozen=True)
class DueDrift:
    """A case or a form of advice whose stored due date differs from the rules."""

    kind: str
    """"case" or "advice"."""
    row_id: int
    stored: date | None
    by_rule: date | None


@dataclass(frozen=True)
class CheckedDueDates:
    """The result of a check of every case and every form of advice."""

    checked: int
    agreed: int
    """Statutory advice for which a day other than six weeks on was agreed, with a reason."""
    drift: list[DueDrift]


def check_due_dates(session: Session) -> CheckedDueDates:
    """Work out every due date again and return the cases and advice whose stored date differs."""
    checked = agreed = 0
    drift = []
    cases = select(Case.id, Case.state, Case.received_on, Case.due_on)
    for number, state, received_on, stored in session.execute(cases.order_by(Case.id)):
        checked += 1
        if stored != (by_rule := case_due_on(state, received_on)):
            drift.append(DueDrift("case", number, stored, by_rule))
    advice = select(Advice.id, Advice.asked_on, Advice.due_on, Advice.statutory, Advice.due_reason)
    for row in session.execute(advice.order_by(Advice.id)):
        checked += 1
        by_rule = advice_due_on(row.asked_on) if row.statutory and row.asked_on is not None else None
        if row.due_on == by_rule:
            continue
        if _is_agreed(row):
            agreed += 1
        else:
            drift.append(DueDrift("advice", row.id, row.due_on, by_rule))
    return CheckedDueDates(checked, agreed, drift)


def _is_agreed(row: Any) -> bool:
    """Return whether another day was agreed for statutory advice.

    It then has a reason and is not before the day of the request.
    """
    if not row.statutory or not row.due_reason.strip():
        return False
    return row.due_on is not None and row.asked_on is not None and row.due_on >= row.asked_on
