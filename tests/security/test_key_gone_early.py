"""A FILE_KEY that was taken away too early locks no one out and deletes nothing."""

from dataclasses import replace

import pyotp
import pytest

from app import create_app
from app.accounts import saved_submissions
from app.accounts.second_step import encrypt_secret
from app.models import Person, SavedSubmission
from app.views.web.cookie import SAVED_SUBMISSION
from tests.browser import post_with_token
from tests.cast import PASSWORD, everything, mail_codes, owner


@pytest.fixture
def too_early(app, context):
    """A portal whose older FILE_KEY was taken away before anything was encrypted again."""
    early = create_app(replace(context.settings, file_keys=("a newer key",)), context.clock)
    yield early
    early.extensions["app_context"].database.engine.dispose()


def test_without_the_key_of_its_app_an_account_waits_for_an_administrator(context, cast, too_early, caplog):
    """No emailed code in its place (issue 9, A12): the app has to be reset."""
    with everything(context) as work:
        work.get(Person, cast.olu.id).totp_secret = encrypt_secret(work, cast.olu.id, pyotp.random_base32())
    browser = too_early.test_client()
    post_with_token(browser, too_early, "/login/", {"email": cast.olu.email, "password": PASSWORD})

    answers = [post_with_token(browser, too_early, "/login/code", {"code": "123456"}) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [401, 401]
    assert f"the authenticator secret of account {cast.olu.id} can't be opened" in caplog.text
    assert post_with_token(browser, too_early, "/login/code/send", {}).location == "/login/"
    assert mail_codes(too_early.extensions["app_context"], cast.olu.email) == []


def test_what_was_typed_is_not_deleted_because_it_can_not_be_opened(context, cast, too_early):
    with everything(context) as work:
        key = saved_submissions.save(work, owner(cast.ann), "/forms/1", [("text", "two pages of advice")])
    here, there = cast.ann.browser(), too_early.test_client()
    with here.session_transaction() as session:
        cookie = dict(session) | {SAVED_SUBMISSION: key}
    with there.session_transaction() as session:
        session.update(cookie)

    assert post_with_token(there, too_early, "/kept/continue", {}).location == "/"

    with everything(context) as work:
        assert work.session.query(SavedSubmission).count() == 1
