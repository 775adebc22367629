"""The due date of a form, worked out in one place: where it is stored and where it is checked."""

from datetime import date

from app.domain.deadlines import due_on
from app.domain.workflow import OPEN_TO_WRITING, FormState

UNDECIDED = frozenset({FormState.submitted, FormState.returned, FormState.accepted})


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
    """Whether somebody can still be late with it: until advice is sent, until a request is decided."""
    return state in OPEN_TO_WRITING or (kind == "request" and state in UNDECIDED)
