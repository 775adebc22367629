"""What people see where colours are forced, on paper, and on a phone: marks, words and tables."""

from datetime import timedelta
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from app.cases.rules.case_states import CaseState
from tests.cast import Cast
from tests.e2e.story import RULES

pytestmark = pytest.mark.browser

PAPER = 718
"""The width of A4 between its margins, in CSS pixels."""


@pytest.fixture
def late(cast: Cast, make: Any, clock: Any) -> Any:
    """A child whose final plan is 19 days late."""
    received = clock.today() - timedelta(days=159)
    child = make.child(linked=(cast.sana, cast.pat))
    make.request(
        child,
        cast.sana,
        CaseState.assessing,
        received_on=received,
        decided_on=received + timedelta(days=30),
        submitted_at=clock.now(),
    )
    return child


def fill_of(page: Page, part: str) -> str:
    return str(page.locator(f".portal-weeks__{part}").evaluate("one => getComputedStyle(one).fill"))


@pytest.mark.parametrize("who", ["olu", "sana", "pat"])
@pytest.mark.parametrize("width", [1280, 900, 375, 320])
def test_the_line_of_weeks_fits_its_page_and_its_numbers_do_not_touch(cast, visit, late, who, width):
    page = visit(getattr(cast, who), f"/children/{late.id}", width=width)
    texts = page.locator(".portal-weeks text").evaluate_all(
        "all => all.map(one => { const box = one.getBoundingClientRect(); return [box.left, box.right, box.top, box.bottom] })"
    )

    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert len(texts) == 8, "today, six numbers and one word"
    assert all(left >= 0 and right <= width for left, right, _top, _bottom in texts)
    for number, (left, right, top, bottom) in enumerate(texts):
        for other_left, other_right, other_top, other_bottom in texts[number + 1 :]:
            apart = right <= other_left or other_right <= left
            assert apart or bottom <= other_top + 4 or other_bottom <= top + 4


def test_the_line_of_weeks_can_be_read_in_forced_colours(cast, visit, late):
    page = visit(cast.olu, f"/children/{late.id}", forced_colors="active")

    assert fill_of(page, "filled") != fill_of(page, "late")
    assert fill_of(page, "late") == fill_of(page, "bar")
    expect(page.locator(".portal-weeks__stripe")).to_have_count(1)


def test_the_line_of_weeks_is_on_paper_and_named_for_a_screen_reader(cast, visit, late):
    page = visit(cast.pat, f"/children/{late.id}", width=PAPER)
    page.emulate_media(media="print")

    expect(page.locator(".portal-weeks__late")).to_be_visible()
    expect(page.get_by_role("img", name="Week 23: 19 days late")).to_be_visible()
    assert page.locator(".portal-dates li").count() == 5
    assert Axe().run(page, options=RULES).response["violations"] == []


@pytest.fixture
def child(cast: Cast, make: Any) -> Any:
    """A child with a request that was sent."""
    child = make.child(linked=(cast.sana, cast.pat))
    make.request(child, cast.sana)
    return child


def test_d6_the_current_tab_is_marked_by_a_line_in_forced_colours(cast, visit, child):
    page = visit(cast.sana, f"/children/{child.id}", forced_colors="active")
    lines = page.locator(".portal-subnav a").evaluate_all(
        "tabs => tabs.map(tab => [tab.hasAttribute('aria-current'), getComputedStyle(tab).borderBottomStyle])"
    )

    assert len(lines) > 1
    assert {tuple(line) for line in lines} == {(True, "solid"), (False, "none")}
    heights = page.locator(".portal-subnav a").evaluate_all("tabs => tabs.map(tab => tab.offsetTop)")
    assert len(set(heights)) == 1


def test_d6_the_identity_bar_is_dark_on_white_on_paper(cast, visit, child):
    page = visit(cast.sana, f"/children/{child.id}")
    page.emulate_media(media="print")
    bar = page.locator(".portal-identity")

    assert bar.evaluate("one => getComputedStyle(one).color") == "rgb(0, 0, 0)"
    assert bar.evaluate("one => getComputedStyle(one).backgroundColor") == "rgba(0, 0, 0, 0)"
    assert bar.evaluate("one => getComputedStyle(one).borderTopWidth") == "2px"


@pytest.mark.parametrize(
    ("who", "path"),
    [
        ("sana", "/children/{}"),
        ("sana", "/send/"),
        ("sana", "/"),
        ("olu", "/children/{}"),
        ("olu", "/children/{}/forms"),
        ("ines", "/organisations/list/"),
    ],
)
def test_d6_paper_has_no_addresses_actions_or_footer(cast, visit, child, who, path):
    page = visit(getattr(cast, who), path.format(child.id))
    page.emulate_media(media="print")

    for hidden in (
        "footer",
        ".govuk-service-navigation",
        ".govuk-button",
        "dialog",
        ".portal-subnav",
        ".portal-list-actions",
    ):
        for one in page.locator(hidden).all():
            expect(one).to_be_hidden()
    after = page.locator("a").evaluate_all("all => all.map(one => getComputedStyle(one, '::after').content)")
    assert set(after) <= {"none", "normal"}


@pytest.mark.parametrize("path", ["/people/list/", "/requests/list/", "/advice/list/", "/users/list/"])
def test_d6_tables_are_not_cut_off_on_paper(cast, make, visit, child, path):
    make.advice(child, cast.ann)
    who = cast.ines if "users" in path else cast.olu
    page = visit(who, path, width=PAPER)
    page.emulate_media(media="print")

    width = page.locator("table").first.evaluate("one => one.getBoundingClientRect().right")
    assert width <= PAPER
    assert page.evaluate("document.documentElement.scrollWidth") <= PAPER


def test_d8_a_table_whose_rows_are_cards_is_still_a_table_to_a_screen_reader(cast, visit, child):
    page = visit(cast.olu, "/people/list/", width=375)

    assert page.get_by_role("table").count() == 1
    assert page.get_by_role("rowheader").count() >= 1
    table = page.locator(".portal-stack").first
    assert table.get_attribute("role") == "table"
    assert table.locator("td").first.get_attribute("role") == "cell"

    page.set_viewport_size({"width": 1280, "height": 900})
    expect(table).not_to_have_attribute("role", "table")
    assert page.locator(".portal-stack [role]:not([role=button])").count() == 0
