"""Decide who may take which step: one table of steps for each kind of form."""

import enum
from collections.abc import Mapping

from app.core.roles import WorkflowRole
from app.core.wording import N_
from app.core.workflow import Workflow, step


class FormState(enum.Enum):
    """The state of a form about a child."""

    asked = "asked"
    draft = "draft"
    submitted = "submitted"
    returned = "returned"
    accepted = "accepted"
    decided = "decided"
    withdrawn = "withdrawn"
    cancelled = "cancelled"


STATE_LABELS: Mapping[FormState, str] = {
    FormState.asked: N_("Not started"),
    FormState.draft: N_("In progress"),
    FormState.submitted: N_("Sent to the SEN team"),
    FormState.returned: N_("Returned to be corrected"),
    FormState.accepted: N_("Accepted"),
    FormState.decided: N_("Decided"),
    FormState.withdrawn: N_("Withdrawn"),
    FormState.cancelled: N_("No longer needed"),
}


_S = FormState
AUTHOR, SEN_TEAM = {WorkflowRole.author}, {WorkflowRole.sen_team}

RECEIVED = frozenset({_S.submitted, _S.returned, _S.accepted})
"""States of a request that the council has received and on whose case it has not decided."""

REQUEST: Workflow[FormState] = Workflow(
    step("save", {_S.draft}, _S.draft, AUTHOR),
    step("correct", {_S.returned}, _S.returned, AUTHOR),
    step("submit", {_S.draft, _S.returned}, _S.submitted, AUTHOR),
    step("withdraw", {_S.draft}, _S.withdrawn, AUTHOR),
    step("return", {_S.submitted}, _S.returned, SEN_TEAM),
    step("accept", {_S.submitted}, _S.accepted, SEN_TEAM),
    step("undo_accept", {_S.accepted}, _S.submitted, SEN_TEAM),
    step("decide", RECEIVED, _S.decided, SEN_TEAM),
)
"""A request for an EHC needs assessment (CFA 2014, s.36). The decision is the case's; it ends the work on the form."""

ADVICE: Workflow[FormState] = Workflow(
    step("save", {_S.asked, _S.draft}, _S.draft, AUTHOR),
    step("correct", {_S.returned}, _S.returned, AUTHOR),
    step("submit", {_S.draft, _S.returned}, _S.submitted, AUTHOR),
    step("return", {_S.submitted}, _S.returned, SEN_TEAM),
    step("accept", {_S.submitted}, _S.accepted, SEN_TEAM),
    step("undo_accept", {_S.accepted}, _S.submitted, SEN_TEAM),
    step("cancel", {_S.asked, _S.draft, _S.returned}, _S.cancelled, SEN_TEAM),
)
"""Advice asked for under SEND Regulations 2014, reg. 6, due in six weeks (reg. 8)."""

CONSENT: Workflow[FormState] = Workflow(
    step("save", {_S.draft}, _S.draft, {WorkflowRole.giver, WorkflowRole.recorder}),
    step("submit", {_S.draft}, _S.submitted, {WorkflowRole.giver, WorkflowRole.recorder}),
    step("withdraw", {_S.submitted}, _S.withdrawn, {WorkflowRole.giver, WorkflowRole.sen_team}),
)
"""One person's consent: only that person gives or withdraws it; the SEN team acts on their behalf."""

OPEN_TO_WRITING = frozenset({_S.asked, _S.draft, _S.returned})
"""States in which the author's answers may still change."""

WORKFLOWS: Mapping[str, Workflow[FormState]] = {"request": REQUEST, "advice": ADVICE, "consent": CONSENT}
"""The steps of each kind of form."""
