"""Calculate the due date of a case, both where it is stored and where it is checked."""

from datetime import date

from app.cases.rules.case_states import UNDECIDED, CaseState
from app.forms.rules.deadlines import due_on


def case_due_on(state: CaseState, received_on: date) -> date | None:
    """Return the last day for the council's next duty about a case, or None once nothing more is due.

    The council decides within 6 weeks of receiving the request (reg. 5); once it assesses, the final plan is due within
    20 weeks (reg. 13).
    """
    if state in UNDECIDED:
        return due_on("decide_to_assess", received_on)
    return due_on("final_plan", received_on) if state is CaseState.assessing else None
