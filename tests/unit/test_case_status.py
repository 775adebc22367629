"""The status of a case, in words and dates."""

from dataclasses import replace
from datetime import date

import pytest

from app.cases.rules.case_states import CaseState
from app.cases.rules.duties import Ending
from app.cases.rules.status import (
    CaseStatus,
    Stage,
    dates_of,
    is_assessing,
    primary_case,
    status_text,
    what_happens_next,
)
from app.forms.rules.workflow import FormState
from tests.seeded_rules import RULES, duties_from

RECEIVED = date(2026, 11, 2)


def test_nothing_received_is_reported_in_words():
    assert status_text(None) == "No request received yet"
    assert "dates appear here" in what_happens_next(None)
    assert dates_of(None, [], RULES) == []


def test_without_a_case_none_leads():
    assert primary_case([]) is None


def test_of_several_requests_the_one_that_came_furthest_leads():
    first = CaseStatus(CaseState.received, date(2026, 10, 1))
    further = CaseStatus(CaseState.assessing, RECEIVED)
    assert primary_case([first, further]) is further
    assert primary_case([CaseStatus(CaseState.received, RECEIVED), first]) is first


def test_a_new_request_leads_over_one_that_was_declined():
    old = CaseStatus(CaseState.not_assessing, date(2025, 1, 6))
    new = CaseStatus(CaseState.received, RECEIVED)
    assert primary_case([old, new]) is new


def test_the_dates_run_to_twenty_weeks():
    standing = CaseStatus(CaseState.received, RECEIVED)
    dates = {each.key: each.due_on for each in dates_of(standing, duties_from(RECEIVED), RULES)}
    assert dates == {
        "received": RECEIVED,
        "decide_to_assess": date(2026, 12, 14),
        "expected_advice": date(2027, 1, 25),
        "no_plan_notice": date(2027, 2, 22),
        "final_plan": date(2027, 3, 22),
    }


def test_after_declining_no_later_date_is_promised():
    standing = CaseStatus(CaseState.not_assessing, RECEIVED, date(2026, 12, 1))
    decide, *others = duties_from(RECEIVED)
    duties = [decide, *(replace(each, ending=Ending.not_needed) for each in others)]
    needed = [each.key for each in dates_of(standing, duties, RULES) if each.is_needed]
    assert needed == ["received", "decide_to_assess"]


STAGES = [
    *(
        CaseStatus(CaseState.received, RECEIVED, form_state=state)
        for state in (FormState.submitted, FormState.returned)
    ),
    *(CaseStatus(state, RECEIVED) for state in CaseState),
]


def test_every_stage_has_words_of_its_own():
    assert len({status_text(each) for each in STAGES}) == len(STAGES) == 10
    assert len({what_happens_next(each) for each in STAGES}) == len(STAGES)


@pytest.mark.parametrize("form_state", [None, FormState.accepted, FormState.decided])
def test_a_request_that_came_on_paper_or_is_complete_waits_for_the_decision(form_state):
    assert CaseStatus(CaseState.received, RECEIVED, form_state=form_state).stage is Stage.received


@pytest.mark.parametrize("form_state", FormState)
def test_the_form_never_hides_what_was_decided(form_state):
    assert CaseStatus(CaseState.assessing, RECEIVED, form_state=form_state).stage is Stage.assessing


@pytest.mark.parametrize("state", CaseState)
def test_a_case_is_assessed_only_after_the_decision(state):
    assert is_assessing([CaseStatus(state, RECEIVED)]) is (state is CaseState.assessing)
