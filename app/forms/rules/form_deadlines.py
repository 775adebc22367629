"""Calculate the due date of a form, both where it is stored and where it is checked."""

from datetime import date, timedelta

from app.forms.rules.deadlines import due_on
from app.forms.rules.workflow import OPEN_TO_WRITING, RECEIVED, FormState

UNDECIDED = RECEIVED


def request_due_on(state: FormState, received_on: date | None) -> date | None:
    """Return the date of the council's next duty about a request, or None before it is received or once it is declined.

    The council decides within 6 weeks of receiving it (reg. 5); once it assesses, the final plan is due within 20
    weeks (reg. 13).
    """
    if received_on is None:
        return None
    if state in UNDECIDED:
        return due_on("decide_to_assess", received_on)
    return due_on("final_plan", received_on) if state is FormState.assessing else None


def advice_due_on(asked_on: date) -> date:
    """Return the day by which advice asked for on this day is due (reg. 8)."""
    return due_on("give_advice", asked_on)


def is_awaited(kind: str, state: FormState) -> bool:
    """Return whether a form is still due: advice until it is sent, a request until it is decided and the plan is
    final."""
    return state in OPEN_TO_WRITING or (kind == "request" and state in UNDECIDED | {FormState.assessing})


TO_CORRECT = timedelta(days=7)


def correct_by(returned_on: date) -> date:
    """Return the day by which a returned form should be sent again, unless the officer sets another.

    It is a week, because the council's six weeks to decide still apply.
    """
    return returned_on + TO_CORRECT


def authors_date(kind: str, state: FormState, due_on: date | None, wanted_by: date | None) -> date | None:
    """Return the date that the authors of a form work to, or None.

    A returned form has the day set by the officer; a request never has the council's own limit for its decision or
    plan.
    """
    if kind == "request":
        return wanted_by if state is FormState.returned else None
    if state is FormState.returned and wanted_by is not None:
        return wanted_by
    return due_on or wanted_by
