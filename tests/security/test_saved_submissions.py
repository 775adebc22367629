"""Text typed while a log-in ran out is given back to the person who typed it, and to no one else (reliability, R4)."""

import html
import re
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.accounts import accounts
from app.core.clock import FixedClock
from app.core.unit_of_work import AppContext
from app.models import Person, SavedSubmission
from tests.browser import token_for
from tests.cast import Cast, everything

FORM = "/children/add"
TYPED = {"forenames": "Zephyrine", "surname": "", "note": "He reads <b>well</b> & counts"}
"""Not complete, so that the form comes back with what was typed."""


def page_token(app: Flask, browser: FlaskClient) -> str:
    """The token of a form that is open in this browser."""
    found = re.search(r'name="csrf_token" value="([^"]+)"', browser.get(FORM).text)
    assert found
    return found[1]


def sends(browser: FlaskClient, token: str) -> Any:
    return browser.post(FORM, data=TYPED | {"csrf_token": token})


def carries_on(browser: FlaskClient, page: str) -> Any:
    """Press the button; a browser then sends the same form on to where 307 tells it."""
    form = page.split("/kept/continue")[1].split("</form>")[0]
    given = {
        name: html.unescape(value) for name, value in re.findall(r'name="([^"]+)" value="([^"]*)"', form)
    }
    redirect = browser.post("/kept/continue", data=given)
    assert redirect.status_code == 307
    return browser.post(redirect.location, data=given, follow_redirects=True)


@pytest.mark.parametrize("hours", [0.6, 13, 40])
def test_what_was_typed_is_there_after_logging_in_again(
    app: Flask, context: AppContext, cast: Cast, clock: FixedClock, hours: float
) -> None:
    browser = cast.sana.logs_in()
    token = page_token(app, browser)
    clock.forward(hours=hours)
    if hours > 12:
        browser.delete_cookie("sid")  # Flask takes no cookie older than twelve hours: as if there were none

    assert sends(browser, token).location == "/login/"
    assert "We kept what you typed" in browser.get("/login/").text
    cast.sana.half_way(browser)
    entered = browser.post(
        "/login/code", data={"code": cast.sana.code(), "csrf_token": token_for(browser, app)}
    )
    assert entered.location == "/kept/"
    page = browser.get("/kept/").text
    assert html.escape(TYPED["note"]) in page

    assert "Zephyrine" in carries_on(browser, page).text
    with everything(context) as work:
        assert work.session.query(SavedSubmission).count() == 0


def test_no_one_else_who_logs_in_on_that_browser_sees_it(app: Flask, cast: Cast, clock: FixedClock) -> None:
    browser = cast.sana.logs_in()
    token = page_token(app, browser)
    clock.forward(hours=1)
    sends(browser, token)

    cast.bob.half_way(browser)
    landed = browser.post(
        "/login/code", data={"code": cast.bob.code(), "csrf_token": token_for(browser, app)}
    )
    assert browser.get(landed.location).location == "/"
    seen = [browser.get(path, follow_redirects=True).text for path in ("/kept/", "/account/")]
    again = browser.post("/kept/continue", data=TYPED | {"csrf_token": token_for(browser, app)})

    assert not any("Zephyrine" in page for page in seen) and again.location == "/"

    browser.post("/login/out", data={"csrf_token": token_for(browser, app)})
    elsewhere = cast.sana.browser()
    assert elsewhere.get("/kept/").location == "/", "and only on the browser it was typed in"


def test_a_form_open_in_another_tab_is_stored_when_its_owner_logged_in_again(
    app: Flask, cast: Cast, clock: FixedClock
) -> None:
    browser = cast.sana.logs_in()
    old_tab = page_token(app, browser)
    clock.forward(hours=1)
    cast.sana.logs_in(browser)

    assert sends(browser, old_tab).location == "/kept/"
    assert "Zephyrine" in carries_on(browser, browser.get("/kept/").text).text


def test_a_form_left_open_is_not_given_to_the_next_person_who_logs_in(
    app: Flask, cast: Cast, clock: FixedClock
) -> None:
    browser = cast.sana.logs_in()
    old_tab = page_token(app, browser)
    clock.forward(hours=1)
    cast.bob.logs_in(browser)

    assert sends(browser, old_tab).status_code == 400
    assert browser.get("/kept/").location == "/"


def test_O27_what_was_typed_is_stored_when_the_account_is_closed(
    app: Flask, context: AppContext, cast: Cast, clock: FixedClock
) -> None:
    browser = cast.sana.logs_in()
    token = page_token(app, browser)
    with cast.ines.works() as work:
        accounts.deactivate(work, cast.sana.id)

    assert sends(browser, token).location == "/login/"
    with everything(context) as work:
        saved = work.session.query(SavedSubmission).one()
        assert saved.person_id == cast.sana.id and "reads" not in saved.sealed_fields
        work.get(Person, cast.sana.id).active = True
    cast.sana.half_way(browser)
    assert (
        browser.post(
            "/login/code", data={"code": cast.sana.code(), "csrf_token": token_for(browser, app)}
        ).location
        == "/kept/"
    )


def test_it_can_be_thrown_away_and_is_forgotten_after_a_week(
    app: Flask, context: AppContext, cast: Cast, clock: FixedClock
) -> None:
    from app.accounts.log_in import forget_old

    for get_rid in ("discard", "wait"):
        browser = cast.sana.logs_in()
        token = page_token(app, browser)
        clock.forward(hours=1)
        sends(browser, token)
        if get_rid == "discard":
            cast.sana.half_way(browser)
            browser.post(
                "/login/code", data={"code": cast.sana.code(), "csrf_token": token_for(browser, app)}
            )
            browser.post("/kept/discard", data={"csrf_token": token_for(browser, app)})
        else:
            clock.forward(days=8)
            with cast.ines.works() as work:
                forget_old(work)
        with everything(context) as work:
            assert work.session.query(SavedSubmission).count() == 0


def test_a_form_of_an_unknown_page_is_not_stored(app: Flask, context: AppContext, cast: Cast) -> None:
    stranger = cast.anonymous()
    stranger.post(FORM, data=TYPED | {"csrf_token": token_for(stranger, app)})
    stranger.post(FORM, data=TYPED | {"csrf_token": "x"})
    stranger.post(FORM, data=TYPED)

    with everything(context) as work:
        assert work.session.query(SavedSubmission).count() == 0


def test_a_password_is_never_stored(app: Flask, context: AppContext, cast: Cast, clock: FixedClock) -> None:
    browser = cast.sana.logs_in()
    token = page_token(app, browser)
    clock.forward(hours=1)

    browser.post("/account/password", data={"current_password": "x", "password": "y", "csrf_token": token})

    with everything(context) as work:
        assert work.session.query(SavedSubmission).count() == 0


def test_a_hundred_forms_sent_too_late_are_all_given_back(
    app: Flask, context: AppContext, cast: Cast, clock: FixedClock
) -> None:
    given_back = 0
    for _ in range(10):
        clock.forward(days=1)
        browser = cast.sana.logs_in()
        token = page_token(app, browser)
        clock.forward(hours=1)
        for number in range(10):
            answer = browser.post(
                f"/forms/{number}/section/a", data={"text": f"paragraph {number}", "csrf_token": token}
            )
            assert answer.location == "/login/"
            again = cast.sana.browser()
            with browser.session_transaction() as cookie, again.session_transaction() as theirs:
                theirs["saved_submission"] = cookie["saved_submission"]
            given_back += f"paragraph {number}" in again.get("/kept/").text

    assert given_back == 100
