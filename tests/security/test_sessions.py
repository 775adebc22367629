"""Staying logged in, and not: O04 to O06, O24 to O27, O37, O38, O47 and O48."""

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_login import encode_cookie
from sqlalchemy import update

from app.accounts import accounts
from app.core.clock import FixedClock
from app.core.roles import Role
from app.core.unit_of_work import AppContext
from app.models import ChildLink, LogInSession, Person
from tests.browser import post_with_token
from tests.cast import PASSWORD, Cast, everything
from tests.make import Maker

PAGE = "/account/"


def is_in(browser: FlaskClient) -> bool:
    return browser.get(PAGE).status_code == 200


def carried(browser: FlaskClient) -> str:
    cookie = browser.get_cookie("sid")
    assert cookie is not None
    return cookie.value


def with_cookie(app: Flask, value: str) -> FlaskClient:
    browser = app.test_client()
    browser.set_cookie("sid", value)
    return browser


def test_O04_a_cookie_that_names_a_person_but_no_log_in_is_nobodys(app: Flask, cast: Cast) -> None:
    browser = cast.anonymous()
    with browser.session_transaction() as cookie:
        cookie.update({"_user_id": str(cast.ann.id), "_fresh": True, "user_id": cast.ann.id})

    assert not is_in(browser)


def test_O04_a_remember_me_cookie_is_refused(app: Flask, cast: Cast) -> None:
    browser = cast.anonymous()
    with app.test_request_context():
        browser.set_cookie("remember_token", encode_cookie(str(cast.ann.id)))

    assert not is_in(browser)


def test_O05_a_cookie_from_before_the_code_is_worth_nothing_after_it(app: Flask, cast: Cast) -> None:
    browser = cast.anonymous()
    browser.get("/login/")
    before = [carried(browser)]
    cast.ann.half_way(browser)
    before.append(carried(browser))
    post_with_token(browser, app, "/login/code", {"code": cast.ann.code()})

    assert is_in(browser)
    assert [is_in(with_cookie(app, value)) for value in before] == [False, False]


def test_O06_numbers_and_form_tokens_are_new_after_logging_in(app: Flask, cast: Cast) -> None:
    browser = cast.anonymous()
    browser.get("/login/")
    seen: list[dict[str, object]] = []
    for step in (lambda: cast.ann.half_way(browser), lambda: cast.ann.logs_in(browser)):
        with browser.session_transaction() as cookie:
            seen.append(dict(cookie))
        step()
    with browser.session_transaction() as cookie:
        seen.append(dict(cookie))

    tokens = [numbers.get("csrf_token") for numbers in seen]
    assert tokens[0] and tokens[2] and len(set(tokens)) == 3
    assert "sid" not in seen[1] and "challenge" not in seen[2] and seen[2]["sid"]


def test_O24_the_browser_stores_nothing_after_logging_out(app: Flask, cast: Cast) -> None:
    browser = cast.ann.logs_in()
    assert browser.get(PAGE).headers["Cache-Control"] == "no-store"

    answer = post_with_token(browser, app, "/login/out", {})

    assert answer.headers["Clear-Site-Data"] == '"cache", "storage"'
    assert answer.headers["Cache-Control"] == "no-store"
    assert browser.get(PAGE).location.startswith("/login/")


def test_O25_a_cookie_from_before_logging_out_is_worth_nothing(app: Flask, cast: Cast) -> None:
    browser = cast.ann.logs_in()
    stored = carried(browser)
    post_with_token(browser, app, "/login/out", {})

    assert not is_in(with_cookie(app, stored))


def test_O26_a_new_password_ends_every_other_log_in(app: Flask, cast: Cast) -> None:
    here, there, half = cast.ann.browser(), cast.ann.logs_in(), cast.ann.half_way()
    code = cast.ann.code()

    changed = post_with_token(here, app, "/account/password", {"password": "copper kettle ferry"})

    assert changed.location == PAGE
    assert (is_in(here), is_in(there)) == (True, False)
    assert post_with_token(half, app, "/login/code", {"code": code}).location == "/login/"


def test_O27_closing_an_account_ends_its_log_ins_at_once(app: Flask, cast: Cast) -> None:
    ann, half = cast.ann.browser(), cast.ann.half_way()
    code = cast.ann.code()
    with cast.ines.works() as work:
        accounts.deactivate(work, cast.ann.id)

    assert not is_in(ann)
    assert post_with_token(half, app, "/login/code", {"code": code}).location == "/login/"
    assert (
        post_with_token(
            cast.anonymous(), app, "/login/", {"email": cast.ann.email, "password": PASSWORD}
        ).status_code
        == 401
    )


def test_O27_opening_it_again_revives_no_old_log_in(app: Flask, cast: Cast) -> None:
    ann = cast.ann.browser()
    with cast.ines.works() as work:
        accounts.deactivate(work, cast.ann.id)
    with cast.ines.works() as work:
        accounts.reactivate(work, cast.ann.id)

    assert not is_in(ann)


def test_O27_a_role_taken_away_counts_from_the_next_click(app: Flask, cast: Cast) -> None:
    mary = cast.mary.browser()
    assert mary.get("/organisations/list/").status_code == 200
    with cast.ines.works() as work:
        accounts.set_roles(work, cast.mary.id, [Role.parent])

    assert mary.get("/organisations/list/").status_code in (403, 404)
    assert is_in(mary)


def test_O27_a_child_unlinked_is_gone_at_the_next_click(
    app: Flask, context: AppContext, cast: Cast, make: Maker
) -> None:
    child = make.child(linked=(cast.ann,))
    ann = cast.ann.browser()
    assert ann.get(f"/children/{child.id}").status_code == 200
    with everything(context) as work:
        work.session.execute(
            update(ChildLink).where(ChildLink.child_id == child.id).values(ended_at=work.now)
        )

    assert ann.get(f"/children/{child.id}").status_code == 404


def test_O37_several_log_ins_are_allowed_listed_and_ended_one_by_one(app: Flask, cast: Cast) -> None:
    browsers = [cast.ann.logs_in() for _ in range(3)]
    assert all(is_in(browser) for browser in browsers)

    page = browsers[0].get("/account/log-ins").text
    others = re.findall(r"/account/log-ins/\d+/end", page)
    assert len(others) == 2
    for other in others:
        post_with_token(browsers[0], app, other, {})

    assert [is_in(browser) for browser in browsers] == [True, False, False]


def test_O37_no_one_ends_or_sees_another_persons_log_in(app: Flask, context: AppContext, cast: Cast) -> None:
    ann, ines = cast.ann.browser(), cast.ines.browser()
    with everything(context) as work:
        number = work.session.query(LogInSession.id).filter_by(person_id=cast.ann.id).scalar()

    assert f"/log-ins/{number}/end" not in ines.get("/account/log-ins").text
    assert post_with_token(ines, app, f"/account/log-ins/{number}/end", {}).status_code == 404
    assert is_in(ann)


def test_O38_half_an_hour_without_input_is_the_end(cast: Cast, clock: FixedClock) -> None:
    used, idle = cast.ann.browser(), cast.bob.browser()
    for _ in range(2):
        clock.forward(minutes=29)
        assert is_in(used)
    clock.forward(minutes=2)

    assert (is_in(used), is_in(idle)) == (True, False)


def test_O38_twelve_hours_are_the_end_however_busy(cast: Cast, clock: FixedClock) -> None:
    browser = cast.ann.browser()
    for _ in range(12 * 3):
        clock.forward(minutes=20)
        assert is_in(browser)
    clock.forward(minutes=1)

    assert not is_in(browser)


def test_O38_a_page_that_asks_by_itself_keeps_no_one_logged_in(
    app: Flask, cast: Cast, clock: FixedClock
) -> None:
    browser = cast.ann.browser()
    for _ in range(2):
        clock.forward(minutes=14)
        assert browser.get(PAGE, headers={"Accept": "application/json"}).status_code == 200
    clock.forward(minutes=3)

    assert not is_in(browser)


@pytest.mark.parametrize(("typing", "still_in"), [(True, True), (False, False)])
def test_O38_saving_by_itself_counts_only_when_something_new_was_typed(
    app: Flask, cast: Cast, make: Maker, clock: FixedClock, typing: bool, still_in: bool
) -> None:
    request = make.request(make.child(linked=(cast.sana,)), cast.sana)
    browser, version = cast.sana.browser(), 0
    for minute in range(0, 60, 10):
        clock.forward(minutes=10)
        given = {"child_views": f"At minute {minute if typing else 0}", "version": version}
        saved = post_with_token(
            browser,
            app,
            f"/forms/{request.id}/section/views/autosave",
            given,
            headers={"Accept": "application/json"},
        )
        version = saved.get_json().get("version", version)

    assert is_in(browser) is still_in


def test_O38_it_is_written_down_at_most_once_a_minute(
    context: AppContext, cast: Cast, clock: FixedClock
) -> None:
    browser = cast.ann.browser()
    opened = clock.now()
    clock.forward(seconds=59)
    is_in(browser)
    with everything(context) as work:
        assert work.session.query(LogInSession).one().seen_at == opened
    clock.forward(seconds=1)
    is_in(browser)
    with everything(context) as work:
        assert work.session.query(LogInSession).one().seen_at == clock.now()


@pytest.mark.parametrize("back", [5, 60])
def test_O14_a_clock_put_back_does_not_lengthen_a_log_in(cast: Cast, clock: FixedClock, back: int) -> None:
    browser = cast.ann.browser()
    clock.forward(minutes=-back)

    assert not is_in(browser)


def test_O47_a_cookie_signed_with_an_older_key_counts_only_with_a_log_in(app: Flask, cast: Cast) -> None:
    browser = cast.ann.logs_in()
    old, app.config["SECRET_KEY"] = (
        app.config["SECRET_KEY"],
        "a new key that has never been used before by anybody",
    )
    app.config["SECRET_KEY_FALLBACKS"] = [old]
    try:
        assert is_in(browser), "changing the key logs nobody out"
        forged = cast.anonymous()
        with forged.session_transaction() as cookie:
            cookie.update({"_user_id": str(cast.ann.id), "sid": "whoever has the key may sign anything"})
        assert not is_in(forged)
    finally:
        app.config["SECRET_KEY"], app.config["SECRET_KEY_FALLBACKS"] = old, []


def test_O48_a_log_in_belongs_to_one_person(cast: Cast) -> None:
    browser = cast.ann.browser()
    with browser.session_transaction() as cookie:
        cookie["_user_id"] = str(cast.olu.id)

    assert not is_in(browser)


def test_the_cookie_holds_random_numbers_and_nothing_about_anyone(app: Flask, cast: Cast) -> None:
    browser = cast.ann.logs_in()
    for path in (PAGE, "/?_flt_0_surname=Shah", "/account/log-ins"):
        browser.get(path)

    with browser.session_transaction() as cookie:
        assert set(cookie) <= {"sid", "csrf_token", "_user_id", "_fresh", "_id", "locale"}
        assert "Shah" not in str(dict(cookie)) and "Ann" not in str(dict(cookie))


def test_the_password_never_reaches_the_database_in_the_clear(context: AppContext, cast: Cast) -> None:
    cast.ann.logs_in()

    with everything(context) as work:
        stored = work.get(Person, cast.ann.id).password
    assert stored and stored.startswith("$argon2id$v=19$m=19456,t=2,p=1$"), (
        "hashed anew with today's settings"
    )
