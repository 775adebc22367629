"""Decide who may take which step: one table of steps for each kind of form.

The same table selects the buttons, allows the POST, and is tested completely. Roles are the workflow roles a person
has in this form, not their roles in the portal.
"""

import enum
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from app.core.errors import Forbidden, InvalidState
from app.core.roles import WorkflowRole
from app.core.wording import N_


class FormState(enum.Enum):
    """The state of a form about a child."""

    asked = "asked"
    draft = "draft"
    submitted = "submitted"
    returned = "returned"
    accepted = "accepted"
    assessing = "assessing"
    not_assessing = "not_assessing"
    withdrawn = "withdrawn"
    cancelled = "cancelled"


STATE_LABELS: Mapping[FormState, str] = {
    FormState.asked: N_("Not started"),
    FormState.draft: N_("In progress"),
    FormState.submitted: N_("Sent to the SEN team"),
    FormState.returned: N_("Returned to be corrected"),
    FormState.accepted: N_("Accepted"),
    FormState.assessing: N_("Assessment agreed"),
    FormState.not_assessing: N_("Assessment not agreed"),
    FormState.withdrawn: N_("Withdrawn"),
    FormState.cancelled: N_("No longer needed"),
}


@dataclass(frozen=True)
class Step:
    """A step from these states to that state, which these roles may take."""

    name: str
    start: frozenset[FormState]
    end: FormState
    allowed_roles: frozenset[WorkflowRole]


def step(
    name: str, start: Iterable[FormState], end: FormState, allowed_roles: Iterable[WorkflowRole]
) -> Step:
    """Return a step made from plain sets."""
    return Step(name, frozenset(start), end, frozenset(allowed_roles))


class Workflow:
    """The steps of one kind of form."""

    def __init__(self, *steps: Step) -> None:
        self.steps = {each.name: each for each in steps}

    def step(self, name: str, state: FormState, roles: Iterable[WorkflowRole]) -> Step:
        """Return the step, if these roles may take it now.

        Raises Forbidden when the roles may not take it, and InvalidState when it is not possible from this state or
        unknown.
        """
        found = self.steps.get(name)
        if found is None:
            raise InvalidState(name)
        if found.allowed_roles.isdisjoint(roles):
            raise Forbidden(name)
        if state not in found.start:
            raise InvalidState(name)
        return found

    def open_to(self, state: FormState, roles: Iterable[WorkflowRole]) -> list[str]:
        """Return the names of the steps these roles may take now, for the buttons on the page."""
        held = frozenset(roles)
        return [
            each.name
            for each in self.steps.values()
            if state in each.start and not each.allowed_roles.isdisjoint(held)
        ]


_S = FormState
AUTHOR, SEN_TEAM = {WorkflowRole.author}, {WorkflowRole.sen_team}

RECEIVED = frozenset({_S.submitted, _S.returned, _S.accepted})
"""States of a request that the council has received and not decided: the six weeks run in each (reg. 5)."""

DECIDED = frozenset({_S.assessing, _S.not_assessing})

REQUEST = Workflow(
    step("save", {_S.draft}, _S.draft, AUTHOR),
    step("correct", {_S.returned}, _S.returned, AUTHOR),
    step("submit", {_S.draft, _S.returned}, _S.submitted, AUTHOR),
    step("withdraw", {_S.draft}, _S.withdrawn, AUTHOR),
    step("return", {_S.submitted}, _S.returned, SEN_TEAM),
    step("accept", {_S.submitted}, _S.accepted, SEN_TEAM),
    step("undo_accept", {_S.accepted}, _S.submitted, SEN_TEAM),
    step("agree_to_assess", RECEIVED, _S.assessing, SEN_TEAM),
    step("decline_to_assess", RECEIVED, _S.not_assessing, SEN_TEAM),
    step("correct_to_assess", DECIDED, _S.assessing, SEN_TEAM),
    step("correct_not_to_assess", DECIDED, _S.not_assessing, SEN_TEAM),
)
"""A request for an EHC needs assessment (CFA 2014, s.36; SEND Regulations 2014, regs 3 to 5)."""

ADVICE = Workflow(
    step("save", {_S.asked, _S.draft}, _S.draft, AUTHOR),
    step("correct", {_S.returned}, _S.returned, AUTHOR),
    step("submit", {_S.draft, _S.returned}, _S.submitted, AUTHOR),
    step("return", {_S.submitted}, _S.returned, SEN_TEAM),
    step("accept", {_S.submitted}, _S.accepted, SEN_TEAM),
    step("undo_accept", {_S.accepted}, _S.submitted, SEN_TEAM),
    step("cancel", {_S.asked, _S.draft, _S.returned}, _S.cancelled, SEN_TEAM),
)
"""Advice asked for under SEND Regulations 2014, reg. 6, due in six weeks (reg. 8)."""

CONSENT = Workflow(
    step("save", {_S.draft}, _S.draft, {WorkflowRole.giver, WorkflowRole.recorder}),
    step("submit", {_S.draft}, _S.submitted, {WorkflowRole.giver, WorkflowRole.recorder}),
    step("withdraw", {_S.submitted}, _S.withdrawn, {WorkflowRole.giver, WorkflowRole.sen_team}),
)
"""One person's consent: only that person gives or withdraws it; the SEN team acts on their behalf."""

OPEN_TO_WRITING = frozenset({_S.asked, _S.draft, _S.returned})
"""States in which the author's answers may still change."""

WORKFLOWS: Mapping[str, Workflow] = {"request": REQUEST, "advice": ADVICE, "consent": CONSENT}
"""The steps of each kind of form."""
