"""The states of a case and the steps between them; who asked for the assessment, and how the request came."""

import enum
from collections.abc import Mapping

from app.core.roles import WorkflowRole
from app.core.wording import N_
from app.core.workflow import Workflow, step


class CaseState(enum.Enum):
    """The state of a case from the day the council received the request."""

    received = "received"
    assessing = "assessing"
    not_assessing = "not_assessing"
    preparing_plan = "preparing_plan"
    not_issuing = "not_issuing"
    draft_served = "draft_served"
    plan_in_force = "plan_in_force"
    withdrawn = "withdrawn"


CASE_STATE_LABELS: Mapping[CaseState, str] = {
    CaseState.received: N_("Deciding whether to assess"),
    CaseState.assessing: N_("Assessment agreed"),
    CaseState.not_assessing: N_("Assessment not agreed"),
    CaseState.preparing_plan: N_("Plan agreed"),
    CaseState.not_issuing: N_("Plan not agreed"),
    CaseState.draft_served: N_("Draft plan sent"),
    CaseState.plan_in_force: N_("Plan in force"),
    CaseState.withdrawn: N_("Withdrawn"),
}


class DecisionBasis(enum.Enum):
    """Who made a decision: the council itself, or the council after a mediation or by order of the Tribunal."""

    council = "council"
    mediation = "mediation"
    tribunal = "tribunal"


BASIS_LABELS: Mapping[DecisionBasis, str] = {
    DecisionBasis.council: N_("The council’s own decision"),
    DecisionBasis.mediation: N_("Agreed in mediation"),
    DecisionBasis.tribunal: N_("Ordered by the Tribunal, or the council no longer opposed the appeal"),
}
OVERTURNING = frozenset({DecisionBasis.mediation, DecisionBasis.tribunal})


class RequestSource(enum.Enum):
    """Who asked for the assessment. The SEN2 return counts an early years setting with the others."""

    parent = "parent"
    school = "school"
    early_years = "early_years"
    health = "health"
    social_care = "social_care"
    other = "other"


SOURCE_LABELS: Mapping[RequestSource, str] = {
    RequestSource.parent: N_("Parent, carer or young person"),
    RequestSource.school: N_("School or post-16 institution"),
    RequestSource.early_years: N_("Early years setting"),
    RequestSource.health: N_("Health service"),
    RequestSource.social_care: N_("Social care"),
    RequestSource.other: N_("Someone else"),
}


class Channel(enum.Enum):
    """How a request reached the council."""

    portal = "portal"
    email = "email"
    paper = "paper"
    telephone = "telephone"


CHANNEL_LABELS: Mapping[Channel, str] = {
    Channel.portal: N_("In the portal"),
    Channel.email: N_("By email"),
    Channel.paper: N_("On paper"),
    Channel.telephone: N_("By telephone or in person"),
}

_S = CaseState
_SEN_TEAM = {WorkflowRole.sen_team}

UNDECIDED = frozenset({_S.received})
"""States in which the six weeks to decide whether to assess run (reg. 5)."""
OPEN = frozenset({_S.received, _S.assessing, _S.preparing_plan, _S.draft_served})
"""States in which the council still has something to decide or to send."""
BEFORE_PLAN = (_S.received, _S.assessing, _S.preparing_plan, _S.draft_served)
ABOUT_ASSESSING = frozenset({_S.assessing, _S.not_assessing})
ABOUT_A_PLAN = frozenset({_S.preparing_plan, _S.not_issuing})
WITH_A_DRAFT = frozenset({_S.preparing_plan, _S.draft_served})

CASE: Workflow[CaseState] = Workflow(
    step("agree_to_assess", UNDECIDED, _S.assessing, _SEN_TEAM),
    step("decline_to_assess", UNDECIDED, _S.not_assessing, _SEN_TEAM),
    step("correct_to_assess", ABOUT_ASSESSING, _S.assessing, _SEN_TEAM),
    step("correct_not_to_assess", ABOUT_ASSESSING, _S.not_assessing, _SEN_TEAM),
    step("overturn_to_assess", {_S.not_assessing}, _S.assessing, _SEN_TEAM),
    step("agree_to_issue", {_S.assessing}, _S.preparing_plan, _SEN_TEAM),
    step("decline_to_issue", {_S.assessing}, _S.not_issuing, _SEN_TEAM),
    step("correct_to_issue", ABOUT_A_PLAN, _S.preparing_plan, _SEN_TEAM),
    step("correct_not_to_issue", ABOUT_A_PLAN, _S.not_issuing, _SEN_TEAM),
    step("overturn_to_issue", {_S.not_issuing}, _S.preparing_plan, _SEN_TEAM),
    step("serve_draft", WITH_A_DRAFT, _S.draft_served, _SEN_TEAM),
    step("consult", {_S.draft_served}, _S.draft_served, _SEN_TEAM),
    step("issue_final_plan", {_S.draft_served}, _S.plan_in_force, _SEN_TEAM),
    step("withdraw", OPEN, _S.withdrawn, _SEN_TEAM),
    *(step(f"resume_{state.name}", {_S.withdrawn}, state, _SEN_TEAM) for state in BEFORE_PLAN),
)
"""The steps of a case, from the request to the final plan (SEND Regulations 2014, regs 3 to 14). The state of the
request's form never stops one. A decision that mediation or the Tribunal overturned stays in the history."""
