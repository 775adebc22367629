"""Lists and statuses on a telephone: what matters is on the screen, whole, and still a table for a screen reader."""

import os
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from app.forms.rules.workflow import FormState
from tests.web.test_system_status import give_up

pytestmark = pytest.mark.browser

PHONE, SMALLEST = 375, 320
BROKEN_WORDS = """selector => [...document.querySelectorAll(selector)].flatMap(part => {
    const texts = document.createTreeWalker(part, NodeFilter.SHOW_TEXT), broken = []
    for (let text = texts.nextNode(); text; text = texts.nextNode())
        for (const word of text.data.matchAll(/\\S+/g)) {
            const range = document.createRange()
            range.setStart(text, word.index)
            range.setEnd(text, word.index + word[0].length)
            if (new Set([...range.getClientRects()].map(line => line.top)).size > 1) broken.push(word[0])
        }
    return broken
})"""


def on_a_phone(page: Page, width: int = PHONE) -> Page:
    page.set_viewport_size({"width": width, "height": 800})
    return page


def assert_nothing_scrolls_sideways(page: Page) -> None:
    wide = page.eval_on_selector_all(
        "html, .portal-scroll", "parts => parts.filter(part => part.scrollWidth > part.clientWidth).length"
    )
    assert wide == 0


def assert_within(page: Page, text: str) -> None:
    found = page.locator("main").get_by_text(text).first
    expect(found).to_be_visible()
    box = found.bounding_box()
    assert box is not None
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= page.viewport_size["width"]


@pytest.fixture
def owed(cast, make, clock):
    """Advice that Ann owes in three days, and Sana's request in progress for the same child."""
    child = make.child(linked=(cast.ann, cast.sana), forenames="Amina", surname="Shah")
    make.advice(child, cast.ann, due_on=clock.today() + timedelta(days=3))
    return make.request(child, cast.sana)


@pytest.mark.parametrize("width", [PHONE, SMALLEST])
@pytest.mark.parametrize("path", ["/", "/send/"])
def test_what_is_owed_and_when_is_seen_without_scrolling_sideways(cast, visit, owed, path, width):
    page = on_a_phone(visit(cast.ann, path), width)

    assert_nothing_scrolls_sideways(page)
    assert_within(page, "Educational psychology advice")
    assert_within(page, "3 days left")


@pytest.mark.parametrize("path", ["/people/list/", "/requests/list/", "/advice/list/"])
def test_an_officers_lists_need_no_scrolling_sideways(cast, visit, owed, path):
    page = on_a_phone(visit(cast.olu, path))

    assert_nothing_scrolls_sideways(page)
    assert_within(page, "Amina Shah")


def test_a_list_drawn_as_cards_is_still_a_table(cast, visit, owed):
    page = on_a_phone(visit(cast.ann, "/send/"))

    table = page.get_by_role("table", name="Children and young people")
    assert table.get_by_role("columnheader").all_inner_texts() == [
        "Name",
        "Date of birth",
        "Year group",
        "Status",
        "Your tasks",
        "Due",
    ]
    row = table.get_by_role("row").filter(has=page.get_by_role("rowheader", name="Amina Shah"))
    assert row.get_by_role("cell").count() == 5
    expect(row.get_by_role("cell").last).to_contain_text("3 days left")


def test_a_request_that_was_not_sent_says_so_instead_of_a_date(cast, visit, owed):
    page = on_a_phone(visit(cast.sana, "/send/"))

    assert_within(page, "Not sent yet")


@pytest.mark.parametrize("width", [PHONE, SMALLEST])
def test_a_status_is_never_broken_inside_a_word(cast, visit, make, width):
    child = make.child(linked=(cast.sana,))
    page = on_a_phone(visit(cast.sana, f"/forms/{make.request(child, cast.sana).id}"), width)
    page.locator(".govuk-task-list__status").first.evaluate("status => { status.textContent = 'Completed' }")
    assert page.evaluate(BROKEN_WORDS, ".govuk-task-list__status") == []

    make.request(child, cast.sana, FormState.returned)
    page.goto(f"/children/{child.id}/forms")
    assert page.locator(".govuk-tag").count() > 0
    assert page.evaluate(BROKEN_WORDS, ".govuk-tag") == []


@pytest.mark.parametrize("width", [PHONE, SMALLEST])
def test_how_the_portal_is_doing_is_read_without_scrolling_sideways(cast, context, visit, width):
    give_up(context, "password_changed", cast.ann, facts={"device": "Firefox"}, to=cast.ann.email)

    page = on_a_phone(visit(cast.ines, "/running/"), width)

    assert_nothing_scrolls_sideways(page)
    for text in ("No backup has been made yet", "Password changed", "Try again", "Migration"):
        assert_within(page, text)
    if shots := os.environ.get("SHOTS"):
        page.screenshot(path=f"{shots}/running-{width}.png", full_page=True)
