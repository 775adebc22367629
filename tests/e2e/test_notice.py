"""A refusal with its letter: the officer serves it, the parent reads it on a phone, the second parent finds nothing."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from app.operations import maintenance
from tests.e2e.story import RULES
from tests.e2e.test_on_a_phone import assert_nothing_scrolls_sideways, on_a_phone
from tests.e2e.test_plan import picture

pytestmark = pytest.mark.browser


def test_a_refusal_is_served_and_read_by_one_parent(cast, visit, make, context):
    child = make.child(linked=(cast.pat, cast.quinn))
    case = make.case(child)
    page = visit(cast.olu, f"/cases/{case.id}/decide")
    page.get_by_label("No, decline to assess").check()
    page.get_by_label("Reasons for the decision").fill("Support at school meets the needs.")
    page.get_by_role("button", name="Record the decision").click()
    expect(page.get_by_role("main")).to_contain_text("The notice has not been sent")
    page.get_by_role("link", name="Write the notice").first.click()
    page.get_by_label("Pat Hussain").check()
    page.get_by_label("Who else is sent a copy").fill("NHS board\nHeaton Beck")
    page.get_by_label("By post").check()
    picture(page, "write-notice")
    assert Axe().run(page, options=RULES).response["violations"] == []
    page.get_by_role("button", name="Check the notice").click()
    expect(page.get_by_role("main")).to_contain_text("Dear Pat Hussain")
    expect(page.get_by_role("main")).to_contain_text("Dear NHS board")
    picture(page, "notice-preview")
    assert Axe().run(page, options=RULES).response["violations"] == []
    page.get_by_role("button", name="Serve the notice").click()
    expect(page.get_by_role("main")).to_contain_text("The family can ask for mediation until")
    expect(page.get_by_role("main")).not_to_contain_text("The notice has not been sent")
    picture(page, "officer-served-notice")
    maintenance.make_notice_files(context)

    parent = on_a_phone(visit(cast.pat, f"/children/{child.id}"), 375)
    expect(parent.get_by_role("main")).to_contain_text("You can ask for mediation until")
    assert_nothing_scrolls_sideways(parent)
    picture(parent, "parent-notice-375")
    parent.get_by_role("link", name="We will not assess needs").click()
    expect(parent.get_by_role("main")).to_contain_text("Support at school meets the needs.")
    assert_nothing_scrolls_sideways(parent)
    assert Axe().run(parent, options=RULES).response["violations"] == []
    picture(parent, "notice-375")
    with parent.expect_download() as download:
        parent.get_by_role("link", name="PDF").click()
    assert download.value.suggested_filename == "We will not assess needs.pdf"
    second = visit(cast.quinn, f"/children/{child.id}")
    expect(second.get_by_role("heading", name="Where things stand")).to_be_visible()
    expect(second.get_by_role("link", name="We will not assess needs")).to_have_count(0)
