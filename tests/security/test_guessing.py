"""Guessing passwords and flooding mailboxes: O17 to O23."""

import hmac
import re
import statistics
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

import pytest
from argon2 import PasswordHasher
from flask import Flask
from flask.testing import FlaskClient

from app.accounts.passwords import passwords_of
from app.accounts.second_step import WrongCode, verify
from app.core.clock import FixedClock
from app.core.unit_of_work import AppContext
from app.models import LogInSession, Person
from tests.browser import post_with_token
from tests.cast import PASSWORD, Cast, everything, mail_codes
from tests.security.crowd import Place, all_at_once, anonymous_work, give_password, place_of
from tests.statements import counted

UNKNOWN = "nobody@heatonbeck.sch.example"
SPREAD = 0.10


def tries(
    app: Flask, browser: FlaskClient, email: str, password: str = "wrong-wrong-wrong", **how: object
) -> Any:
    return post_with_token(browser, app, "/login/", {"email": email, "password": password}, **how)


@contextmanager
def calls_of(owner: Any, name: str) -> Iterator[list[Any]]:
    """Note what each call of this function is given, and call it."""
    noted: list[Any] = []
    real = getattr(owner, name)

    def call(*given: Any) -> Any:
        noted.append(given)
        return real(*given)

    with patch.object(owner, name, call):
        yield noted


def test_O17_an_unknown_address_costs_as_much_work_as_a_known_one(
    context: AppContext, cast: Cast, clock: FixedClock
) -> None:
    """The work is counted here; test_O17_an_answer_takes_as_long_for_an_unknown_address measures the time."""
    with everything(context) as work:
        work.get(Person, cast.bob.id).active = False
    costs = {}

    for email in (cast.ann.email, UNKNOWN, cast.bob.email):
        clock.forward(minutes=6)
        with calls_of(PasswordHasher, "verify") as verified, counted(context) as statements:
            assert give_password(context, email, "wrong-wrong-wrong") == "wrong"
        costs[email] = len(verified), len(statements)

    assert len(set(costs.values())) == 1, costs
    assert costs[UNKNOWN][0] == 1, "one hash is checked, a dummy one for an unknown address"


def test_O17_a_code_is_compared_in_constant_time_wherever_it_is_wrong(
    context: AppContext, cast: Cast, clock: FixedClock
) -> None:
    costs = {}
    for place in (0, 5):
        clock.forward(days=1, minutes=1)
        browser = cast.ann.half_way()
        with browser.session_transaction() as cookie:
            secret = cookie["challenge"]
        code = cast.ann.code()
        guess = f"{code[:place]}{(int(code[place]) + 1) % 10}{code[place + 1 :]}"
        with (
            calls_of(hmac, "compare_digest") as compared,
            counted(context) as statements,
            pytest.raises(WrongCode),
        ):
            verify(anonymous_work(context), secret, guess)
        lengths = [tuple(len(text) for text in pair) for pair in compared]
        costs[place] = lengths, len(statements)

    assert costs[0] == costs[5]
    assert costs[0][0], "codes are compared by hmac.compare_digest"


@pytest.mark.slow
def test_O17_an_answer_takes_as_long_for_an_unknown_address(
    context: AppContext, cast: Cast, clock: FixedClock
) -> None:
    with everything(context) as work:
        for actor in (cast.ann, cast.bob):
            work.get(Person, actor.id).password = passwords_of(context).hash(PASSWORD)
        work.get(Person, cast.bob.id).active = False
    asked = {"known": cast.ann.email, "unknown": UNKNOWN, "closed": cast.bob.email}
    took: dict[str, list[float]] = {kind: [] for kind in asked}

    for _ in range(4):  # a busy machine gets more samples, never a wider margin
        for _ in range(50):
            clock.forward(minutes=6)
            for kind, email in asked.items():
                began = time.perf_counter()
                assert give_password(context, email, "wrong-wrong-wrong") == "wrong"
                took[kind].append(time.perf_counter() - began)
        medians = {kind: statistics.median(times) for kind, times in took.items()}
        if max(medians.values()) <= min(medians.values()) * (1 + SPREAD):
            return
    pytest.fail(f"the time taken tells who has an account: {medians}")


@pytest.mark.slow
def test_O17_a_code_wrong_at_its_end_takes_as_long_as_one_wrong_at_its_start(
    context: AppContext, cast: Cast, clock: FixedClock
) -> None:
    took: dict[str, list[float]] = {"start": [], "end": []}
    for _ in range(4):
        for number in range(16):
            clock.forward(days=1, minutes=1)
            browser = cast.ann.half_way()
            with browser.session_transaction() as cookie:
                secret = cookie["challenge"]
            code = cast.ann.code()
            guesses = [
                ("start", f"{(int(code[0]) + 1) % 10}{code[1:]}"),
                ("end", f"{code[:-1]}{(int(code[-1]) + 1) % 10}"),
            ]
            # Whichever comes first pays for a cold cache, so each comes first as often.
            for kind, guess in (guesses + guesses[::-1]) if number % 2 else (guesses[::-1] + guesses):
                began = time.perf_counter()
                with pytest.raises(WrongCode):
                    verify(anonymous_work(context), secret, guess)
                took[kind].append(time.perf_counter() - began)
        first, last = statistics.median(took["start"]), statistics.median(took["end"])
        if max(first, last) <= min(first, last) * (1 + SPREAD):
            return
    pytest.fail(f"the time taken tells how much of a code was right: {first} {last}")


def test_O18_the_log_in_page_answers_known_unknown_and_closed_accounts_alike(
    app: Flask, context: AppContext, cast: Cast
) -> None:
    with everything(context) as work:
        work.get(Person, cast.bob.id).active = False

    def answer(email: str) -> tuple[int, str, str | None]:
        got = tries(app, cast.anonymous(), email)
        bare = re.sub(r'(value|content|nonce)="[^"]*"', "", got.text)
        return got.status_code, bare, got.location

    assert answer(cast.ann.email) == answer(UNKNOWN) == answer(cast.bob.email)


@pytest.mark.parametrize("path", ["/forgotten/"])
def test_O18_asking_for_a_new_password_tells_nothing(
    app: Flask, context: AppContext, cast: Cast, path: str
) -> None:
    answers = set()
    for email in (cast.ann.email, UNKNOWN):
        before = waiting_mail(context)
        got = post_with_token(cast.anonymous(), app, path, {"email": email})
        answers.add((got.status_code, got.location, waiting_mail(context) - before))

    assert answers == {(302, "/forgotten/sent", 1)}, "the same answer, and one mail in either case"


def waiting_mail(context: AppContext) -> int:
    from app.models import OutboxMail

    with everything(context) as work:
        return work.session.query(OutboxMail).count()


def test_O18_ten_tries_are_too_many_for_nobodys_address_too(app: Flask, cast: Cast) -> None:
    statuses = [tries(app, cast.anonymous(), UNKNOWN).status_code for _ in range(11)]

    assert statuses == [401] * 10 + [429]


def test_O19_three_codes_a_quarter_of_an_hour_and_ten_a_day(
    app: Flask, context: AppContext, cast: Cast, clock: FixedClock
) -> None:
    browser = cast.ann.half_way()
    statuses = [post_with_token(browser, app, "/login/code/send", {}) for _ in range(5)]

    assert [answer.status_code for answer in statuses] == [302, 302, 429, 429, 429]
    assert int(statuses[-1].headers["Retry-After"]) == 900
    assert len(mail_codes(context, cast.ann.email)) == 3

    for _ in range(20):
        clock.forward(minutes=15)
        tries(app, cast.anonymous(), cast.ann.email, PASSWORD)
    assert len(mail_codes(context, cast.ann.email)) == 10

    cast.bob.logs_in()  # no one else is affected


def test_O19_a_flood_from_one_address_stops_at_thirty_wrong_passwords(app: Flask, cast: Cast) -> None:
    emails = [f"somebody{number}@heatonbeck.sch.example" for number in range(20)]

    statuses = [tries(app, cast.anonymous(), emails[number % 20]).status_code for number in range(100)]

    assert statuses.count(401) == 30 and statuses.count(429) == 70
    elsewhere = {"environ_base": {"REMOTE_ADDR": "198.51.100.7"}}
    assert tries(app, cast.anonymous(), cast.ann.email, PASSWORD, **elsewhere).location == "/login/code"


def test_O20_a_stranger_cannot_lock_a_person_out(app: Flask, cast: Cast, clock: FixedClock) -> None:
    ann = cast.ann.logs_in()
    post_with_token(ann, app, "/login/out", {})
    for _ in range(100):
        tries(app, cast.anonymous(), cast.ann.email)

    assert tries(app, cast.anonymous(), cast.ann.email, PASSWORD).status_code == 429
    cast.ann.logs_in(ann)  # her own device is counted apart

    clock.forward(minutes=15)
    assert tries(app, cast.anonymous(), cast.ann.email, PASSWORD).location == "/login/code", (
        "and never for long"
    )


def test_O20_a_known_device_is_known_for_one_person_and_cannot_guess_without_end(
    app: Flask, cast: Cast
) -> None:
    ann = cast.ann.logs_in()
    post_with_token(ann, app, "/login/out", {})

    assert [tries(app, ann, cast.ann.email).status_code for _ in range(11)] == [401] * 10 + [429]
    assert [tries(app, ann, cast.bob.email).status_code for _ in range(11)] == [401] * 10 + [429]
    assert tries(app, cast.anonymous(), cast.bob.email, PASSWORD).status_code == 429, (
        "Bob's count is everybody's"
    )


@pytest.mark.parametrize(
    "forged",
    ["", "{0}.1.ab", "{0}.{1}.ffff.00", "..." * 9, "é.é.é.é", "{0}.{1}.x." + "0" * 64, "{0}.{1}.x."],
)
def test_O20_a_forged_device_is_a_strangers(app: Flask, cast: Cast, clock: FixedClock, forged: str) -> None:
    """Once strangers have tired the account out, only a device that is really known still gets a try."""
    browser, known = cast.anonymous(), cast.ann.logs_in()
    post_with_token(known, app, "/login/out", {})
    browser.set_cookie("device", forged.format(cast.ann.id, clock.today().toordinal()))

    stranger = cast.anonymous()
    assert [tries(app, stranger, cast.ann.email).status_code for _ in range(11)] == [401] * 10 + [429]
    assert tries(app, browser, cast.ann.email).status_code == 429
    assert tries(app, known, cast.ann.email).status_code == 401


def test_O21_a_made_up_forwarding_header_is_ignored(app: Flask, cast: Cast) -> None:
    statuses = [
        tries(
            app,
            cast.anonymous(),
            f"somebody{number}@heatonbeck.sch.example",
            headers={"X-Forwarded-For": f"203.0.113.{number}", "X-Real-IP": f"203.0.113.{number}"},
        ).status_code
        for number in range(35)
    ]

    assert statuses == [401] * 30 + [429] * 5


def test_O22_the_limits_hold_when_redis_is_down(context: AppContext, cast: Cast) -> None:
    at = place_of(context)
    without = Place(at.data_dir, at.database_url, at.now, redis_url="redis://127.0.0.1:1/0")

    results = all_at_once(without, "give_password", [(cast.ann.email, "wrong-wrong-wrong")] * 12, processes=1)

    assert sorted(results) == ["too many"] * 2 + ["wrong"] * 10


def test_O23_processes_share_one_count(context: AppContext, cast: Cast) -> None:
    results = all_at_once(
        place_of(context), "give_password", [(cast.ann.email, "wrong-wrong-wrong")] * 24, processes=4
    )

    assert results.count("wrong") == 10 and results.count("too many") == 14


def test_a_right_password_costs_no_try(
    app: Flask, context: AppContext, cast: Cast, clock: FixedClock
) -> None:
    for _ in range(9):
        tries(app, cast.anonymous(), cast.ann.email)
    assert tries(app, cast.anonymous(), cast.ann.email, PASSWORD).location == "/login/code"
    assert tries(app, cast.anonymous(), cast.ann.email).status_code == 401
    assert tries(app, cast.anonymous(), cast.ann.email, PASSWORD).status_code == 429
    with everything(context) as work:
        assert work.session.query(LogInSession).count() == 0
