"""A manager reads the figures after an officer's decision, and opens the list behind a number."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.e2e.story import RULES
from tests.e2e.test_on_a_phone import on_a_phone

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("script", [True, False])
def test_the_figures_follow_a_decision(cast, make, visit, script):
    case = make.case(make.child(forenames="Amina", surname="Shah"), owner_id=cast.olu.id)
    manager = visit(cast.mary, "/cases/figures/", java_script_enabled=script)
    in_time = manager.get_by_role("region", name="In time", exact=True)
    first = in_time.get_by_role("row").nth(1)
    expect(first).to_contain_text("Decision whether to assess, within 6 weeks")
    expect(first).to_contain_text("–")

    page = visit(cast.olu, f"/cases/{case.id}/decide", java_script_enabled=script)
    page.get_by_label("Yes, agree to assess").check()
    page.get_by_label("Reasons for the decision").fill("Both legal tests are met.")
    page.get_by_role("button", name="Record the decision").click()
    expect(page.get_by_role("main")).to_contain_text("Assessment under way")

    manager.reload()
    expect(first).to_contain_text("100.0%")
    if script:
        assert Axe().run(manager, options=RULES).response["violations"] == []
    first.get_by_role("link", name="1").first.click()
    expect(manager.get_by_role("main")).to_contain_text("Only: decisions whether to assess")
    expect(manager.get_by_role("main")).to_contain_text(case.number)


@pytest.mark.parametrize("width", [900, 375, 320])
def test_the_figures_fit_every_width(cast, make, visit, width):
    make.case(make.child(), owner_id=cast.olu.id)
    page = on_a_phone(visit(cast.mary, "/cases/figures/"), width)
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
