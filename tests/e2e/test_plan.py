"""An officer takes a case from the agreed assessment to the final plan, and the parent reads it."""

import os
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from app.cases.rules.case_states import CaseState
from tests.e2e.story import RULES
from tests.e2e.test_on_a_phone import assert_nothing_scrolls_sideways, on_a_phone

pytestmark = pytest.mark.browser

PLAN = {"name": "plan.txt", "mimeType": "text/plain", "buffer": b"The plan of Amina."}
PICTURES = os.environ.get("PICTURES")


def picture(page, name):
    if PICTURES:
        page.screenshot(path=str(Path(PICTURES) / f"{name}.png"), full_page=True)


def choose_school(page, script):
    if script:
        page.locator(".autocomplete__input").fill("Heaton Beck")
        page.locator(".autocomplete__option").first.click()
    else:
        page.get_by_role("combobox").select_option(label="Heaton Beck Primary School")


@pytest.mark.parametrize("script", [True, False])
def test_a_case_goes_from_the_assessment_to_a_final_plan(cast, visit, make, script):
    child = make.child(linked=(cast.pat, cast.quinn))
    make.case(child, state=CaseState.assessing)
    page = visit(cast.olu, f"/children/{child.id}", java_script_enabled=script)
    page.get_by_role("link", name="Decide whether to make a plan").click()
    page.get_by_role("button", name="Record the decision").click()
    expect(page.get_by_role("alert").first).to_contain_text("Choose whether the council will make a plan")
    page.get_by_label("Yes, make a plan").check()
    page.get_by_label("Reasons for the decision").fill("Provision of this kind needs a plan.")
    picture(page, "decide-plan")
    page.get_by_role("button", name="Record the decision").click()
    expect(page.get_by_role("main")).to_contain_text("Plan being written")
    picture(page, "officer-preparing")

    page.get_by_role("link", name="Send a draft plan").first.click()
    page.get_by_label("The plan", exact=True).set_input_files(PLAN)
    page.get_by_label("In the portal only").check()
    page.get_by_label("Pat Hussain").check()
    picture(page, "draft-plan")
    if script:
        assert Axe().run(page, options=RULES).response["violations"] == []
    page.get_by_role("button", name="Record the draft plan").click()
    expect(page.get_by_role("main")).to_contain_text("Draft plan sent to the family")
    expect(page.get_by_role("main")).to_contain_text("Can be opened in the portal by: Pat Hussain")

    page.get_by_role("link", name="Ask a school or college about a place").click()
    choose_school(page, script)
    page.get_by_role("button", name="Record that it was asked").click()
    page.get_by_role("link", name="record the reply").click()
    page.get_by_label("Yes, it can meet the needs").check()
    page.get_by_role("button", name="Record the reply").click()
    expect(page.get_by_role("main")).to_contain_text("The reply is recorded.")
    picture(page, "officer-served")

    page.get_by_role("link", name="Send the final plan").first.click()
    page.get_by_label("The plan", exact=True).set_input_files(PLAN)
    page.get_by_label("In the portal only").check()
    page.get_by_label("Pat Hussain").check()
    choose_school(page, script)
    page.get_by_label("why does the plan not wait").fill("Both parents have sent their comments.")
    picture(page, "final-plan")
    page.get_by_role("button", name="Record the final plan").click()
    expect(page.get_by_role("main")).to_contain_text("Plan in force")

    parent = visit(cast.pat, f"/children/{child.id}")
    expect(parent.get_by_role("heading", name="Final plan", exact=True)).to_be_visible()
    picture(parent, "parent-final")
    with parent.expect_download() as download:
        parent.get_by_role("link", name="plan.txt").first.click()
    assert Path(download.value.path()).read_bytes() == PLAN["buffer"]
    second = visit(cast.quinn, f"/children/{child.id}")
    expect(second.get_by_role("heading", name="Where things stand")).to_be_visible()
    expect(second.get_by_role("link", name="plan.txt")).to_have_count(0)


def test_a_request_is_withdrawn_and_continued(cast, visit, make):
    child = make.child()
    make.case(child)
    page = visit(cast.olu, f"/children/{child.id}")
    page.get_by_role("link", name="Withdraw the request").click()
    page.get_by_label("Who withdrew it").fill("The mother, on the telephone.")
    picture(page, "withdraw")
    page.get_by_role("button", name="Withdraw the request").click()
    expect(page.get_by_role("main")).to_contain_text("Request withdrawn")
    page.get_by_role("link", name="Continue the case").click()
    page.get_by_label("Why does the case go on?").fill("It was a misunderstanding.")
    page.get_by_role("button", name="Continue the case").click()
    expect(page.get_by_role("main")).to_contain_text("Deciding whether to assess")


@pytest.mark.parametrize("width", [900, 375, 320])
def test_the_pages_of_a_plan_fit_every_width(cast, visit, make, width):
    child = make.child(linked=(cast.pat,))
    case = make.case(child, state=CaseState.draft_served)
    for path in ("draft-plan", "final-plan", "consult", "withdraw"):
        page = on_a_phone(visit(cast.olu, f"/cases/{case.id}/{path}"), width)
        assert_nothing_scrolls_sideways(page)
        picture(page, f"{path}-{width}")
