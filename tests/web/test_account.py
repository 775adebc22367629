"""One's own account: details, password, where one is logged in, and the authenticator app."""

import re
from typing import Any

import pyotp
import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.accounts import own_account
from app.core.clock import FixedClock
from app.core.errors import Forbidden
from app.core.unit_of_work import AppContext
from app.models import LogInSession, Person
from tests.browser import post_with_token
from tests.cast import PASSWORD, Actor, Cast, everything
from tests.mailbox import Mailbox

NEW = "copper kettle ferry lantern"


@pytest.fixture
def mailbox(context: AppContext) -> Mailbox:
    return Mailbox(context)


@pytest.fixture(autouse=True)
def empty_mailbox(mailbox: Mailbox) -> None:
    """No mail of the test before."""


def test_ann_sees_her_own_details(cast: Cast) -> None:
    page = cast.ann.browser().get("/account/").text

    assert "Educational psychologist" in page and "Changed on 23 November 2026" in page
    assert (
        "Ann Kowalska" in page and "Bradford Educational Psychology Team" in page and cast.ann.email in page
    )
    assert page.count("<h1") == 1


def change(app: Flask, browser: FlaskClient, new: str) -> Any:
    return post_with_token(browser, app, "/account/password", {"password": new})


def test_a_new_password_logs_out_everywhere_else_and_tells_the_owner(
    app: Flask, cast: Cast, mailbox: Mailbox
) -> None:
    here, elsewhere = cast.ann.browser(), cast.ann.browser()

    assert change(app, here, NEW).location == "/account/"

    assert here.get("/account/").status_code == 200
    assert elsewhere.get("/account/").status_code == 302
    assert "password" in str(mailbox.last(cast.ann.email)["Subject"]).lower()
    old = post_with_token(cast.anonymous(), app, "/login/", {"email": cast.ann.email, "password": PASSWORD})
    new = post_with_token(cast.anonymous(), app, "/login/", {"email": cast.ann.email, "password": NEW})
    assert (old.status_code, new.location) == (401, "/login/code")


@pytest.mark.parametrize(
    ("new", "says"),
    [
        (PASSWORD, "different from your current one"),
        ("short", "12 characters or more"),
        ("Kowalska2026!", "your name"),
        ("password1234", "harder to guess"),
        ("", "Enter a password"),
    ],
)
def test_a_password_that_will_not_do_is_refused_with_the_reason(
    app: Flask, cast: Cast, new: str, says: str
) -> None:
    answer = change(app, cast.ann.browser(), new)

    assert answer.status_code == 422 and says in answer.text and "<title>Error:" in answer.text
    assert new == "" or f'value="{new}"' not in answer.text


def test_the_current_password_cannot_be_guessed_from_a_log_in_left_open(app: Flask, cast: Cast) -> None:
    browser = cast.ann.browser(proved=False)
    for _ in range(10):
        assert post_with_token(browser, app, "/account/prove", {"password": "wrong"}).status_code == 422

    assert post_with_token(browser, app, "/account/prove", {"password": PASSWORD}).status_code == 429


def test_where_i_am_logged_in_is_listed_and_one_can_be_ended(
    app: Flask, context: AppContext, cast: Cast
) -> None:
    here, there = cast.ann.browser(), cast.ann.browser()
    page = here.get("/account/log-ins").text
    assert page.count("Last used") == 2 and page.count("(this device)") == 1
    other = re.search(r"/account/log-ins/(\d+)/end", page)
    assert other

    post_with_token(here, app, other[0], {})

    assert (here.get("/account/").status_code, there.get("/account/").status_code) == (200, 302)


def test_no_one_ends_another_persons_log_in(app: Flask, context: AppContext, cast: Cast) -> None:
    anns = cast.ann.browser()
    with everything(context) as work:
        row = work.session.query(LogInSession).filter_by(person_id=cast.ann.id).one()

    answer = post_with_token(cast.bob.browser(), app, f"/account/log-ins/{row.id}/end", {})

    assert answer.status_code == 404 and anns.get("/account/").status_code == 200


def test_log_out_everywhere_ends_this_one_too(app: Flask, cast: Cast) -> None:
    browsers = [cast.ann.browser() for _ in range(3)]
    bob = cast.bob.browser()

    answer = post_with_token(browsers[0], app, "/account/log-ins/end", {})

    assert answer.location == "/login/" and "Clear-Site-Data" in answer.headers
    assert [browser.get("/account/").status_code for browser in browsers] == [302, 302, 302]
    assert bob.get("/account/").status_code == 200


# --- the authenticator app ------------------------------------------------------------------------


def shown_key(page: str) -> str:
    found = re.search(r"<strong>([A-Z2-7 ]{32,})</strong>", page)
    assert found
    return found[1].replace(" ", "")


def app_shows(key: str, clock: FixedClock, later: int = 0) -> str:
    from datetime import UTC

    return pyotp.TOTP(key).at(int(clock.now().replace(tzinfo=UTC).timestamp()) + later)


def adds_app(app: Flask, actor: Actor, clock: FixedClock) -> tuple[FlaskClient, str]:
    browser = actor.browser()
    page = browser.get("/account/authenticator").text
    assert "data:image/svg+xml;base64," in page
    key = shown_key(page)
    answer = post_with_token(browser, app, "/account/authenticator", {"code": app_shows(key, clock)})
    assert answer.location == "/account/"
    return browser, key


def test_an_officer_adds_an_app_and_logs_in_with_it(
    app: Flask, context: AppContext, cast: Cast, clock: FixedClock, mailbox: Mailbox
) -> None:
    _, key = adds_app(app, cast.olu, clock)
    assert len(mailbox.to(cast.olu.email)) == 1, "the owner is told"
    clock.forward(minutes=1)

    browser = cast.olu.half_way()
    assert "Enter the code from your app" in browser.get("/login/code").text
    assert len(mailbox.to(cast.olu.email)) == 1, "no code is mailed"
    answer = post_with_token(browser, app, "/login/code", {"code": app_shows(key, clock)})

    assert answer.location == "/"
    with everything(context) as work:
        assert key not in str(work.get(Person, cast.olu.id).totp_secret)
        newest = work.session.query(LogInSession).order_by(LogInSession.id.desc()).first()
        assert newest and newest.second_step == "app"
    listed = browser.get("/account/log-ins").text
    assert listed.count("Second step") == 2, "how each log-in was proved is for its owner to see"
    steps = re.findall(r">\s*(Authenticator app|Email)\s*<", listed)
    assert sorted(steps) == ["Authenticator app", "Email"]


def test_each_app_code_works_once(app: Flask, cast: Cast, clock: FixedClock) -> None:
    _, key = adds_app(app, cast.olu, clock)
    used = app_shows(key, clock)

    again = post_with_token(cast.olu.half_way(), app, "/login/code", {"code": used})
    assert again.status_code == 401, "the code that added the app is used up"

    clock.forward(seconds=30)
    first = post_with_token(cast.olu.half_way(), app, "/login/code", {"code": app_shows(key, clock)})
    second = post_with_token(cast.olu.half_way(), app, "/login/code", {"code": app_shows(key, clock)})
    assert (first.location, second.status_code) == ("/", 401)


def test_a12_an_account_with_an_app_cannot_fall_back_to_an_emailed_code(
    app: Flask, context: AppContext, cast: Cast, clock: FixedClock, mailbox: Mailbox
) -> None:
    adds_app(app, cast.olu, clock)
    browser = cast.olu.half_way()
    page = browser.get("/login/code").text
    assert "code/send" not in page and "ask an administrator" in page and "01274 435750" in page
    before = len(mailbox.to(cast.olu.email))

    answer = post_with_token(browser, app, "/login/code/send", {})

    assert answer.location == "/login/"
    assert len(mailbox.to(cast.olu.email)) == before, "no code is mailed"


def test_a_wrong_code_adds_no_app(app: Flask, context: AppContext, cast: Cast, clock: FixedClock) -> None:
    browser = cast.olu.browser()
    key = shown_key(browser.get("/account/authenticator").text)

    answer = post_with_token(browser, app, "/account/authenticator", {"code": app_shows(key, clock, 600)})

    assert answer.status_code == 422 and shown_key(answer.text) == key
    with everything(context) as work:
        assert work.get(Person, cast.olu.id).totp_secret is None


def test_a1_changing_the_app_asks_for_password_and_code_again(
    app: Flask, context: AppContext, cast: Cast, clock: FixedClock
) -> None:
    browser, key = adds_app(app, cast.olu, clock)
    clock.forward(minutes=11)

    for how in (browser.get, lambda path: post_with_token(browser, app, path, {})):
        assert how("/account/authenticator").location == "/account/prove"
    wrong = post_with_token(browser, app, "/account/prove", {"password": "wrong-wrong-wrong"})
    assert wrong.status_code == 422
    assert (
        post_with_token(browser, app, "/account/prove", {"password": PASSWORD}).location
        == "/account/prove/code"
    )
    proved = post_with_token(browser, app, "/account/prove/code", {"code": app_shows(key, clock)})
    assert proved.location == "/account/authenticator"

    newer = shown_key(browser.get("/account/authenticator").text)
    changed = post_with_token(browser, app, "/account/authenticator", {"code": app_shows(newer, clock)})
    assert changed.location == "/account/" and newer != key
    clock.forward(minutes=1)
    half = cast.olu.half_way()
    assert post_with_token(half, app, "/login/code", {"code": app_shows(key, clock)}).status_code == 401
    assert post_with_token(half, app, "/login/code", {"code": app_shows(newer, clock)}).location == "/"


def test_a12_the_team_and_administrators_do_not_remove_their_app_themselves(
    app: Flask, context: AppContext, cast: Cast, clock: FixedClock
) -> None:
    for actor in (cast.olu, cast.ines):
        browser, _ = adds_app(app, actor, clock)
        assert "authenticator/remove" not in browser.get("/account/").text
        answer = post_with_token(browser, app, "/account/authenticator/remove", {})
        assert answer.location == "/account/"
        with actor.works() as work, pytest.raises(Forbidden):
            own_account.remove_app(work, 1)
        with everything(context) as work:
            assert work.get(Person, actor.id).totp_secret is not None


def test_a_challenge_to_prove_oneself_does_not_log_in(app: Flask, cast: Cast, clock: FixedClock) -> None:
    browser = cast.ann.browser()
    clock.forward(minutes=11)
    post_with_token(browser, app, "/account/prove", {"password": PASSWORD})
    with browser.session_transaction() as cookie:
        secret = cookie["proof"]
    stranger = cast.anonymous()
    with stranger.session_transaction() as cookie:
        cookie["challenge"] = secret

    assert post_with_token(stranger, app, "/login/code", {"code": cast.ann.code()}).location == "/login/"
    assert stranger.get("/account/").status_code == 302


def test_professionals_are_not_offered_an_app(cast: Cast) -> None:
    browser = cast.ann.browser()

    assert "authenticator" not in browser.get("/account/").text
    assert browser.get("/account/authenticator").location == "/account/"
