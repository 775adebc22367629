"""Issue 9: tries that good log-ins give back (B1), networks and app codes (A10)."""

from datetime import UTC

import pyotp
import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.accounts.second_step import encrypt_secret
from app.core.clock import FixedClock
from app.core.networks import network_of
from app.core.try_limits import WRONG_APP_CODES_A_DAY
from app.core.unit_of_work import AppContext
from app.models import Person
from tests.browser import post_with_token
from tests.cast import PASSWORD, Cast, everything


def logs_in_and_out(app: Flask, cast: Cast, browser: FlaskClient) -> None:
    post_with_token(cast.ann.logs_in(browser), app, "/login/out", {})


def test_B1_twelve_good_log_ins_in_a_row_are_all_let_in(app: Flask, cast: Cast) -> None:
    for _ in range(6):
        logs_in_and_out(app, cast, cast.anonymous())
    known = cast.anonymous()
    for _ in range(6):
        logs_in_and_out(app, cast, known)


def test_B1_a_log_in_gives_back_only_what_it_took(app: Flask, cast: Cast) -> None:
    """A person who has the password and asks for codes without end still comes to one."""
    for _ in range(2):
        cast.ann.half_way()
    cast.ann.logs_in()
    third = cast.ann.half_way()

    answer = post_with_token(third, app, "/login/code/send", {})

    assert answer.status_code == 429


def test_B1_wrong_codes_of_a_log_in_that_succeeds_are_given_back(
    app: Flask, cast: Cast, clock: FixedClock
) -> None:
    for _ in range(6):
        browser = cast.ann.half_way()
        wrong = f"{(int(cast.ann.code()) + 1) % 1_000_000:06}"
        for _ in range(4):
            assert post_with_token(browser, app, "/login/code", {"code": wrong}).status_code == 401
        answer = post_with_token(browser, app, "/login/code", {"code": cast.ann.code()})
        assert answer.location == "/"


def test_B1_proving_oneself_uses_up_no_codes_either(app: Flask, cast: Cast) -> None:
    browser = cast.ann.browser()
    for _ in range(5):
        assert (
            post_with_token(browser, app, "/account/prove", {"password": PASSWORD}).location
            == "/account/prove/code"
        )
        proved = post_with_token(browser, app, "/account/prove/code", {"code": cast.ann.code()})
        assert proved.location == "/account/"


def test_A10_app_codes_have_a_daily_cap(
    app: Flask, context: AppContext, cast: Cast, clock: FixedClock
) -> None:
    key = pyotp.random_base32()
    with everything(context) as work:
        work.get(Person, cast.olu.id).totp_secret = encrypt_secret(work, cast.olu.id, key)
    looked_at = 0
    for _ in range(5):  # an hour or more between them, so that it is not the account's rest that stops them
        for _ in range(2):
            browser = cast.olu.half_way()
            for _ in range(5):
                code = f"{(int(shown(key, clock)) + 1) % 1_000_000:06}"
                answer = post_with_token(browser, app, "/login/code", {"code": code})
                looked_at += answer.status_code == 401
        clock.forward(minutes=61)
    assert looked_at == WRONG_APP_CODES_A_DAY.most == 50

    browser = cast.olu.half_way()
    answer = post_with_token(browser, app, "/login/code", {"code": shown(key, clock)})
    assert answer.status_code == 429 and int(answer.headers["Retry-After"]) > 3600

    clock.forward(days=1)
    browser = cast.olu.half_way()
    assert post_with_token(browser, app, "/login/code", {"code": shown(key, clock)}).location == "/"


def shown(key: str, clock: FixedClock) -> str:
    return pyotp.TOTP(key).at(int(clock.now().replace(tzinfo=UTC).timestamp()))


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("2001:db8:1:2:a::1", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff:ffff:ffff:ffff", "2001:db8:1:2::/64"),
        ("2001:db8:1:3::1", "2001:db8:1:3::/64"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        ("fe80::1%eth0", "fe80::/64"),
        ("", ""),
        ("unix:", "unix:"),
    ],
)
def test_A10_an_address_counts_as_its_network(address: str, network: str) -> None:
    assert network_of(address) == network


def test_A10_another_ipv6_address_of_the_same_network_starts_no_new_count(app: Flask, cast: Cast) -> None:
    statuses = [
        post_with_token(
            cast.anonymous(),
            app,
            "/login/",
            {"email": f"somebody{number}@heatonbeck.sch.example", "password": "wrong-wrong-wrong"},
            environ_overrides={"REMOTE_ADDR": f"2001:db8:1:2::{number:x}"},
        ).status_code
        for number in range(35)
    ]

    assert statuses == [401] * 30 + [429] * 5
