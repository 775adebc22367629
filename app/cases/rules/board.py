"""The stages of the board: open cases by what the council does with them now."""

from collections.abc import Mapping

from app.cases.rules.case_states import CaseState
from app.core.wording import N_

BOARD: Mapping[CaseState, str] = {
    CaseState.received: N_("Deciding whether to assess"),
    CaseState.assessing: N_("Assessing"),
    CaseState.preparing_plan: N_("Writing the plan"),
    CaseState.draft_served: N_("Draft plan sent"),
}
"""The heading of each stage, in the order of the board. A state that is open has one line here."""
