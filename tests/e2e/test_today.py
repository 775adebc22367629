"""An officer's morning: Today, a hand-over of several cases, cover for absence, and the board; with and without script."""

from datetime import timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from app.forms.rules.workflow import FormState
from tests.e2e.story import RULES
from tests.e2e.test_on_a_phone import assert_nothing_scrolls_sideways, on_a_phone

pytestmark = pytest.mark.browser


@pytest.fixture
def cases(cast, make, context):
    today = context.clock.today()
    found = []
    for surname, days in (("Shah", -2), ("Nowak", 3), ("Barker", 20)):
        child = make.child(forenames="Amina", surname=surname)
        found.append(make.case(child, owner_id=cast.olu.id, due_on=today + timedelta(days=days)))
        make.advice(child, cast.ann, FormState.submitted, submitted_at=context.clock.now())
    return found


def accessible(page):
    assert Axe().run(page, options=RULES).response["violations"] == []


@pytest.mark.parametrize("script", [True, False])
def test_an_officer_goes_from_today_to_a_hand_over_and_to_the_board(cast, visit, cases, script):
    page = visit(cast.olu, "/", java_script_enabled=script)
    menu = page.get_by_role("navigation", name="Menu")
    expect(menu.get_by_role("link").nth(1)).to_contain_text("Today 2")
    menu.get_by_role("link", name="Today").click()
    first = page.get_by_role("row").nth(1)
    expect(first).to_contain_text("2 days overdue")
    if script:
        accessible(page)
    first.get_by_role("link", name="Decide whether to assess").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Decide whether to assess")

    menu.get_by_role("link", name="Cases").click()
    page.get_by_role("link", name="Mine", exact=True).click()
    page.get_by_label("Choose Amina Shah").check()
    page.get_by_label("Choose Amina Nowak").check()
    page.get_by_role("button", name="Hand over to a colleague").click()
    page.get_by_label("Who is to work on them?").select_option(label=cast.mary.principal.name)
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Hand over 2 cases to")
    if script:
        accessible(page)
    page.get_by_role("button", name="Hand over 2 cases").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("2 cases are now with")

    menu.get_by_role("link", name="Cases").click()
    page.get_by_role("link", name="Board").click()
    expect(page.get_by_role("heading", name="Deciding whether to assess (3)")).to_be_visible()
    if script:
        accessible(page)
    page.get_by_role("link", name="Mine", exact=True).click()
    expect(page.get_by_role("heading", name="Deciding whether to assess (1)")).to_be_visible()


def test_an_officer_records_that_a_colleague_covers(cast, visit, cases, context):
    page = visit(cast.olu, "/today/")
    page.get_by_role("link", name="Cover for absence").click()
    page.get_by_label("Who covers?").select_option(label=cast.mary.principal.name)
    today = context.clock.today()
    for legend, day in (("First day", today), ("Last day", today + timedelta(days=4))):
        group = page.get_by_role("group", name=legend)
        for label, value in (("Day", day.day), ("Month", day.month), ("Year", day.year)):
            group.get_by_label(label).fill(str(value))
    page.get_by_role("button", name="Record the cover").click()
    expect(page.get_by_role("main")).to_contain_text("The cover is recorded.")
    accessible(page)
    other = visit(cast.mary, "/today/")
    expect(other.get_by_role("main")).to_contain_text(f"You cover for {cast.olu.principal.name}.")
    expect(other.get_by_role("row").nth(1)).to_contain_text("You cover")


@pytest.mark.parametrize("width", [1280, 900, 375, 320])
def test_the_pages_fit_every_width(cast, visit, cases, width):
    for path in (
        "/today/",
        "/today/cover/",
        "/cases/board/",
        "/cases/list/",
        f"/cases/{cases[0].id}/hand-over",
        "/",
    ):
        assert_nothing_scrolls_sideways(on_a_phone(visit(cast.olu, path), width))


def test_the_menu_of_an_officer_is_one_line_at_1280(cast, visit):
    page = visit(cast.olu, "/", width=1280)
    tops = {item.bounding_box()["y"] for item in page.locator("#navigation > li").all()}
    assert len(tops) == 1
