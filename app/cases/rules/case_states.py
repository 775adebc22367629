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


CASE_STATE_LABELS: Mapping[CaseState, str] = {
    CaseState.received: N_("Deciding whether to assess"),
    CaseState.assessing: N_("Assessment agreed"),
    CaseState.not_assessing: N_("Assessment not agreed"),
}


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
DECIDED = frozenset({_S.assessing, _S.not_assessing})

CASE: Workflow[CaseState] = Workflow(
    step("agree_to_assess", UNDECIDED, _S.assessing, _SEN_TEAM),
    step("decline_to_assess", UNDECIDED, _S.not_assessing, _SEN_TEAM),
    step("correct_to_assess", DECIDED, _S.assessing, _SEN_TEAM),
    step("correct_not_to_assess", DECIDED, _S.not_assessing, _SEN_TEAM),
)
"""The steps of a case (SEND Regulations 2014, regs 3 to 5). The state of the request's form never stops one."""
