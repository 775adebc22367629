"""Sealed values are bound to their row and person: a person who writes in the database cannot swap them."""

import base64
import hashlib
import hmac
import json
import time

import pyotp
import pytest
import sqlalchemy as sa
from cryptography.fernet import Fernet
from flask import Flask

from app.accounts import saved_submissions
from app.accounts.second_step import PURPOSE as FOR_APPS
from app.accounts.second_step import encrypt_secret, open_secret
from app.core.encryption import UNBOUND_FOR, DecryptionError, decrypt, encrypt
from app.core.mail.outbox import PURPOSE as FOR_MAIL
from app.core.mail.outbox import queue_mail
from app.core.unit_of_work import AppContext, unit_of_work
from app.models import OutboxMail, Person, SavedSubmission
from app.operations.key_rotation import ENCRYPTED_COLUMNS, rotate_keys
from tests.browser import post_with_token
from tests.cast import PASSWORD, Cast, everything, owner
from tests.mailbox import Mailbox

KEYS = ("a" * 32, "b" * 32)


def unbound(context: AppContext, purpose: str, text: str, age: int = 0) -> str:
    """A value as versions before 30 November 2026 sealed it."""
    derived = hmac.new(context.settings.file_keys[0].encode(), b"seal|" + purpose.encode(), hashlib.sha256)
    fernet = Fernet(base64.urlsafe_b64encode(derived.digest()))
    return fernet.encrypt_at_time(text.encode(), int(time.time()) - age).decode()


@pytest.mark.parametrize("elsewhere", [(2, "x"), (1, "y"), ("1", "x", ""), ()])
def test_A12_a_value_opens_only_in_its_own_place(elsewhere: tuple[object, ...]) -> None:
    sealed = encrypt(KEYS, "purpose", (1, "x"), "secret")

    assert decrypt(KEYS, "purpose", (1, "x"), sealed) == "secret"
    with pytest.raises(DecryptionError):
        decrypt(KEYS, "purpose", elsewhere, sealed)
    with pytest.raises(DecryptionError):
        decrypt(KEYS, "another", (1, "x"), sealed)


@pytest.mark.parametrize("broken", ["", "v2.", "v2.AAAA", "v2.é", "nonsense", "v2." + "A" * 100])
def test_A12_what_is_no_sealed_value_does_not_open(broken: str) -> None:
    with pytest.raises(DecryptionError):
        decrypt(KEYS, "purpose", (), broken)


def test_A12_the_secret_of_an_app_opens_for_its_owner_only(
    app: Flask, context: AppContext, cast: Cast
) -> None:
    stolen = pyotp.random_base32()
    with everything(context) as work:
        mine = encrypt_secret(work, cast.mary.id, stolen)
        work.get(Person, cast.olu.id).totp_secret = mine

    browser = cast.anonymous()
    post_with_token(browser, app, "/login/", {"email": cast.olu.email, "password": PASSWORD})
    code = pyotp.TOTP(stolen).at(context.clock.now())
    answer = post_with_token(browser, app, "/login/code", {"code": code})

    assert answer.status_code == 401
    with everything(context) as work, pytest.raises(DecryptionError):
        open_secret(work, cast.olu.id, mine)


@pytest.mark.parametrize("column", ["to_address", "letter", "dedupe_key"])
def test_A12_an_encrypted_mail_opens_only_for_its_recipient_and_letter(
    context: AppContext, mailbox: Mailbox, column: str
) -> None:
    with everything(context) as work:
        queue_mail(work.session, letter="new_message", to="a@b.example", facts={}, dedupe_key="k")
        work.session.execute(sa.update(OutboxMail).values({column: "account_opened"}))

    assert mailbox.all() == []
    with everything(context) as work:
        assert work.session.scalars(sa.select(OutboxMail.last_error)).one() == "DecryptionError"


def test_A12_stored_text_is_given_to_no_one_else(context: AppContext, cast: Cast) -> None:
    with everything(context) as work:
        key = saved_submissions.save(work, owner(cast.ann), "/forms/1", [("text", "what she typed")])
        work.session.execute(sa.update(SavedSubmission).values(person_id=cast.rhys.id))

    with unit_of_work(context, cast.rhys.principal) as work:
        assert saved_submissions.load(work, key) is None


@pytest.mark.parametrize("age", [0, UNBOUND_FOR * 2])
def test_A12_re_encryption_binds_what_an_older_version_sealed(
    context: AppContext, cast: Cast, age: int
) -> None:
    with everything(context) as work:
        work.get(Person, cast.olu.id).totp_secret = unbound(context, FOR_APPS, "OLUSSECRET", age)
        queue_mail(work.session, letter="new_message", to="a@b.example", facts={}, dedupe_key="k")
        old = unbound(context, FOR_MAIL, json.dumps({}), age)
        work.session.execute(sa.update(OutboxMail).values(sealed_facts=old))

    assert sorted(rotate_keys(context).done.values()) == [1, 1]

    with everything(context) as work:
        held = work.get(Person, cast.olu.id).totp_secret or ""
        assert held.startswith("v2.") and open_secret(work, cast.olu.id, held) == "OLUSSECRET"
    assert rotate_keys(context).done == {}


def test_A12_what_is_unbound_opens_for_a_day_only_while_versions_change(
    context: AppContext, cast: Cast
) -> None:
    fresh, old = (unbound(context, FOR_APPS, "x", age) for age in (60, UNBOUND_FOR + 60))
    with everything(context) as work:
        assert open_secret(work, cast.olu.id, fresh) == "x"
        with pytest.raises(DecryptionError):
            open_secret(work, cast.olu.id, old)


def test_A12_preparing_binds_what_an_older_version_sealed(
    app: Flask, context: AppContext, cast: Cast
) -> None:
    with everything(context) as work:
        work.get(Person, cast.olu.id).totp_secret = unbound(context, FOR_APPS, "OLUSSECRET", UNBOUND_FOR * 2)

    assert app.test_cli_runner().invoke(args=["portal", "sync"]).exit_code == 0

    with everything(context) as work:
        held = work.get(Person, cast.olu.id).totp_secret or ""
        assert open_secret(work, cast.olu.id, held) == "OLUSSECRET"


def test_A12_every_sealed_column_is_bound() -> None:
    assert all(each.bound_to for each in ENCRYPTED_COLUMNS)
