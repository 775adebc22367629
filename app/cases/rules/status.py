"""The status of a child's case, in words for everyone linked to the child."""

import enum
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date

from app.cases.rules.case_states import OPEN, UNDECIDED, CaseState
from app.cases.rules.duties import DutyDates, Rules
from app.cases.rules.exceptions import Span
from app.cases.rules.timeline import NOTHING, Milestone, timeline, with_expected_advice
from app.core.wording import N_, Wording
from app.forms.rules.workflow import FormState


class Stage(enum.Enum):
    """The stage of a case as everyone linked to the child reads it."""

    submitted = "submitted"
    returned = "returned"
    received = "received"
    assessing = "assessing"
    not_assessing = "not_assessing"
    preparing_plan = "preparing_plan"
    not_issuing = "not_issuing"
    draft_served = "draft_served"
    plan_in_force = "plan_in_force"
    withdrawn = "withdrawn"


STAGES_OF_FORM: Mapping[FormState | None, Stage] = {
    FormState.submitted: Stage.submitted,
    FormState.returned: Stage.returned,
}


@dataclass(frozen=True)
class CaseStatus:
    """The state and dates of a case; nothing of what was asked or of the reasons."""

    state: CaseState
    received_on: date
    decided_on: date | None = None
    statutory: bool = True
    """False where an early years setting brought the child to attention (CFA 2014, s. 23 and 24)."""
    form_state: FormState | None = None
    """The state of the request's form; None where the request did not come on one."""
    request_id: int | None = None
    case_id: int = 0
    due_on: date | None = None
    """The last day of the council's next duty."""
    excused: bool = False
    """An exception that the law allows for that duty is recorded."""
    views_invited_on: date | None = None
    """The day on which the parent or young person was invited to give their views (reg. 6(1)(a))."""

    @property
    def stage(self) -> Stage:
        """Return the stage of the case: while it is not decided, that of the request's form."""
        if self.state in UNDECIDED and self.form_state in STAGES_OF_FORM:
            return STAGES_OF_FORM[self.form_state]
        return Stage[self.state.name]

    @property
    def is_closed(self) -> bool:
        """Return whether the council has nothing more to decide or to send."""
        return self.state not in OPEN


STATUS_TEXTS = {
    Stage.submitted: N_("Request received"),
    Stage.returned: N_("Request sent back for more information"),
    Stage.received: N_("Deciding whether to assess"),
    Stage.assessing: N_("Assessment under way"),
    Stage.not_assessing: N_("Decided not to assess"),
    Stage.preparing_plan: N_("Plan being written"),
    Stage.not_issuing: N_("Decided not to make a plan"),
    Stage.draft_served: N_("Draft plan sent to the family"),
    Stage.plan_in_force: N_("Plan in force"),
    Stage.withdrawn: N_("Request withdrawn"),
}

BROUGHT = {
    Stage.submitted: N_("Brought to the council’s attention"),
    Stage.returned: N_("Sent back for more information"),
}
"""Status texts of a case that did not begin with a request under s. 36(1); otherwise as STATUS_TEXTS."""

NEXT_TEXTS = {
    Stage.submitted: N_(
        "The SEN team is reading the request. The council must decide whether to assess within 6 weeks of receiving it."
    ),
    Stage.returned: N_(
        "The SEN team has asked the school or setting for more information. The 6-week deadline still applies."
    ),
    Stage.received: N_(
        "The SEN team has what it needs and is deciding whether to assess. The council must decide within 6 weeks of the "
        "day the request was received."
    ),
    Stage.assessing: N_(
        "The council is asking professionals for advice. They have 6 weeks to send it. Then the council decides "
        "whether to make a plan."
    ),
    Stage.not_assessing: N_(
        "The council has decided not to assess. By law it must write to the family with its reasons, and say how to "
        "appeal and how to ask for mediation. If there is no letter yet, contact the SEN team."
    ),
    Stage.preparing_plan: N_(
        "The council has decided to make a plan and is writing a draft. Parents or the young person then have at least "
        "15 days to say what they think of it and to name a school or college."
    ),
    Stage.not_issuing: N_(
        "The council has decided not to make a plan. By law it must write to the family with its reasons, and say how "
        "to appeal and how to ask for mediation. If there is no letter yet, contact the SEN team."
    ),
    Stage.draft_served: N_(
        "Parents or the young person have at least 15 days to say what they think of the draft plan and to name a school "
        "or college. The council asks schools or colleges about a place, and then sends the final plan."
    ),
    Stage.plan_in_force: N_("The final plan is in force. The council must review it within 12 months."),
    Stage.withdrawn: N_(
        "The request was withdrawn, so nothing more happens. A new request can be made at any time."
    ),
}

DECISION_TEXTS = {
    CaseState.assessing: N_("Decided to assess"),
    CaseState.not_assessing: N_("Decided not to assess"),
}

FOR_FAMILIES = {
    "received": N_("The council received the request"),
    "decide_to_assess": N_("The council decides whether to assess, and tells you"),
    "no_plan_notice": N_("Deadline to tell you there will be no plan"),
    "final_plan": N_("Deadline for a final plan, if you get one"),
}
"""The dates of a case in words for families."""

ATTENTION = N_("Child brought to the council’s attention")
ATTENTION_BASIS = "Children and Families Act 2014, s. 23 and 24"

NOT_SENT = N_("No request received yet")
NOT_SENT_NEXT = N_(
    "No request for an assessment has been sent yet. When we receive one, the dates appear here."
)


def status_text(standing: CaseStatus | None) -> Wording:
    """Return the status of the case, short enough for a list."""
    if standing is None:
        return Wording(NOT_SENT)
    words = STATUS_TEXTS if standing.statutory else {**STATUS_TEXTS, **BROUGHT}
    return Wording(words[standing.stage])


def what_happens_next(standing: CaseStatus | None) -> Wording:
    """Return what happens next and by when, for a family."""
    return Wording(NEXT_TEXTS[standing.stage] if standing else NOT_SENT_NEXT)


RANK = (
    Stage.draft_served,
    Stage.preparing_plan,
    Stage.assessing,
    Stage.received,
    Stage.submitted,
    Stage.returned,
    Stage.plan_in_force,
    Stage.not_issuing,
    Stage.not_assessing,
    Stage.withdrawn,
)


def primary_case(cases: list[CaseStatus]) -> CaseStatus | None:
    """Return the case that determines the status: the furthest advanced, then the earliest received."""
    return min(cases, key=lambda each: (RANK.index(each.stage), each.received_on), default=None)


def is_assessing(cases: Iterable[CaseStatus]) -> bool:
    """Return whether the council assesses in one of these cases: only then is advice statutory (reg. 6)."""
    return any(each.state is CaseState.assessing for each in cases)


def dates_of(
    standing: CaseStatus | None,
    duties: Iterable[DutyDates],
    rules: Rules,
    excuses: Mapping[str, tuple[Span, ...]] = NOTHING,
) -> list[Milestone]:
    """Return the dates of the case; none until a request was received."""
    if standing is None:
        return []
    found = timeline(standing.received_on, duties, excuses)
    if not standing.statutory:
        found[0] = replace(found[0], label=ATTENTION, regulation=ATTENTION_BASIS)
    return with_expected_advice(found, rules)
