"""O24: a person logs out on a computer that others use, and the next person presses Back."""

from collections.abc import Iterator
from contextlib import suppress

import pytest
from playwright.sync_api import Browser, Playwright
from playwright.sync_api import Error as BrowserError

from conftest import find_chromium
from tests.e2e.conftest import EMAILS, SWITCHES, Portal, Windows
from tests.e2e.story import Visitor

pytestmark = pytest.mark.browser

CHILD = "Amina Shah"
PAGES_BACK = 6


@pytest.fixture(scope="module")
def remembering(playwright: Playwright) -> Iterator[Browser]:
    """A browser that keeps whole pages for the Back button, as people's do; for tests it is switched off as a rule."""
    browser = playwright.chromium.launch(
        executable_path=find_chromium(), args=SWITCHES, ignore_default_args=["--disable-back-forward-cache"]
    )
    yield browser
    browser.close()


@pytest.mark.parametrize("javascript", [True, False], ids=["with JavaScript", "without JavaScript"])
def test_O24_after_logging_out_the_back_button_shows_no_child(  # noqa: N802 - the list's own name
    shared_portal: Portal, remembering: Browser, javascript: bool
) -> None:
    windows = Windows(remembering)
    visitor = Visitor(windows.open(shared_portal, javascript), shared_portal, javascript)
    page = visitor.page
    visitor.logs_in(EMAILS["sana"])
    visitor.follows("Special Educational Needs and Disabilities")
    visitor.follows(CHILD)
    visitor.sees(CHILD)
    shown = page.url
    visitor.follows("Forms and advice")
    visitor.logs_out()

    for _ in range(PAGES_BACK):
        with suppress(
            BrowserError
        ):  # no page is cached, and the browser says so: as good as being asked to log in
            page.go_back(wait_until="load")
        assert CHILD not in page.content(), f"{page.url} still shows a child"
        page.reload()
        assert CHILD not in page.content()
        assert "/login" in page.url or page.url in ("about:blank", f"{shared_portal.address}/help/"), page.url
    page.goto(shown)
    assert "/login" in page.url and CHILD not in page.content()
    windows.close()
