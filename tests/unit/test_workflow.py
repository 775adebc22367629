"""Every step of every kind of form and of a case, from every state, by every part: what is not in the table is refused."""

import itertools

import pytest

from app.cases.rules.case_states import CASE, CaseState
from app.core.errors import Forbidden, InvalidState
from app.core.roles import WorkflowRole
from app.forms.rules.workflow import WORKFLOWS, FormState

ALLOWED = {
    ("request", "save", "draft", "author"): "draft",
    ("request", "correct", "returned", "author"): "returned",
    ("request", "submit", "draft", "author"): "submitted",
    ("request", "submit", "returned", "author"): "submitted",
    ("request", "withdraw", "draft", "author"): "withdrawn",
    ("request", "return", "submitted", "sen_team"): "returned",
    ("request", "accept", "submitted", "sen_team"): "accepted",
    ("request", "undo_accept", "accepted", "sen_team"): "submitted",
    ("request", "decide", "submitted", "sen_team"): "decided",
    ("request", "decide", "returned", "sen_team"): "decided",
    ("request", "decide", "accepted", "sen_team"): "decided",
    ("case", "agree_to_assess", "received", "sen_team"): "assessing",
    ("case", "decline_to_assess", "received", "sen_team"): "not_assessing",
    ("case", "correct_to_assess", "assessing", "sen_team"): "assessing",
    ("case", "correct_to_assess", "not_assessing", "sen_team"): "assessing",
    ("case", "correct_not_to_assess", "assessing", "sen_team"): "not_assessing",
    ("case", "correct_not_to_assess", "not_assessing", "sen_team"): "not_assessing",
    ("case", "overturn_to_assess", "not_assessing", "sen_team"): "assessing",
    ("case", "agree_to_issue", "assessing", "sen_team"): "preparing_plan",
    ("case", "decline_to_issue", "assessing", "sen_team"): "not_issuing",
    ("case", "correct_to_issue", "preparing_plan", "sen_team"): "preparing_plan",
    ("case", "correct_to_issue", "not_issuing", "sen_team"): "preparing_plan",
    ("case", "correct_not_to_issue", "preparing_plan", "sen_team"): "not_issuing",
    ("case", "correct_not_to_issue", "not_issuing", "sen_team"): "not_issuing",
    ("case", "overturn_to_issue", "not_issuing", "sen_team"): "preparing_plan",
    ("case", "serve_draft", "preparing_plan", "sen_team"): "draft_served",
    ("case", "serve_draft", "draft_served", "sen_team"): "draft_served",
    ("case", "consult", "draft_served", "sen_team"): "draft_served",
    ("case", "issue_final_plan", "draft_served", "sen_team"): "plan_in_force",
    ("case", "withdraw", "received", "sen_team"): "withdrawn",
    ("case", "withdraw", "assessing", "sen_team"): "withdrawn",
    ("case", "withdraw", "preparing_plan", "sen_team"): "withdrawn",
    ("case", "withdraw", "draft_served", "sen_team"): "withdrawn",
    ("case", "resume_received", "withdrawn", "sen_team"): "received",
    ("case", "resume_assessing", "withdrawn", "sen_team"): "assessing",
    ("case", "resume_preparing_plan", "withdrawn", "sen_team"): "preparing_plan",
    ("case", "resume_draft_served", "withdrawn", "sen_team"): "draft_served",
    ("advice", "save", "asked", "author"): "draft",
    ("advice", "save", "draft", "author"): "draft",
    ("advice", "correct", "returned", "author"): "returned",
    ("advice", "submit", "draft", "author"): "submitted",
    ("advice", "submit", "returned", "author"): "submitted",
    ("advice", "return", "submitted", "sen_team"): "returned",
    ("advice", "accept", "submitted", "sen_team"): "accepted",
    ("advice", "undo_accept", "accepted", "sen_team"): "submitted",
    ("advice", "cancel", "asked", "sen_team"): "cancelled",
    ("advice", "cancel", "draft", "sen_team"): "cancelled",
    ("advice", "cancel", "returned", "sen_team"): "cancelled",
    ("consent", "save", "draft", "giver"): "draft",
    ("consent", "save", "draft", "recorder"): "draft",
    ("consent", "submit", "draft", "giver"): "submitted",
    ("consent", "submit", "draft", "recorder"): "submitted",
    ("consent", "withdraw", "submitted", "sen_team"): "withdrawn",
    ("consent", "withdraw", "submitted", "giver"): "withdrawn",
}
"""Written out a second time on purpose: the council's policy, not the program's opinion of it."""

TABLES = {**{kind: (workflow, FormState) for kind, workflow in WORKFLOWS.items()}, "case": (CASE, CaseState)}
EVERY = [
    (kind, name, state, part)
    for kind, (workflow, states) in TABLES.items()
    for name, state, part in itertools.product(workflow.steps, states, WorkflowRole)
]


@pytest.mark.parametrize(("kind", "name", "state", "part"), EVERY)
def test_a_step_is_taken_only_by_the_right_role_from_the_right_state(kind, name, state, part):
    end = ALLOWED.get((kind, name, state.value, part.value))
    workflow, states = TABLES[kind]

    if end is None:
        with pytest.raises((Forbidden, InvalidState)):
            workflow.step(name, state, {part})
    else:
        assert workflow.step(name, state, {part}).end is states[end]
    assert (name in workflow.open_to(state, {part})) is (end is not None)


def test_every_step_written_down_here_is_in_the_table():
    assert {(kind, name) for kind, name, _, _ in ALLOWED} == {(kind, name) for kind, name, _, _ in EVERY}


@pytest.mark.parametrize("kind", TABLES)
def test_without_a_workflow_role_no_step_is_allowed(kind):
    workflow, states = TABLES[kind]
    for name, state in itertools.product(workflow.steps, states):
        with pytest.raises(Forbidden):
            workflow.step(name, state, set())
        assert workflow.open_to(state, set()) == []


def test_the_wrong_role_is_refused_before_the_wrong_state():
    with pytest.raises(Forbidden):
        WORKFLOWS["request"].step("accept", FormState.draft, {WorkflowRole.author})
