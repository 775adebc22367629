"""OTP_KEY can be changed: codes on their way, counts, known devices and open forms survive it."""

import dataclasses
import secrets
from collections.abc import Callable, Iterator

import pytest
from flask import Flask

from app import create_app
from app.accounts import saved_submissions
from app.accounts.known_device import device_token, known_device
from app.accounts.passwords import account_subject
from app.core import rate_limits
from app.core.errors import TooMany
from app.core.try_limits import COOL_DOWN, PASSWORDS_PER_ACCOUNT, WRONG_CODES
from app.core.unit_of_work import AppContext, unit_of_work
from tests.browser import post_with_token
from tests.cast import Cast

NEW = secrets.token_hex(32)
Keyed = Callable[..., Flask]


@pytest.fixture
def keyed(context: AppContext) -> Iterator[Keyed]:
    """The same portal, started with these keys: keyed(NEW, old)."""
    started: list[Flask] = []

    def start(*keys: str) -> Flask:
        app = create_app(dataclasses.replace(context.settings, otp_keys=keys), context.clock)  # type: ignore[type-var]
        started.append(app)
        return app

    yield start
    for each in started:
        each.extensions["app_context"].database.engine.dispose()


@pytest.fixture
def changed(keyed: Keyed, context: AppContext) -> Flask:
    """The portal after OTP_KEY was changed, the old one among the fallbacks."""
    return keyed(NEW, *context.settings.otp_keys)


@pytest.fixture
def without(keyed: Keyed) -> Flask:
    """The portal after OTP_KEY was changed and the old one thrown away."""
    return keyed(NEW)


def goes_on(app: Flask, cast: Cast, client_of_old: object) -> int:
    """Give the code that was mailed before the change, in the same browser."""
    browser = app.test_client()
    with client_of_old.session_transaction() as before, browser.session_transaction() as after:  # type: ignore[attr-defined]
        after.update(before)
    return post_with_token(browser, app, "/login/code", {"code": cast.ann.code()}).status_code


def test_A12_a_code_on_its_way_survives_a_change(cast: Cast, changed: Flask) -> None:
    assert goes_on(changed, cast, cast.ann.half_way()) == 302


def test_A12_a_code_of_a_key_that_is_gone_opens_nothing(cast: Cast, without: Flask) -> None:
    assert goes_on(without, cast, cast.ann.half_way()) == 401


def test_A12_tries_are_counted_on(context: AppContext, cast: Cast, changed: Flask) -> None:
    subject = account_subject(cast.ann.email)
    with unit_of_work(context, None) as work:
        for _ in range(PASSWORDS_PER_ACCOUNT.most - 1):
            rate_limits.take(work, PASSWORDS_PER_ACCOUNT, subject)

    with unit_of_work(changed.extensions["app_context"], None) as work:
        assert rate_limits.take(work, PASSWORDS_PER_ACCOUNT, subject) == PASSWORDS_PER_ACCOUNT.most
        with pytest.raises(TooMany):
            rate_limits.take(work, PASSWORDS_PER_ACCOUNT, subject)
        rate_limits.forget(work, PASSWORDS_PER_ACCOUNT, subject)
        assert rate_limits.take(work, PASSWORDS_PER_ACCOUNT, subject) == 1


def test_A12_an_account_that_rests_goes_on_resting(context: AppContext, cast: Cast, changed: Flask) -> None:
    subject = account_subject(cast.ann.email)
    with unit_of_work(context, None) as work:
        rate_limits.rest(work, WRONG_CODES, subject, COOL_DOWN)

    with pytest.raises(TooMany), unit_of_work(changed.extensions["app_context"], None) as work:
        rate_limits.check_rest(work, WRONG_CODES, subject)


def test_A12_known_devices_and_open_forms_stay_known(
    context: AppContext, cast: Cast, changed: Flask, without: Flask
) -> None:
    device, form = device_token(context, cast.ann.id), saved_submissions.form_mark(context, cast.ann.id, 1)
    now, never = changed.extensions["app_context"], without.extensions["app_context"]

    assert known_device(now, device) == known_device(context, device) is not None
    assert saved_submissions.owner_of(now, form) == saved_submissions.FormOwner(cast.ann.id, 1)
    assert known_device(never, device) is None and saved_submissions.owner_of(never, form) is None
    assert known_device(now, "é.é.é.é") is None


def test_A12_new_marks_need_the_new_key_only(cast: Cast, changed: Flask, without: Flask) -> None:
    device = device_token(changed.extensions["app_context"], cast.ann.id)

    assert known_device(without.extensions["app_context"], device) is not None
