"""Whether to assess: recording the decision, and correcting it."""

from datetime import date

import pytest

from app.cases.rules.case_states import CaseState
from app.forms.rules.workflow import FormState
from app.models import Case
from tests.browser import post_with_token
from tests.cast import everything
from tests.pages import Page


@pytest.fixture
def child(cast, make):
    return make.child(linked=(cast.sana,), forenames="Amina", surname="Shah")


@pytest.fixture
def press(app, cast):
    """Post a form as a person, by default the SEN officer."""

    def post(path, data=None, who=None, **how):
        return post_with_token((who or cast.olu).browser(), app, path, data or {}, **how)

    return post


def get(actor, path, **args):
    return Page(actor.browser().get(path, query_string=args))


@pytest.fixture
def accepted(cast, make, child):
    """The id of a case whose request is accepted and not decided."""
    return make.case_of(make.request(child, cast.sana, FormState.accepted, received_on=date(2026, 11, 2)))


@pytest.mark.parametrize(("answer", "state"), [("agree", "assessing"), ("decline", "not_assessing")])
def test_the_council_decides(cast, press, accepted, context, answer, state):
    page = get(cast.olu, f"/cases/{accepted}/decide")
    assert "14 December 2026" in page.main
    done = press(
        f"/cases/{accepted}/decide", {"decision": answer, "reason": "Because."}, follow_redirects=True
    )
    assert "The decision is recorded" in done.text
    with everything(context) as work:
        assert work.get(Case, accepted).state is CaseState[state]


def test_a_decision_without_choice_or_reasons_is_refused_at_its_fields(press, accepted, context):
    page = Page(press(f"/cases/{accepted}/decide", {"decision": "maybe"}))
    assert page.status == 422
    assert page.errors == {
        "decision": "Choose whether the council will assess",
        "reason": "Enter the reasons for the decision",
    }
    long = Page(press(f"/cases/{accepted}/decide", {"decision": "agree", "reason": "x" * 4001}))
    assert long.errors == {"reason": "Use 4000 characters or fewer"}
    with everything(context) as work:
        assert work.get(Case, accepted).state is CaseState.received


def test_what_was_decided_is_not_decided_again(cast, press, accepted):
    given = {"decision": "agree", "reason": "Because."}
    assert press(f"/cases/{accepted}/decide", given).status_code == 302
    assert press(f"/cases/{accepted}/decide", given | {"decision": "decline"}).status_code == 409
    assert cast.olu.browser().get(f"/cases/{accepted}/decide").status_code == 409


@pytest.mark.parametrize("state", [FormState.submitted, FormState.returned, FormState.accepted])
def test_c2_every_received_request_can_be_decided_from_the_childs_page_and_the_list(
    cast, child, make, press, state
):
    case = make.case_of(make.request(child, cast.sana, state, received_on=date(2026, 11, 2)))
    assert get(cast.olu, f"/children/{child.id}").href("Decide whether to assess") == f"/cases/{case}/decide"
    assert child.name in get(cast.olu, "/cases/list/", show="deciding").main
    given = {
        "decision": "decline",
        "reason": "Because.",
        "decided_on-day": "20",
        "decided_on-month": "11",
        "decided_on-year": "2026",
    }
    assert press(f"/cases/{case}/decide", given).status_code == 302
    assert "20 November 2026" in get(cast.olu, f"/children/{child.id}").main


def test_c2_no_one_else_is_blamed_for_what_was_done_already(cast, press, accepted):
    given = {"decision": "agree", "reason": "Because."}
    press(f"/cases/{accepted}/decide", given)
    page = Page(press(f"/cases/{accepted}/decide", given))
    assert (page.status, page.heading) == (409, "This cannot be done now")
    assert "else has changed" not in page.main


def test_b12_a_decision_is_corrected_with_a_reason_and_its_history_shown(
    cast, child, press, accepted, context
):
    press(f"/cases/{accepted}/decide", {"decision": "agree", "reason": "Wrong box."})
    path = get(cast.olu, f"/children/{child.id}/forms").href("Correct the decision")
    page = get(cast.olu, path)
    assert "Wrong box." in page.main
    assert "This was the first decision" in page.main
    missing = Page(press(path, {"decision": "decline", "reason": "Right."}))
    assert missing.errors == {"correction_reason": "Enter why you are correcting the decision"}
    given = {"decision": "decline", "reason": "Right.", "correction_reason": "I chose the wrong answer."}
    assert "The decision is corrected" in press(path, given, follow_redirects=True).text
    assert "I chose the wrong answer." in get(cast.olu, path).main
    assert "I chose the wrong answer." not in get(cast.sana, f"/children/{child.id}/forms").html
    with everything(context) as work:
        assert work.get(Case, accepted).state is CaseState.not_assessing
