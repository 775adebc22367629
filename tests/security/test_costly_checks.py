"""Expensive checks have bounded input, few run at once, none in a transaction, and links and networks limit them."""

import threading
from collections.abc import Callable, Iterator

import pytest
import zxcvbn
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from zxcvbn import matching

from app.accounts import passwords
from app.accounts.passwords import PasswordService
from app.accounts.rules import passwords as rules
from app.core import concurrency
from app.core.errors import Busy
from app.core.try_limits import NEW_PASSWORDS, NEW_PASSWORDS_FROM
from app.core.unit_of_work import AppContext
from tests.browser import post_with_token
from tests.cast import PASSWORD, Cast
from tests.mailbox import Mailbox
from tests.make import Maker
from tests.newcomer import CHOSEN
from tests.security.links import Links

COSTLY = "4@8({[<3691!|0$5+7%2" * 6
SIGNS = st.text(alphabet="4@8({[<3691!|0$5+7%2aA-", max_size=rules.LONGEST)


def readings(password: str) -> int:
    """How many combinations of letters zxcvbn compares with its lists."""
    table = matching.relevant_l33t_subtable(password, matching.L33T_TABLE)
    return len(matching.enumerate_l33t_subs(table))


@given(password=SIGNS | st.just(COSTLY) | st.text(max_size=rules.LONGEST))
def test_A4_what_is_rated_is_short_and_has_few_readings(password: str) -> None:
    rated = rules.rated(password)

    assert len(rated) <= rules.RATED_LENGTH
    assert readings(rated) <= 32


def test_A4_the_costly_password_is_good_and_cheap(monkeypatch: pytest.MonkeyPatch) -> None:
    lookups = []
    real = matching.dictionary_match
    monkeypatch.setattr(
        matching, "dictionary_match", lambda *given, **named: lookups.append(1) or real(*given, **named)
    )

    assert rules.problem(COSTLY) is None
    assert len(lookups) < 100


@pytest.mark.parametrize("length", [rules.LONGEST_INPUT + 1, 1_000_000])
def test_A4_long_input_is_refused_before_it_is_normalised(
    length: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rules, "normal", lambda text: pytest.fail("normalised"))

    assert "128 characters or fewer" in str(rules.problem("ﷺ" * length))


def test_A4_words_about_a_person_are_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    assert max(map(len, rules.known_words(["x" * 100_000]))) <= rules.LONGEST_CONTEXT


def test_A4_passwords_are_rated_one_at_a_time_and_waiting_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(concurrency, "WAIT_SECONDS", 0.01)
    begun, end, at_once, most = threading.Event(), threading.Event(), [0], [0]

    def slow(_password: str, _about: object) -> None:
        at_once[0] += 1
        most[0] = max(most[0], at_once[0])
        begun.set()
        end.wait(5)
        at_once[0] -= 1

    monkeypatch.setattr(passwords, "problem", slow)
    first = threading.Thread(target=passwords.check_new_password, args=("a", ()))
    first.start()
    assert begun.wait(5)
    try:
        with pytest.raises(Busy):
            passwords.check_new_password("b", ())
    finally:
        end.set()
        first.join()

    passwords.check_new_password("c", ())
    assert most == [1]


def test_A4_hashes_run_two_at_a_time_and_waiting_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    service = PasswordService(8, 1)
    monkeypatch.setattr(concurrency, "WAIT_SECONDS", 0.01)
    for _ in range(passwords.AT_ONCE):
        assert service._turn.acquire(timeout=1)

    for check in (lambda: service.hash("a"), lambda: service.matches(None, "a")):
        with pytest.raises(Busy):
            check()

    for _ in range(passwords.AT_ONCE):
        service._turn.release()
    assert service.matches(service.hash("a"), "a")


def test_A4_busy_is_answered_with_try_again(app: Flask, cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    def busy(*_given: object) -> None:
        raise Busy

    monkeypatch.setattr(PasswordService, "matches", busy)

    answer = post_with_token(
        cast.anonymous(), app, "/login/", {"email": cast.ann.email, "password": "x" * 12}
    )

    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == str(Busy.retry_after)


@pytest.fixture
def in_transaction(context: AppContext, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[int]]:
    """How many connections were in use each time something expensive was done."""
    in_use: list[int] = []

    def counted(real: Callable[..., object]) -> Callable[..., object]:
        def call(*given: object, **named: object) -> object:
            in_use.append(context.database.engine.pool.checkedout())  # type: ignore[attr-defined]
            return real(*given, **named)

        return call

    monkeypatch.setattr(zxcvbn, "zxcvbn", counted(zxcvbn.zxcvbn))
    monkeypatch.setattr(PasswordService, "hash", counted(PasswordService.hash))
    monkeypatch.setattr(PasswordService, "matches", counted(PasswordService.matches))
    yield in_use


@pytest.fixture
def links(app: Flask, cast: Cast, make: Maker, mailbox: Mailbox) -> Links:
    return Links(app, cast, make, mailbox)


@pytest.mark.parametrize("purpose", ["register", "reset", "invite"])
def test_A4_no_transaction_is_open_while_a_password_is_chosen_through_a_link(
    links: Links, cast: Cast, in_transaction: list[int], purpose: str
) -> None:
    link = getattr(links, purpose)()
    in_transaction.clear()

    answer = post_with_token(cast.anonymous(), links.app, link, {"password": CHOSEN})

    assert answer.status_code == 302
    assert in_transaction == [0, 0], "one rating and one hash, with no connection in use"


def test_A4_no_transaction_is_open_while_a_password_is_changed_or_checked(
    app: Flask, cast: Cast, in_transaction: list[int], mailbox: Mailbox
) -> None:
    cast.olu.half_way()
    browser = cast.ann.browser()
    post_with_token(browser, app, "/account/prove", {"password": PASSWORD})
    changed = post_with_token(browser, app, "/account/password", {"password": CHOSEN})

    assert changed.location == "/account/"
    assert set(in_transaction) == {0} and len(in_transaction) >= 5


@pytest.mark.parametrize("purpose", ["register", "reset", "invite"])
def test_A4_a_link_allows_only_so_many_attempts_at_a_password(
    links: Links, cast: Cast, in_transaction: list[int], purpose: str
) -> None:
    link, browser = getattr(links, purpose)(), cast.anonymous()
    in_transaction.clear()
    for _ in range(NEW_PASSWORDS.most):
        assert post_with_token(browser, links.app, link, {"password": "qwertyuiop123"}).status_code == 422
    rated = len(in_transaction)

    refused = post_with_token(browser, links.app, link, {"password": CHOSEN})

    assert refused.status_code == 429 and int(refused.headers["Retry-After"]) > 0
    assert len(in_transaction) == rated


def test_A4_a_network_allows_only_so_many_attempts_at_a_password(
    links: Links, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        passwords,
        "NEW_PASSWORDS_FROM",
        type(NEW_PASSWORDS_FROM)("new_password_from", 3, NEW_PASSWORDS_FROM.within),
    )
    reset, invite, browser = links.reset(), links.invite(), cast.anonymous()
    for link in (reset, invite, reset):
        assert post_with_token(browser, links.app, link, {"password": "short"}).status_code == 422

    assert post_with_token(browser, links.app, invite, {"password": CHOSEN}).status_code == 429


def test_A4_a_dead_link_starts_no_expensive_check(app: Flask, cast: Cast, in_transaction: list[int]) -> None:
    browser = cast.anonymous()
    for page in ("/forgotten/", "/confirm/"):
        assert post_with_token(browser, app, f"{page}{'x' * 43}", {"password": COSTLY}).status_code == 404

    assert in_transaction == []
