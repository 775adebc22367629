"""The plan on a family's page, and what it does not show where an address is secret."""

import io
from datetime import date

import pytest

from app.cases import plans
from app.cases.duties import keep_duties
from app.cases.plan_tables import Served
from app.cases.plans import PlanToServe
from app.cases.rules.case_states import CaseState
from app.documents import documents
from app.models import Case, ChildLink
from tests.browser import post_with_token
from tests.cast import everything
from tests.pages import Page


@pytest.fixture
def final_plan(cast, make, context):
    """Gives a child whose final plan was sent to pat, and the number of its file."""

    def sent(**columns):
        child = make.child(linked=(cast.pat, cast.quinn), **columns)
        case = make.case(child, state=CaseState.draft_served)
        with everything(context) as work:
            link = work.session.query(ChildLink).filter_by(child_id=child.id, person_id=cast.pat.id).one().id
        file = documents.receive(context, "Plan for Heaton Beck.txt", io.BytesIO(b"The plan."))
        school = cast.sana.principal.organisation_id
        with cast.olu.works() as work:
            to_serve = PlanToServe(work.today, Served.portal, frozenset({link}), setting_id=school)
            number = plans.issue_final_plan(work, case.id, to_serve, file).document_id
        return child, number

    return sent


@pytest.mark.parametrize("is_secret", [True, False])
def test_where_an_address_is_secret_no_school_is_named(cast, final_plan, is_secret):
    child, number = final_plan(contact_risk=is_secret)
    page = cast.pat.browser().get(f"/children/{child.id}").text
    assert "Final plan" in page
    assert ("Heaton Beck" in page) is not is_secret
    answer = cast.pat.browser().get(f"/documents/{number}/download")
    assert ("Heaton Beck" in answer.headers["Content-Disposition"]) is not is_secret
    answer.close()


def test_the_other_parent_finds_no_plan_that_was_not_sent_to_them(cast, final_plan):
    child, number = final_plan()
    assert "Final plan" not in cast.quinn.browser().get(f"/children/{child.id}").text
    assert cast.quinn.browser().get(f"/documents/{number}/download").status_code == 404


def test_the_dates_of_a_plan_in_force_promise_nothing_more(cast, final_plan):
    child, _number = final_plan()
    page = cast.pat.browser().get(f"/children/{child.id}").text
    assert "if asked for by week 6" not in page
    assert "Send views on the draft plan" not in page


def test_a_late_final_plan_asks_why_and_the_page_of_the_child_says_so(app, cast, make):
    child = make.child()
    case = make.case(child, state=CaseState.draft_served, received_on=date(2026, 5, 4))
    with cast.olu.works() as work:
        keep_duties(work, work.get(Case, case.id))
    path = f"/cases/{case.id}/final-plan"
    asked = "Why was it done after the last day?"
    assert asked in Page(cast.olu.browser().get(path)).main

    def send(**changes):
        form = {
            "served_on-day": "23",
            "served_on-month": "11",
            "served_on-year": "2026",
            "served": "post",
            "setting_type": "Special school",
            "plan": (io.BytesIO(b"The plan."), "plan.txt"),
        }
        answer = post_with_token(cast.olu.browser(), app, path, form | changes)
        return Page(answer) if answer.status_code != 302 else answer

    assert send().errors == {"late_reason": "Enter why it is late"}
    assert send(late="none", late_reason="The school answered late.").status_code == 302
    assert "Late: The school answered late." in Page(cast.olu.browser().get(f"/children/{child.id}")).main


def test_a_final_plan_in_time_is_not_asked_why_it_is_late(cast, make):
    case = make.case(make.child(), state=CaseState.draft_served, received_on=date(2026, 9, 7))
    with cast.olu.works() as work:
        keep_duties(work, work.get(Case, case.id))
    page = Page(cast.olu.browser().get(f"/cases/{case.id}/final-plan"))
    assert "Why was it done after the last day?" not in page.main
