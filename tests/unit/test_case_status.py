"""The status of a case, in words and dates."""

from datetime import date

from app.cases.rules.status import CaseStatus, dates_of, primary_request, status_text, what_happens_next
from app.forms.rules.workflow import FormState

RECEIVED = date(2026, 11, 2)


def test_nothing_received_is_reported_in_words():
    assert status_text(None) == "No request received yet"
    assert "dates appear here" in what_happens_next(None)
    assert dates_of(None) == []


def test_an_unsent_request_does_not_count():
    assert primary_request([CaseStatus(FormState.draft), CaseStatus(FormState.withdrawn)]) is None


def test_of_several_requests_the_one_that_came_furthest_leads():
    first = CaseStatus(FormState.submitted, date(2026, 10, 1))
    further = CaseStatus(FormState.assessing, RECEIVED)
    assert primary_request([first, further]) is further
    assert primary_request([CaseStatus(FormState.submitted, RECEIVED), first]) is first


def test_a_new_request_leads_over_one_that_was_declined():
    old = CaseStatus(FormState.not_assessing, date(2025, 1, 6))
    new = CaseStatus(FormState.submitted, RECEIVED)
    assert primary_request([old, new]) is new


def test_the_dates_run_to_twenty_weeks():
    dates = {each.key: each.due_on for each in dates_of(CaseStatus(FormState.submitted, RECEIVED))}
    assert dates == {
        "received": RECEIVED,
        "decide_to_assess": date(2026, 12, 14),
        "no_plan_notice": date(2027, 2, 22),
        "final_plan": date(2027, 3, 22),
    }


def test_after_declining_no_later_date_is_promised():
    standing = CaseStatus(FormState.not_assessing, RECEIVED, date(2026, 12, 1))
    assert [each.key for each in dates_of(standing)] == ["received", "decide_to_assess"]


def test_every_sent_state_has_words_of_its_own():
    sent = [
        s for s in FormState if s.value in {"submitted", "returned", "accepted", "assessing", "not_assessing"}
    ]
    assert len({status_text(CaseStatus(state, RECEIVED)) for state in sent}) == 5
    assert len({what_happens_next(CaseStatus(state, RECEIVED)) for state in sent}) == 5
