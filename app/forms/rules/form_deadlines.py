"""The due date of a form, worked out in one place: where it is stored and where it is checked."""

from datetime import date, timedelta

from app.forms.rules.deadlines import due_on
from app.forms.rules.workflow import OPEN_TO_WRITING, RECEIVED, FormState

UNDECIDED = RECEIVED


def request_due_on(state: FormState, received_on: date | None) -> date | None:
    """The council's next duty about a request: to decide within 6 weeks of receiving it (reg. 5); once it assesses, the
    final plan within 20 weeks (reg. 13). Nothing before it is received or after it is declined."""
    if received_on is None:
        return None
    if state in UNDECIDED:
        return due_on("decide_to_assess", received_on)
    return due_on("final_plan", received_on) if state is FormState.assessing else None


def advice_due_on(asked_on: date) -> date:
    """The day by which advice asked for on this day is given in time (reg. 8)."""
    return due_on("give_advice", asked_on)


def is_awaited(kind: str, state: FormState) -> bool:
    """Whether something is still due: advice until it is sent, a request until it is decided, an assessment until the
    final plan."""
    return state in OPEN_TO_WRITING or (kind == "request" and state in UNDECIDED | {FormState.assessing})


TO_CORRECT = timedelta(days=7)


def correct_by(returned_on: date) -> date:
    """The day by which a returned form is wanted back, unless the officer sets another: the council's six weeks to
    decide go on, so a week."""
    return returned_on + TO_CORRECT


def authors_date(kind: str, state: FormState, due_on: date | None, wanted_by: date | None) -> date | None:
    """The date that the authors of a form work to. A returned form has the day set by the officer; a request never has
    the council's own limit for its decision or its plan."""
    if kind == "request":
        return wanted_by if state is FormState.returned else None
    if state is FormState.returned and wanted_by is not None:
        return wanted_by
    return due_on or wanted_by
