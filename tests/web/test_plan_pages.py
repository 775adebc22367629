"""The plan on a family's page, and what it does not show where an address is secret."""

import io

import pytest

from app.cases import plans
from app.cases.plan_tables import Served
from app.cases.plans import PlanToServe
from app.cases.rules.case_states import CaseState
from app.documents import documents
from app.models import ChildLink
from tests.cast import everything


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
