"""A check that the stored due dates follow from the rules, for instance after a change of the law."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.forms.rules.form_deadlines import advice_due_on, request_due_on
from app.forms.tables.forms import Form


@dataclass(frozen=True)
class DueDrift:
    """A form whose stored due date differs from the rules."""

    form_id: int
    kind: str
    stored: date | None
    by_rule: date | None


@dataclass(frozen=True)
class CheckedDueDates:
    """The result of a check of every form."""

    forms: int
    agreed: int
    """Statutory advice for which a day other than six weeks on was agreed, with a reason."""
    drift: list[DueDrift]


def check_due_dates(session: Session) -> CheckedDueDates:
    """Work out every form's due date again and return the forms whose stored date differs."""
    columns = select(
        Form.id,
        Form.kind,
        Form.state,
        Form.received_on,
        Form.asked_on,
        Form.due_on,
        Form.statutory,
        Form.due_reason,
    )
    forms = agreed = 0
    drift = []
    for row in session.execute(columns.order_by(Form.id)):
        forms += 1
        by_rule = _by_rule(row)
        if row.due_on == by_rule:
            continue
        if _is_agreed(row):
            agreed += 1
        else:
            drift.append(DueDrift(row.id, row.kind, row.due_on, by_rule))
    return CheckedDueDates(forms, agreed, drift)


def _by_rule(row: Any) -> date | None:
    if row.kind == "request":
        return request_due_on(row.state, row.received_on)
    is_advice = row.kind == "advice" and row.statutory and row.asked_on is not None
    return advice_due_on(row.asked_on) if is_advice else None


def _is_agreed(row: Any) -> bool:
    """Return whether another day was agreed for statutory advice.

    It then has a reason and is not before the day of the request.
    """
    if row.kind != "advice" or not row.statutory or not row.due_reason.strip():
        return False
    return row.due_on is not None and row.asked_on is not None and row.due_on >= row.asked_on
