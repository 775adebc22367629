"""What the SEN2 return asks about a case: entering it, and the list of what is missing."""

import pytest
from sqlalchemy import func, select

from app.cases import plan_decisions
from app.cases.case_returns import missing_by_case
from app.cases.decisions import Decided, decline_to_assess
from app.cases.return_tables import lacks
from app.cases.rules.case_states import CaseState, DecisionBasis
from app.cases.rules.sen2 import BY_NAME, FIELDS, missing
from app.models import AuditRow, Case, CaseReturn
from tests.browser import post_with_token
from tests.cast import everything
from tests.pages import Page

ALWAYS = {"sex", "ethnicity", "youth_accommodation"}
SEX_AND_ETHNICITY = {"sex": "F", "ethnicity": "APKN"}


@pytest.mark.parametrize(
    ("state", "more"),
    [
        (CaseState.received, set()),
        (CaseState.assessing, set()),
        (CaseState.withdrawn, set()),
        (CaseState.not_assessing, {"request_mediation", "request_tribunal"}),
        (CaseState.not_issuing, {"assessment_mediation", "assessment_tribunal"}),
    ],
)
def test_what_is_needed_grows_with_the_case(state, more):
    assert {each.name for each in missing(state, {}, has_place=False)} == ALWAYS | more


@pytest.mark.parametrize("has_place", [True, False])
def test_a_plan_needs_needs_and_a_placement(has_place):
    found = {each.name for each in missing(CaseState.plan_in_force, {}, has_place=has_place)}
    assert {"primary_need", "sen_unit", "personal_budget", "residential"} <= found
    assert ("placement" in found) is not has_place
    assert "secondary_need" not in found, "a child may have one need"
    answered = {each.name: next(iter(each.choices)) for each in FIELDS}
    assert missing(CaseState.plan_in_force, answered, has_place=has_place) == []


def test_the_list_names_what_is_missing_until_it_is_entered(app, cast, make, context):
    case = make.case(make.child(forenames="Amina", surname="Shah"), state=CaseState.received)
    page = Page(cast.olu.browser().get("/sen2-return/list/"))
    assert "Sex, Ethnicity, In youth accommodation" in page.main
    assert "Amina Shah" in cast.olu.browser().get("/sen2-return/export.csv").text
    answers = SEX_AND_ETHNICITY | {"youth_accommodation": "0"}
    done = post_with_token(cast.olu.browser(), app, f"/cases/{case.id}/return", answers)
    assert done.status_code == 302
    page = Page(cast.olu.browser().get("/sen2-return/list/"))
    assert "Amina Shah" not in page.main
    assert "Amina Shah" not in cast.olu.browser().get("/sen2-return/export.csv").text
    with everything(context) as work:
        row = work.session.query(CaseReturn).one()
        assert (row.sex, row.ethnicity, row.youth_accommodation) == ("F", "APKN", "0")
        recorded = work.session.query(AuditRow).filter_by(event="CaseReturnRecorded").one()
        assert set(recorded.facts["fields"]) == ALWAYS
        assert "APKN" not in str(recorded.facts)


@pytest.mark.parametrize("state", list(CaseState))
def test_the_list_and_the_rule_agree(cast, make, context, state):
    """The criterion of the list is written in SQL, the rule in Python."""
    case = make.case(make.child(), state=state)
    with cast.olu.works() as work:
        names = {each.name for each in missing_by_case(work, [case.id])[case.id]}
    for name in ("sex", "primary_need", "placement", "request_tribunal", "other_tribunal"):
        page = Page(cast.olu.browser().get(f"/sen2-return/list/?show={name}"))
        assert (f"/cases/{case.id}/return" in page.html) == (name in names), name


def test_a_new_case_of_the_child_has_what_is_known_about_the_person(app, cast, make):
    child = make.child()
    first = make.case(child, state=CaseState.not_assessing)
    post_with_token(cast.olu.browser(), app, f"/cases/{first.id}/return", SEX_AND_ETHNICITY)
    second = make.case(child, state=CaseState.received)
    page = Page(cast.olu.browser().get(f"/cases/{second.id}/return"))
    assert 'value="APKN" selected' in page.html


@pytest.mark.parametrize(
    ("answers", "field"),
    [
        ({"sex": "X"}, "sex"),
        ({"ethnicity": "English"}, "ethnicity"),
        ({"primary_need": "ASD", "secondary_need": "ASD"}, "secondary_need"),
        ({"sen_unit": "yes"}, "sen_unit"),
    ],
)
def test_a_code_that_the_return_does_not_have_is_refused(app, cast, make, context, answers, field):
    case = make.case(make.child())
    answer = post_with_token(cast.olu.browser(), app, f"/cases/{case.id}/return", answers)
    assert answer.status_code == 422
    assert list(Page(answer).errors) == [field]
    with everything(context) as work:
        assert work.session.query(CaseReturn).count() == 0


@pytest.mark.parametrize("who", ["sana", "pat", "ann", "ines"])
def test_no_one_else_opens_the_pages(cast, make, who):
    child = make.child(linked=(cast.sana, cast.pat, cast.ann))
    case = make.case(child)
    browser = getattr(cast, who).browser()
    for path in (f"/cases/{case.id}/return", "/sen2-return/list/"):
        assert browser.get(path).status_code in {403, 404}


def test_each_answer_has_a_column_and_the_name_that_the_return_uses():
    columns = set(CaseReturn.__table__.columns.keys())
    assert set(BY_NAME) <= columns
    assert columns - set(BY_NAME) == {"id", "case_id", "recorded_by_id", "created_at"}
    assert len({each.tag for each in FIELDS}) == len(FIELDS)


@pytest.mark.parametrize(
    ("refuse", "start", "basis", "marked", "asked"),
    [
        (
            *(decline_to_assess, CaseState.received, DecisionBasis.tribunal),
            *("request_tribunal", "request_mediation"),
        ),
        (
            *(plan_decisions.decline_to_issue, CaseState.assessing, DecisionBasis.mediation),
            *("assessment_mediation", "assessment_tribunal"),
        ),
    ],
)
def test_an_overturned_refusal_is_marked_and_the_other_mark_still_asked(
    cast, make, context, refuse, start, basis, marked, asked
):
    case = make.case(make.child(), state=start)
    with cast.olu.works() as work:
        refuse(work, case.id, Decided("No."))
    with cast.olu.works() as work:
        plan_decisions.overturn(work, case.id, Decided("Order 12.", basis=basis))
    with cast.olu.works() as work:
        names = {each.name for each in missing_by_case(work, [case.id])[case.id]}
        assert asked in names and marked not in names
        assert getattr(work.session.query(CaseReturn).one(), marked) == "1"
        for name, expected in ((asked, 1), (marked, 0)):
            found = select(func.count(Case.id)).where(Case.id == case.id, lacks(BY_NAME[name]))
            assert work.session.scalar(found) == expected, name
