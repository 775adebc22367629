"""An officer records an exception, and decides late with and without one."""

import os
from datetime import timedelta
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from app.cases.intake import ReceivedRequest, record_request
from app.cases.rules.case_states import Channel, RequestSource
from tests.e2e.story import RULES
from tests.e2e.test_intake import fill_date
from tests.e2e.test_on_a_phone import assert_nothing_scrolls_sideways, on_a_phone

pytestmark = pytest.mark.browser
PICTURES = os.environ.get("PICTURES")


@pytest.fixture
def late_case(cast, make, clock):
    """A child whose request was received seven weeks ago, and the case."""
    child = make.child()
    received_on = clock.today() - timedelta(weeks=7)
    with cast.olu.works() as work:
        received = ReceivedRequest(RequestSource.parent, Channel.paper, received_on, "A letter.")
        return child, record_request(work, child.id, received).id


def picture(page, name):
    if PICTURES:
        page.screenshot(path=str(Path(PICTURES) / f"{name}.png"), full_page=True)


@pytest.mark.parametrize("script", [True, False])
def test_a_late_decision_names_the_exception_that_was_recorded(cast, visit, late_case, script):
    child, _case_id = late_case
    page = visit(cast.olu, f"/children/{child.id}", java_script_enabled=script)
    picture(page, "late-before")
    page.get_by_role("link", name="Record an exception to a time limit").click()
    page.get_by_label("was away from the area").check()
    fill_date(page, "First day", "19", "10", "2026")
    fill_date(page, "Last day", "20", "11", "2026")
    page.get_by_label("Evidence").fill("The letter of the mother, in the file.")
    fill_date(page, "By when do you plan", "1", "12", "2026")
    page.get_by_label("What is planned?").fill("The panel meets.")
    picture(page, "exception")
    if script:
        assert Axe().run(page, options=RULES).response["violations"] == []
    page.get_by_role("button", name="Record the exception").click()
    expect(page.get_by_role("main")).to_contain_text("The deadline stays.")
    picture(page, "late-after")

    page.get_by_role("link", name="Decide whether to assess").first.click()
    page.get_by_label("Yes, agree to assess").check()
    page.get_by_label("Reasons for the decision").fill("Both legal tests are met.")
    page.get_by_role("button", name="Record the decision").click()
    expect(page.get_by_role("alert")).to_be_visible()
    page.get_by_label("was away from the area").check()
    picture(page, "decide-late")
    page.get_by_role("button", name="Record the decision").click()
    expect(page.get_by_role("main")).to_contain_text("Assessment under way")


@pytest.mark.parametrize("width", [900, 375, 320])
def test_the_pages_of_an_exception_fit_every_width(cast, visit, late_case, width):
    _child, case_id = late_case
    for path in ("exception", "decide"):
        page = on_a_phone(visit(cast.olu, f"/cases/{case_id}/{path}"), width)
        assert_nothing_scrolls_sideways(page)
        picture(page, f"{path}-{width}")
