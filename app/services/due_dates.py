"""Whether the stored due dates still follow from the rules, for instance after the law or a rule changed."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.form_deadlines import advice_due_on, request_due_on
from app.domain.workflow import FormState
from app.models import Form


@dataclass(frozen=True)
class DueDrift:
    """A form whose stored due date is not what the rules say."""

    form_id: int
    kind: str
    stored: date | None
    by_rule: date | None


@dataclass(frozen=True)
class CheckedDueDates:
    """What a check of every form found."""

    forms: int
    agreed: int
    """Advice for which the officer agreed a day other than six weeks on; that is theirs to decide."""
    drift: list[DueDrift]


def stored_otherwise(session: Session) -> CheckedDueDates:
    """Work out every form's due date again, and tell which are stored otherwise."""
    columns = select(Form.id, Form.kind, Form.state, Form.received_on, Form.asked_on, Form.due_on)
    forms = agreed = 0
    drift = []
    for form_id, kind, state, received_on, asked_on, stored in session.execute(columns.order_by(Form.id)):
        forms += 1
        by_rule = _by_rule(kind, state, received_on, asked_on)
        if stored == by_rule:
            continue
        if kind == "advice" and stored is not None and asked_on is not None and stored >= asked_on:
            agreed += 1
        else:
            drift.append(DueDrift(form_id, kind, stored, by_rule))
    return CheckedDueDates(forms, agreed, drift)


def _by_rule(kind: str, state: FormState, received_on: date | None, asked_on: date | None) -> date | None:
    if kind == "request":
        return request_due_on(state, received_on)
    return advice_due_on(asked_on) if kind == "advice" and asked_on is not None else None
