"""An officer adds a child for whom a letter came, records the letter, and decides about it."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.e2e.story import RULES
from tests.e2e.test_on_a_phone import assert_nothing_scrolls_sideways, on_a_phone

pytestmark = pytest.mark.browser


def fill_date(page, legend, day, month, year):
    group = page.get_by_role("group", name=legend)
    for label, value in (("Day", day), ("Month", month), ("Year", year)):
        group.get_by_label(label).fill(value)


@pytest.mark.parametrize("script", [True, False])
def test_an_officer_records_a_letter_and_decides_about_it(cast, visit, script):
    page = visit(cast.olu, "/people/list/", java_script_enabled=script)
    page.get_by_role("button", name="Add", exact=True).click()
    page.get_by_label("Forenames").fill("Amina")
    page.get_by_label("Last name", exact=True).fill("Shah")
    fill_date(page, "Date of birth", "14", "3", "2017")
    page.get_by_label("Address", exact=True).fill("14 Beck Lane")
    page.get_by_label("Postcode", exact=True).fill("BD9 4NQ")
    page.get_by_label("Unique pupil number (UPN)").fill("B801200005001")
    page.get_by_role("button", name="Add and record the request").click()

    expect(page.get_by_role("heading", level=1)).to_have_text("Record a request")
    if script:
        assert Axe().run(page, options=RULES).response["violations"] == []
    page.get_by_role("button", name="Record the request").click()
    expect(page.get_by_role("alert")).to_contain_text("Choose who asked")
    page.get_by_label("Parent, carer or young person").check()
    page.get_by_label("On paper").check()
    fill_date(page, "When did the council receive it?", "17", "11", "2026")
    page.get_by_role("button", name="Record the request").click()

    expect(page.get_by_role("main")).to_contain_text("Decide whether to assess by 29 December 2026.")
    expect(page.get_by_role("main")).to_contain_text("Week 1 of 20")
    page.get_by_role("link", name="Decide whether to assess").first.click()
    page.get_by_label("Yes, agree to assess").check()
    page.get_by_label("Reasons for the decision").fill("Both legal tests are met.")
    page.get_by_role("button", name="Record the decision").click()
    expect(page.get_by_role("main")).to_contain_text("Assessment under way")


@pytest.mark.parametrize("width", [900, 375, 320])
def test_the_page_to_record_a_letter_fits_every_width(cast, visit, make, width):
    child = make.child()
    assert_nothing_scrolls_sideways(on_a_phone(visit(cast.olu, f"/children/{child.id}/request"), width))
    assert_nothing_scrolls_sideways(on_a_phone(visit(cast.olu, "/cases/list/"), width))
