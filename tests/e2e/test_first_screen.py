"""The heading of a page is on the first screen of a telephone, and the menus above it open with and without script."""

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.cast import Cast

pytestmark = pytest.mark.browser

PHONE, TABLET = (375, 667), (900, 800)
HIGHEST = {PHONE: 400, TABLET: 400}
"""The lowest place of a heading, in CSS pixels from the top of the page."""

PAGES = [
    ("olu", "/"),
    ("olu", "/children/{child}"),
    ("olu", "/people/list/"),
    ("mary", "/"),
    ("mary", "/requests/list/"),
    ("sana", "/"),
    ("sana", "/children/{child}"),
    ("sana", "/send/"),
    ("sana", "/forms/{form}"),
    ("sana", "/forms/{form}/section/{section}"),
    ("pat", "/"),
    ("pat", "/children/{child}"),
    ("pat", "/messages/"),
    ("ines", "/"),
    ("ines", "/users/list/"),
]


@pytest.fixture
def places(cast: Cast, make: Any) -> dict[str, Any]:
    """A child of a long name at a school, with a request in progress."""
    child = make.child(linked=(cast.sana, cast.pat), forenames="Aleksandra", surname="Wiśniewska")
    form = make.request(child, cast.sana)
    return {"child": child.id, "form": form.id, "section": "child"}


def top_of_heading(page: Page) -> float:
    box = page.locator("h1").bounding_box()
    assert box is not None
    return box["y"]


@pytest.mark.parametrize("javascript", [True, False], ids=["with script", "without script"])
@pytest.mark.parametrize("screen", [PHONE, TABLET], ids=["phone", "tablet"])
def test_the_heading_is_on_the_first_screen(
    cast: Cast, visit: Any, places: dict[str, Any], screen: tuple[int, int], javascript: bool
) -> None:
    windows: dict[str, Page] = {}
    tops = {}
    for who, path in PAGES:
        page = windows.get(who)
        if page is None:
            page = windows[who] = visit(getattr(cast, who), "/", java_script_enabled=javascript)
            page.set_viewport_size({"width": screen[0], "height": screen[1]})
        answer = page.goto(path.format(**places))
        assert answer is not None and answer.status == 200, path
        tops[who, path] = top_of_heading(page)

    assert {page: top for page, top in tops.items() if top > HIGHEST[screen]} == {}


@pytest.mark.parametrize("javascript", [True, False], ids=["with script", "without script"])
def test_menu_account_and_more_open_on_a_phone(
    cast: Cast, visit: Any, places: dict[str, Any], javascript: bool
) -> None:
    page = visit(cast.olu, f"/children/{places['child']}", width=375, java_script_enabled=javascript)
    menu, more = page.locator("#navigation"), page.locator(".portal-identity__facts--more")
    log_out = page.get_by_role("button", name="Log out", exact=True)
    for part in (menu, more, log_out):
        expect(part).to_be_hidden()

    page.locator("summary", has_text="Menu").click()
    expect(menu.get_by_role("link", name="Registrations")).to_be_visible()
    page.locator("summary", has_text="More").click()
    expect(more).to_contain_text("UPN")
    page.locator("summary", has_text="Account").click()
    expect(page.locator(".portal-account").get_by_text("Olu Adeyemi").last).to_be_visible()
    expect(log_out).to_be_visible()


def test_a_wide_screen_shows_the_menu_and_all_facts(cast: Cast, visit: Any, places: dict[str, Any]) -> None:
    page = visit(cast.olu, f"/children/{places['child']}", width=1001)

    expect(page.locator("#navigation")).to_be_visible()
    expect(page.locator(".portal-identity__facts--more")).to_be_visible()
    expect(page.locator("summary", has_text="Menu")).to_be_hidden()
    expect(page.locator("summary", has_text="More")).to_be_hidden()

    name = page.locator(".govuk-service-navigation__service-name").bounding_box()
    menu = page.locator("#navigation").bounding_box()
    assert name is not None and menu is not None
    assert name["y"] == menu["y"], "the menu is beside the name of the service"

    page.set_viewport_size({"width": 1000, "height": 800})
    expect(page.locator("#navigation")).to_be_hidden()
    page.emulate_media(media="print")
    expect(page.locator(".portal-identity__facts--more")).to_be_visible()


def test_the_account_menu_closes_with_escape_and_outside(cast: Cast, visit: Any) -> None:
    page = visit(cast.sana, "/")
    summary = page.locator(".portal-account summary")
    log_out = page.get_by_role("button", name="Log out", exact=True)

    summary.click()
    expect(log_out).to_be_visible()
    page.keyboard.press("Escape")
    expect(log_out).to_be_hidden()
    expect(summary).to_be_focused()

    summary.click()
    page.locator("h1").click()
    expect(log_out).to_be_hidden()
