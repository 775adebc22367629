"""Logging in as people do: the pages, what they say, and where they lead."""

import re
from dataclasses import replace

import pytest
from flask import Flask

from app.core.clock import FixedClock
from app.core.unit_of_work import AppContext
from app.models import LogInSession, Person
from tests.browser import post_with_token
from tests.cast import PASSWORD, Cast, everything, mail_codes


@pytest.fixture(autouse=True)
def empty_mailbox(context: AppContext) -> None:
    for left in context.notification_service.settings.mail_dir.glob("*.eml"):
        left.unlink()


def test_ann_logs_in_with_her_password_and_the_code_from_her_mail(
    app: Flask, context: AppContext, cast: Cast
) -> None:
    browser = cast.ann.logs_in()

    assert browser.get("/account/").status_code == 200
    with everything(context) as work:
        person = work.get(Person, cast.ann.id)
        assert (person.login_count, person.last_login) == (1, context.clock.now())


def test_the_log_in_page_asks_for_what_the_council_calls_it(cast: Cast) -> None:
    page = cast.anonymous().get("/login/").text

    assert "<h1" in page and "Log in" in page and page.count("<h1") == 1
    assert 'autocomplete="username"' in page and 'autocomplete="current-password"' in page


def test_the_code_page_takes_one_pasted_code(cast: Cast) -> None:
    page = cast.ann.half_way().get("/login/code").text

    assert "Check your email" in page and "Verify" in page and "Send a new code" in page
    assert 'autocomplete="one-time-code"' in page and 'inputmode="numeric"' in page
    assert not re.search(r"<input[^>]*maxlength", page), "a pasted code with spaces must fit"


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"email": "", "password": ""}, "Enter your email address"),
        ({"email": "a@b.sch.example", "password": ""}, "Enter your password"),
    ],
)
def test_an_empty_box_is_named(app: Flask, cast: Cast, given: dict[str, str], says: str) -> None:
    answer = post_with_token(cast.anonymous(), app, "/login/", given)

    assert answer.status_code == 422
    assert says in answer.text and "<title>Error:" in answer.text


def test_a_wrong_password_and_an_unknown_address_get_the_same_answer(app: Flask, cast: Cast) -> None:
    def answer(email: str) -> str:
        got = post_with_token(
            cast.anonymous(), app, "/login/", {"email": email, "password": "not-her-password"}
        )
        assert got.status_code == 401
        return re.sub(r'(value|content|nonce)="[^"]*"', "", got.text)

    assert answer(cast.ann.email) == answer("nobody@heatonbeck.sch.example")


def test_capitals_and_spaces_around_the_address_do_not_matter(app: Flask, cast: Cast) -> None:
    answer = post_with_token(
        cast.anonymous(), app, "/login/", {"email": f"  {cast.ann.email.upper()} ", "password": PASSWORD}
    )

    assert answer.location == "/login/code"


def test_a_wrong_code_says_what_to_do_and_the_right_one_still_works(app: Flask, cast: Cast) -> None:
    browser = cast.ann.half_way()
    wrong = "000000" if cast.ann.code() != "000000" else "111111"

    answer = post_with_token(browser, app, "/login/code", {"code": wrong})
    assert answer.status_code == 401 and "newest email" in answer.text and "<title>Error:" in answer.text

    assert post_with_token(browser, app, "/login/code", {"code": cast.ann.code()}).location == "/"


def test_people_land_where_they_were_going(app: Flask, cast: Cast) -> None:
    browser = cast.anonymous()
    asked = browser.get("/account/log-ins")
    assert asked.location == "/login/?next=/account/log-ins"

    cast.ann.half_way(browser, asked.location)
    assert (
        post_with_token(browser, app, "/login/code", {"code": cast.ann.code()}).location == "/account/log-ins"
    )


def test_logging_out_says_so_and_ends_the_log_in(app: Flask, context: AppContext, cast: Cast) -> None:
    browser = cast.ann.logs_in()

    answer = post_with_token(browser, app, "/login/out", {}, follow_redirects=True)

    assert "You have logged out" in answer.text
    assert browser.get("/account/").status_code == 302
    with everything(context) as work:
        assert work.session.query(LogInSession).filter(LogInSession.ended_at.is_(None)).count() == 0


def test_a_script_is_answered_in_json_when_no_one_is_logged_in(cast: Cast) -> None:
    answer = cast.anonymous().get("/account/", headers={"Accept": "application/json"})

    assert answer.status_code == 401 and answer.is_json


def test_staying_logged_in_is_a_sign_of_life(app: Flask, cast: Cast, clock: FixedClock) -> None:
    browser = cast.ann.browser()
    for _ in range(3):
        clock.forward(minutes=20)
        stayed = post_with_token(browser, app, "/login/stay", {}, headers={"Accept": "application/json"})
        assert stayed.get_json() == {"stay": True}

    assert browser.get("/account/").status_code == 200


def test_too_many_tries_is_a_page_that_says_when_to_come_back(app: Flask, cast: Cast) -> None:
    for _ in range(10):
        post_with_token(
            cast.anonymous(), app, "/login/", {"email": cast.ann.email, "password": "wrong-wrong-wrong"}
        )

    answer = post_with_token(
        cast.anonymous(), app, "/login/", {"email": cast.ann.email, "password": PASSWORD}
    )

    assert answer.status_code == 429 and answer.headers["Retry-After"] == "300"
    assert "try again in 5 minutes" in answer.text and "01274 435750" in answer.text


def test_a_code_sent_again_arrives_and_works(app: Flask, context: AppContext, cast: Cast) -> None:
    browser = cast.ann.half_way()

    answer = post_with_token(browser, app, "/login/code/send", {}, follow_redirects=True)

    assert "We have sent you a new security code" in answer.text
    assert len(mail_codes(context, cast.ann.email)) == 2
    assert post_with_token(browser, app, "/login/code", {"code": cast.ann.code()}).location == "/"


def test_the_language_a_person_chose_is_theirs_on_every_browser(
    app: Flask, context: AppContext, cast: Cast
) -> None:
    browser = cast.anonymous()
    browser.get("/language/pl")
    cast.ann.logs_in(browser)

    elsewhere = cast.ann.logs_in()

    assert '<html lang="pl"' in elsewhere.get("/account/").text
    with everything(context) as work:
        assert work.get(Person, cast.ann.id).locale == "pl"


def test_the_demo_offers_its_people_and_fills_in_the_email_address_alone(cast: Cast) -> None:
    page = cast.anonymous().get("/login/").text
    link = re.search(r'href="(/login/\?demo=\d+)">Ann Kowalska</a>', page)

    filled = cast.anonymous().get(link[1]).text if link else ""

    assert re.search(r'<input[^>]*value="ann\.kowalska@eps\.bradford\.example"', filled)
    assert not re.search(r'<input[^>]*type="password"[^>]*value="[^"]', filled)


@pytest.mark.parametrize("number", ["0", "99", "-1", "x", ""])
def test_another_number_fills_in_no_address(cast: Cast, number: str) -> None:
    page = cast.anonymous().get(f"/login/?demo={number}")

    assert page.status_code == 200
    assert not re.search(r'<input[^>]*value="[^"]*@', page.text)


def test_a_live_portal_offers_no_accounts(app: Flask, cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(app.config, "SETTINGS", replace(app.config["SETTINGS"], mode="live"))

    page = cast.anonymous().get("/login/?demo=1").text

    assert "Demo accounts" not in page and "demo=" not in page
    assert not re.search(r'<input[^>]*value="[^"]*@', page)
