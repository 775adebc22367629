"""The generated screen of time limits in law."""

import pytest
from sqlalchemy import select

from app.models import DutyRule
from tests.browser import post_with_token
from tests.cast import everything
from tests.pages import Page

ADDED = {
    "key": "decide_to_assess",
    "effective_from-day": "4",
    "effective_from-month": "1",
    "effective_from-year": "2027",
    "unit": "days",
    "length": "28",
    "excused_by": ["EXC_PERS", "ABSENT"],
    "regulation": "SEND Regulations 2027, reg. 5",
}


@pytest.mark.parametrize("who", ["olu", "mary"])
def test_the_sen_team_reads_every_version(cast, who):
    browser = getattr(cast, who).browser()
    main = Page(browser.get("/time-limits/list/")).main
    assert "Decide whether to assess, and tell the family" in main
    assert "SEND Regulations 2014, reg. 5(1)" in main
    assert ("Add" in main) == (who == "mary")


@pytest.mark.parametrize("who", ["olu", "sana", "pat", "ines"])
def test_only_a_manager_adds_one(app, cast, who):
    browser = getattr(cast, who).browser()
    assert browser.get("/time-limits/add").status_code == 403
    assert post_with_token(browser, app, "/time-limits/add", ADDED).status_code == 403


def test_a_manager_adds_a_version_with_a_day_to_come(app, cast, context):
    browser = cast.mary.browser()
    assert browser.get("/time-limits/add").status_code == 200
    answer = post_with_token(browser, app, "/time-limits/add", ADDED)
    assert answer.status_code == 302
    with everything(context) as work:
        row = work.session.scalars(select(DutyRule).order_by(DutyRule.id.desc()).limit(1)).one()
        assert (row.key, row.number, row.length) == ("decide_to_assess", 2, 28)
        assert row.excused_by == ["EXC_PERS", "ABSENT"]
        shown = row.id
    main = Page(browser.get(f"/time-limits/show/{shown}")).main
    assert "28" in main
    assert "4 January 2027" in main


@pytest.mark.parametrize(
    ("given", "text"),
    [
        ({"effective_from-year": "2026", "effective_from-month": "11"}, "must be to come"),
        ({"length": ""}, "Enter how long the limit is"),
        ({"key": ""}, "Choose the duty"),
        ({"regulation": ""}, "Enter the regulation"),
    ],
)
def test_faults_are_shown_in_the_form(app, cast, given, text):
    answer = post_with_token(cast.mary.browser(), app, "/time-limits/add", ADDED | given)
    assert answer.status_code == 422
    assert text in Page(answer).main


def test_no_version_can_be_changed_or_deleted(cast):
    browser = cast.mary.browser()
    assert browser.get("/time-limits/edit/1").status_code == 404
    assert browser.post("/time-limits/delete/1").status_code == 404
