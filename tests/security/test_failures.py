"""When something breaks half way through logging in, no one is let in: O42 and O43."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event
from sqlalchemy.exc import OperationalError

from app.core.unit_of_work import AppContext
from app.models import LogInChallenge, LogInSession, OutboxMail, Person
from tests.browser import post_with_token
from tests.cast import PASSWORD, Cast, everything, mail_codes
from tests.security.crowd import dies, place_of


@contextmanager
def the_database_fails_at(context: AppContext, beginning: str) -> Iterator[list[str]]:
    """Every statement that begins like this fails, as it does when a disk is full or a connection breaks."""
    failed: list[str] = []

    def fail(_connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        if statement.startswith(beginning):
            failed.append(statement)
            raise OperationalError(statement, {}, Exception("the disk is full"))

    event.listen(context.database.engine, "before_cursor_execute", fail)
    try:
        yield failed
    finally:
        event.remove(context.database.engine, "before_cursor_execute", fail)


def no_one_is_logged_in(context: AppContext) -> bool:
    with everything(context) as work:
        person = work.session.query(Person).filter(Person.last_login.is_not(None)).count()
        return work.session.query(LogInSession).count() == 0 and person == 0


@pytest.mark.parametrize(
    "beginning",
    ["INSERT INTO throttle", "SELECT max(throttle", "INSERT INTO log_in_challenge", "INSERT INTO outbox"],
)
def test_O42_a_failure_at_the_password_lets_no_one_in(
    app: Flask, context: AppContext, cast: Cast, beginning: str
) -> None:
    browser = cast.anonymous()
    with the_database_fails_at(context, beginning) as failed:
        answer = post_with_token(browser, app, "/login/", {"email": cast.ann.email, "password": PASSWORD})

    assert failed and answer.status_code == 503 and "disk" not in answer.text
    assert no_one_is_logged_in(context) and browser.get("/account/").status_code == 302
    with everything(context) as work:
        assert (work.session.query(LogInChallenge).count(), work.session.query(OutboxMail).count()) == (0, 0)
    cast.ann.logs_in(browser)


@pytest.mark.parametrize(
    "beginning",
    ["UPDATE log_in_challenge", "INSERT INTO log_in_session", "UPDATE ab_user", "INSERT INTO audit"],
)
def test_O42_a_failure_at_the_code_lets_no_one_in(
    app: Flask, context: AppContext, cast: Cast, beginning: str
) -> None:
    browser = cast.ann.half_way()
    with the_database_fails_at(context, beginning) as failed:
        answer = post_with_token(browser, app, "/login/code", {"code": cast.ann.code()})

    assert failed and answer.status_code == 503
    assert no_one_is_logged_in(context) and browser.get("/account/").status_code == 302
    cast.ann.logs_in(browser)


def test_O42_a_failure_to_mail_the_code_lets_no_one_in_and_the_mail_goes_later(
    app: Flask, context: AppContext, cast: Cast
) -> None:
    folder: Path = context.notification_service.settings.mail_dir
    aside = folder.rename(folder.with_name("mail-aside"))
    folder.write_text("this is not a folder")
    try:
        browser = cast.ann.half_way()
        assert "Check your email" in browser.get("/login/code").text and no_one_is_logged_in(context)
    finally:
        folder.unlink()
        aside.rename(folder)
    with everything(context) as work:
        assert work.session.query(OutboxMail).one().sent_at is None

    assert mail_codes(context, cast.ann.email) == []
    context.clock.forward(minutes=2)  # type: ignore[attr-defined]
    context.notification_service.deliver_due()
    assert post_with_token(browser, app, "/login/code", {"code": cast.ann.code()}).location == "/"


def test_O43_a_process_killed_after_the_right_code_lets_no_one_in(
    app: Flask, context: AppContext, cast: Cast
) -> None:
    browser = cast.ann.half_way()
    with browser.session_transaction() as cookie:
        secret = cookie["challenge"]
    code = cast.ann.code()

    assert dies(place_of(context), "burn_and_die", (secret, code)) == -9

    assert no_one_is_logged_in(context)
    assert post_with_token(browser, app, "/login/code", {"code": code}).location == "/login/", (
        "the code is burnt"
    )
    cast.ann.logs_in(browser)
