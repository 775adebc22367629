"""An officer finds a child from any page: with the keyboard, misspelt, by number, and on a telephone."""

import pytest
from playwright.sync_api import expect

from app.core.names import search_name
from tests.e2e.test_on_a_phone import assert_nothing_scrolls_sideways, on_a_phone

pytestmark = pytest.mark.browser


@pytest.fixture
def children(make):
    for forenames, surname, number in (("Mohammed", "Hussain", "9434765919"), ("Zofia", "Nowak", None)):
        make.child(
            forenames=forenames,
            surname=surname,
            search_name=search_name(surname, forenames),
            nhs_number=number,
        )


def test_an_officer_finds_a_child_with_the_keyboard_from_any_page(cast, visit, children):
    page = visit(cast.olu, "/requests/list/")
    box = page.get_by_role("searchbox", name="Name, date of birth, UPN, NHS number, postcode or school")
    box.focus()
    page.keyboard.type("muhamad husain")
    page.keyboard.press("Enter")

    expect(page.get_by_role("heading", level=1)).to_have_text("Find a child")
    expect(page.get_by_role("row", name="Mohammed Hussain")).to_contain_text("Similar spelling")
    assert "usain" not in page.url
    expect(box).to_have_value("muhamad husain")
    page.get_by_role("link", name="Mohammed Hussain").click()
    expect(page.locator(".portal-identity__name")).to_have_text("Mohammed Hussain")

    page.get_by_role("searchbox").fill("943 476 5919")
    page.get_by_role("button", name="Find a child").click()
    expect(page.locator(".portal-identity__name")).to_have_text("Mohammed Hussain")


@pytest.mark.parametrize("width", [1280, 900, 375, 320])
def test_the_box_is_whole_at_every_width(cast, visit, children, width):
    page = on_a_phone(visit(cast.olu, "/people/list/"), width)
    assert_nothing_scrolls_sideways(page)
    box = page.get_by_role("searchbox").first.bounding_box()
    button = page.get_by_role("button", name="Find a child").bounding_box()
    assert box is not None
    assert button is not None
    assert box["width"] >= 120
    assert box["height"] >= 24 <= button["height"]
    assert abs(box["y"] - button["y"]) < 2, "beside each other"
