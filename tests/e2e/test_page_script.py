"""What the page's script adds: saving while somebody types, asking only what counts, warning before the session ends."""

import re
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, expect
from werkzeug.serving import make_server

from app.services.sessions import end_mine
from tests.cast import Actor, Cast
from tests.filled_forms import save

pytestmark = pytest.mark.browser

STATUS = "[data-autosave-status]"


@pytest.fixture
def address(app: Flask) -> Iterator[str]:
    """The tests' portal, answering on a port of its own."""
    server = make_server("localhost", 0, app, threaded=True)
    server.daemon_threads = (
        False  # an answer under way is waited for, so that it keeps its database to the end
    )
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://localhost:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def visit(app: Flask, address: str, chromium: Browser) -> Iterator[Any]:
    """A window in which somebody is logged in, with a clock that the test moves."""
    windows = []

    def open_one(who: Actor, path: str) -> Page:
        window = chromium.new_context(base_url=address, viewport={"width": 1280, "height": 900})
        windows.append(window)
        name = app.config["SESSION_COOKIE_NAME"]
        cookie = who.browser().get_cookie(name)
        assert cookie is not None
        window.add_cookies([{"name": name, "value": cookie.value, "url": address}])
        page = window.new_page()
        page.set_default_timeout(10_000)
        page.clock.install()
        answer = page.goto(path)
        assert answer is not None and answer.status == 200
        return page

    yield open_one
    for window in windows:
        window.close()


@pytest.fixture
def started(cast: Cast, make: Any) -> Any:
    """A request begun by Sana, whose colleague Tom is linked too."""
    return make.request(make.child(linked=(cast.sana, cast.tom)), cast.sana)


def test_what_is_typed_is_saved_ten_seconds_later_and_the_page_says_so(cast, visit, started):
    page = visit(cast.sana, f"/forms/{started.id}/section/reason")
    page.fill("#why_now", "He has stopped coming to school")
    page.clock.fast_forward(9_000)
    expect(page.locator(STATUS)).to_have_text("")

    page.clock.fast_forward(2_000)

    expect(page.locator(STATUS)).to_have_text(re.compile(r"Saved at \d+:\d\d[ap]m"))
    before = page.input_value('[name="version"]')
    page.goto(page.url)
    assert page.input_value("#why_now") == "He has stopped coming to school"
    assert page.input_value('[name="version"]') == before != "0"


def test_leaving_a_box_saves_at_once(cast, visit, started):
    page = visit(cast.sana, f"/forms/{started.id}/section/reason")
    page.fill("#why_now", "A first line")

    page.locator("#why_now").blur()

    expect(page.locator(STATUS)).to_contain_text("Saved at")


def test_nothing_is_sent_while_nothing_is_typed(cast, visit, started):
    page = visit(cast.sana, f"/forms/{started.id}/section/reason")
    sent = []
    page.on("request", lambda request: sent.append(request.method))

    page.locator("#why_now").focus()
    page.locator("#why_now").blur()
    page.clock.fast_forward(60_000)

    assert "POST" not in sent


def test_a_colleagues_save_is_not_overwritten_and_what_was_typed_stays(cast, visit, started):
    page = visit(cast.sana, f"/forms/{started.id}/section/reason")
    page.fill("#why_now", "My words")
    with cast.tom.works() as work:
        save(work, started.id, "reason", {"why_now": "Tom's words"})

    page.locator("#why_now").blur()

    expect(page.locator(STATUS)).to_contain_text("Someone else has saved this form")
    assert page.input_value("#why_now") == "My words"
    page.get_by_role("link", name="Compare the two versions").click()
    expect(page.locator("main")).to_contain_text("Tom's words")
    expect(page.locator("main")).to_contain_text("My words")


def test_somebody_logged_out_is_told_and_loses_nothing(cast, visit, started):
    page = visit(cast.sana, f"/forms/{started.id}/section/reason")
    with cast.sana.works() as work:
        end_mine(work)

    page.fill("#why_now", "Long thought about")
    page.locator("#why_now").blur()

    expect(page.locator(STATUS)).to_have_text(
        "You have been logged out. Log in again in another tab; what you typed is still here."
    )
    assert page.input_value("#why_now") == "Long thought about"


def test_a_question_that_does_not_count_is_not_shown_until_it_does(cast, visit, started):
    page = visit(cast.sana, f"/forms/{started.id}/section/child")
    details = page.locator("#part_time_details")
    expect(details).to_be_hidden()

    page.check('[name="part_time"][value="yes"]')
    expect(details).to_be_visible()
    expect(page.get_by_text("Only if you answered").first).to_be_hidden()

    page.check('[name="part_time"][value="no"]')
    expect(details).to_be_hidden()


def test_a_long_list_is_narrowed_by_typing_and_keeps_what_was_chosen(cast, visit, started):
    page = visit(cast.sana, f"/forms/{started.id}/section/child")
    long_list = page.locator("select[data-searchable]").first
    number = long_list.locator("option").count()
    words = long_list.locator("option").nth(number - 1).inner_text()

    page.locator(f"#{long_list.get_attribute('id')}-search").fill(words[:6])

    assert 1 < long_list.locator("option").count() < number
    long_list.select_option(label=words)
    page.locator(f"#{long_list.get_attribute('id')}-search").fill("nothing is called this")
    assert long_list.locator("option:checked").inner_text() == words


def test_the_warning_comes_after_25_minutes_and_staying_closes_it(cast, visit):
    page = visit(cast.ann, "/")
    dialog = page.locator("dialog")
    page.clock.fast_forward(24 * 60_000)
    expect(dialog).to_be_hidden()

    page.clock.fast_forward(61_000)

    expect(dialog).to_be_visible()
    expect(dialog).to_contain_text("You will be logged out in 5 minutes")
    with page.expect_response("**/login/stay") as answer:
        dialog.get_by_role("button", name="Stay logged in").click()
    assert answer.value.status == 200
    expect(dialog).to_be_hidden()
    page.clock.fast_forward(24 * 60_000)
    expect(dialog).to_be_hidden()


def test_the_escape_key_means_i_am_still_here(cast, visit):
    page = visit(cast.ann, "/")
    page.clock.fast_forward(25 * 60_000 + 6_000)
    expect(page.locator("dialog")).to_be_visible()

    with page.expect_response("**/login/stay"):
        page.keyboard.press("Escape")

    expect(page.locator("dialog")).to_be_hidden()


def test_work_in_another_tab_puts_the_warning_off(cast, visit):
    page = visit(cast.ann, "/")
    page.clock.fast_forward(24 * 60_000)
    other = page.context.new_page()
    other.goto("/messages/")
    other.close()

    page.clock.fast_forward(20 * 60_000)
    expect(page.locator("dialog")).to_be_hidden()

    page.clock.fast_forward(6 * 60_000)
    expect(page.locator("dialog")).to_be_visible()


def test_after_half_an_hour_the_page_says_that_the_session_has_ended(cast, visit):
    page = visit(cast.ann, "/")

    page.clock.fast_forward(30 * 60_000 + 6_000)

    dialog = page.locator("dialog")
    expect(dialog).to_contain_text("You have been logged out")
    expect(dialog.get_by_role("button", name="Stay logged in")).to_be_hidden()
    dialog.get_by_role("button", name="Close this message").click()
    expect(dialog).to_be_hidden()


def test_a_form_is_sent_once_however_often_its_button_is_pressed(cast, visit, started):
    page = visit(cast.sana, f"/forms/{started.id}/section/reason")
    page.evaluate(
        """() => {
            window.sent = 0
            document.addEventListener('submit', (event) => {
                if (!event.defaultPrevented) window.sent += 1
                event.preventDefault()
            })
        }"""
    )
    button = page.get_by_role("button", name="Save and continue")

    button.click()
    page.clock.fast_forward(1_500)
    button.click()
    assert page.evaluate("window.sent") == 1

    page.clock.fast_forward(5_000)
    button.click()
    assert page.evaluate("window.sent") == 2


def test_a_password_can_be_shown(address, chromium):
    window = chromium.new_context(base_url=address)
    page = window.new_page()
    page.goto("/login/")
    page.fill("#password", "a secret")

    page.get_by_role("button", name="Show password").click()

    assert page.get_attribute("#password", "type") == "text"
    window.close()
