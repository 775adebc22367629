"""What the page's script adds: saving while a person types, asking only what counts, warning before the session ends."""

import re
from typing import Any

import pytest
from playwright.sync_api import expect

from app.accounts.sessions import end_mine
from tests.cast import Cast
from tests.filled_forms import save

pytestmark = pytest.mark.browser

STATUS = "[data-autosave-status]"


@pytest.fixture
def started(cast: Cast, make: Any) -> Any:
    """A request begun by Sana, whose colleague Tom is linked too."""
    return make.request(make.child(linked=(cast.sana, cast.tom)), cast.sana)


def test_b16_what_is_typed_is_saved_after_three_seconds_of_rest(cast, visit, started):
    page = visit(cast.sana, f"/forms/{started.id}/section/reason")
    page.fill("#why_now", "He has stopped coming to school")
    expect(page.locator(STATUS)).to_have_text("Unsaved changes")
    page.clock.fast_forward(2_000)
    page.locator("#why_now").press_sequentially(" again")
    page.clock.fast_forward(2_000)
    expect(page.locator(STATUS)).to_have_text("Unsaved changes")

    page.clock.fast_forward(1_500)

    expect(page.locator(STATUS)).to_have_text(re.compile(r"Saved at \d+:\d\d[ap]m"))
    before = page.input_value('[name="version"]')
    page.goto(page.url)
    assert page.input_value("#why_now") == "He has stopped coming to school again"
    assert page.input_value('[name="version"]') == before != "0"


def test_b16_the_page_never_shows_an_older_time_than_the_last_save(cast, visit, started):
    with cast.sana.works() as work:
        save(work, started.id, "reason", {"why_now": "First"})
    page = visit(cast.sana, f"/forms/{started.id}/section/reason")
    earlier = page.get_by_text("You saved this section")
    expect(earlier).to_be_visible()

    page.fill("#why_now", "Second")
    page.locator("#why_now").blur()
    expect(page.locator(STATUS)).to_contain_text("Saved at")
    expect(earlier).to_have_count(0)

    page.fill("#why_now", "Third")
    expect(page.locator(STATUS)).to_have_text("Unsaved changes")


def test_b16_a_box_for_paragraphs_grows_with_its_text(cast, visit, started):
    page = visit(cast.sana, f"/forms/{started.id}/section/reason")
    area = page.locator("#why_now")
    before = area.bounding_box()["height"]

    area.fill("A line\n" * 20)

    assert area.bounding_box()["height"] > before * 2
    assert area.evaluate("one => one.scrollHeight <= one.clientHeight + 1")


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


def test_a_person_logged_out_is_notified_and_loses_nothing(cast, visit, started):
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


@pytest.fixture
def long_list(cast, visit, started):
    """A page with a long list to choose from, and what its script and its content policy complained of."""
    page = visit(cast.sana, f"/forms/{started.id}/section/child")
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.reload()
    page.complaints = complaints  # type: ignore[attr-defined]
    return page


def test_d3_typing_in_a_long_list_shows_the_choices_that_match(long_list):
    select = long_list.locator("select[data-searchable]").first
    words = select.locator("option").last.inner_text()
    box = long_list.locator(".autocomplete__input").first
    expect(select).to_be_hidden()

    box.fill(words[:6].upper())

    menu = long_list.locator(".autocomplete__menu").first
    expect(menu).to_be_visible()
    assert 0 < menu.get_by_role("option").count() < select.locator("option").count() - 1
    menu.get_by_role("option", name=words, exact=True).click()
    assert select.locator("option:checked").inner_text() == words
    expect(box).to_have_value(words)
    assert long_list.complaints == [], "the content policy holds"


def test_d3_the_keyboard_chooses_and_the_choice_is_saved(long_list):
    box = long_list.locator(".autocomplete__input").first
    box.press_sequentially("e")
    box.press("ArrowDown")
    chosen = long_list.locator("[aria-selected=true]").inner_text()
    long_list.keyboard.press("Enter")

    expect(box).to_have_value(chosen)
    long_list.clock.fast_forward(3_500)
    expect(long_list.locator(STATUS)).to_contain_text("Saved at")
    long_list.reload()
    expect(long_list.locator(".autocomplete__input").first).to_have_value(chosen)


def test_d3_text_that_is_no_choice_does_not_leave_an_earlier_choice_in_place(long_list):
    select = long_list.locator("select[data-searchable]").first
    box = long_list.locator(".autocomplete__input").first
    words = select.locator("option").last.inner_text()
    box.fill(words.lower())
    box.blur()
    expect(select.locator("option:checked")).to_have_text(words)

    box.fill("Nothing is called this")
    expect(long_list.get_by_text("Nothing found", exact=True).first).to_be_visible()
    box.blur()

    expect(select).to_have_value("")


def test_d3_a_name_with_html_in_it_is_shown_as_text(long_list):
    name = "Oak <img src=x title=bad> school"
    words = long_list.locator("select[data-searchable] option").last.inner_text()

    def rename(route):
        answer = route.fetch()
        route.fulfill(
            response=answer, body=answer.text().replace(words, "Oak &lt;img src=x title=bad&gt; school")
        )

    long_list.route("**/section/child", rename)
    long_list.reload()
    long_list.locator(".autocomplete__input").first.fill("oak")

    expect(long_list.locator(".autocomplete__menu").first.get_by_role("option", name=name)).to_be_visible()
    assert long_list.locator("img[title=bad]").count() == 0


def test_d3_without_the_script_the_list_is_an_ordinary_select(cast, started):
    html = cast.sana.browser().get(f"/forms/{started.id}/section/child").text

    assert re.search(r"<select [^>]*data-searchable", html)
    assert "autocomplete__input" not in html


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


def test_d2_after_the_time_out_the_page_is_covered_and_offers_to_log_in_again(cast, make, visit):
    child = make.child(linked=(cast.sana,))
    page = visit(cast.sana, f"/children/{child.id}")

    page.clock.fast_forward(30 * 60_000 + 6_000)

    dialog = page.locator("dialog")
    heading = dialog.get_by_role("heading", name="You have been logged out")
    expect(heading).to_be_focused()
    expect(dialog.get_by_text("Are you still there?")).to_have_count(0)
    expect(dialog.get_by_role("button", name="Stay logged in")).to_be_hidden()
    expect(dialog.get_by_role("button", name="Show what I typed")).to_be_hidden()
    expect(page.locator("main")).to_be_hidden()
    expect(page).to_have_title("You have been logged out")
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    expect(dialog).to_be_visible()
    expect(page.locator("main")).to_be_hidden()
    link = dialog.get_by_role("button", name="Log in again")
    assert link.get_attribute("href") == f"/children/{child.id}"


def test_d2_what_is_not_saved_can_still_be_read_after_the_time_out(cast, visit, started):
    page = visit(cast.sana, "/messages/write")
    with cast.sana.works() as work:
        end_mine(work)
    page.locator("main form[method=post] :is(textarea, input[type=text])").first.fill("Long thought about")

    page.clock.fast_forward(30 * 60_000 + 6_000)

    dialog = page.locator("dialog")
    expect(dialog).to_contain_text("What you typed is still on this page, but it is not saved")
    assert dialog.get_by_role("button", name="Log in again").get_attribute("target") == "_blank"
    dialog.get_by_role("button", name="Show what I typed").click()
    expect(dialog).to_be_hidden()
    expect(page.locator("main")).to_be_visible()


def test_d2_the_warning_offers_to_log_out_now(cast, visit):
    page = visit(cast.ann, "/")
    page.clock.fast_forward(25 * 60_000 + 6_000)

    page.locator("dialog").get_by_role("button", name="Log out now").click()

    page.wait_for_url("**/login/")


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


def test_d4_a_link_to_an_error_puts_the_focus_on_its_field(cast, visit, started):
    page = visit(cast.sana, f"/forms/{started.id}/check")
    page.get_by_role("button", name="Send to the SEN team").click()
    link = page.locator(".govuk-error-summary a").first
    field = link.get_attribute("href").partition("#")[2]
    link.click()

    expect(page.locator(f"#{field}").or_(page.locator(f"#{field} input").first).first).to_be_focused()
    expect(page.locator(f"#{field}-error")).to_be_visible()
