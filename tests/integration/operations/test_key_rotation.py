"""FILE_KEY can be changed: older keys open what they sealed, and `portal rotate-keys` makes them superfluous."""

import dataclasses
import json
import secrets
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask_appbuilder import Model

from app import open_app_context
from app.accounts import saved_submissions
from app.accounts.second_step import encrypt_secret, open_secret
from app.core.encryption import DecryptionError, decrypt, encrypt
from app.core.mail.outbox import PURPOSE as FOR_MAIL
from app.core.mail.outbox import place_of, queue_mail
from app.core.mail.queue import SignedJson
from app.core.unit_of_work import AppContext, unit_of_work
from app.models import OutboxMail, Person, SavedSubmission
from app.operations import key_rotation
from app.operations.backup import take_backup
from app.operations.key_rotation import ENCRYPTED_COLUMNS, rotate_keys
from app.operations.restore import CannotRestore, restore_backup
from tests.cast import Cast, everything, owner
from tests.integration.operations.backups import an_empty_place, run

NEW = secrets.token_hex(32)


Keyed = Callable[..., AppContext]


@pytest.fixture
def keyed(context: AppContext) -> Iterator[Keyed]:
    """The same portal, started with these file keys: keyed(NEW, old)."""
    started: list[AppContext] = []

    def start(*keys: str, like: AppContext = context) -> AppContext:
        started.append(open_app_context(dataclasses.replace(like.settings, file_keys=keys), context.clock))
        return started[-1]

    yield start
    for each in started:
        each.database.engine.dispose()


@pytest.fixture
def old(context: AppContext) -> str:
    """The key that everything is sealed with before it is changed."""
    return context.settings.file_keys[0]


@pytest.fixture
def changed(keyed: Keyed, old: str) -> AppContext:
    """The portal after FILE_KEY was changed, the old one among the fallbacks."""
    return keyed(NEW, old)


@pytest.fixture
def browsers_key(context: AppContext, cast: Cast) -> str:
    """One of everything that is sealed; gives what a browser needs to see the text that was saved for Ann."""
    with everything(context) as work:
        queue_mail(work.session, letter="new_message", to="a@b.example", facts={}, dedupe_key="k")
        work.get(Person, cast.olu.id).totp_secret = encrypt_secret(work, cast.olu.id, "OLUSSECRET")
        return saved_submissions.save(work, owner(cast.ann), "/forms/1", [("text", "what she typed")])


def assert_all_opens(portal: AppContext, cast: Cast, browsers_key: str) -> None:
    """Everything is read as it was, through the services that read it."""
    with everything(portal) as work:
        assert open_secret(work, cast.olu.id, work.get(Person, cast.olu.id).totp_secret or "") == "OLUSSECRET"
        mail = work.session.scalars(sa.select(OutboxMail)).one()
        assert (
            json.loads(decrypt(portal.settings.file_keys, FOR_MAIL, place_of(mail), mail.sealed_facts or ""))
            == {}
        )
    with unit_of_work(portal, cast.ann.principal) as work:
        typed = saved_submissions.load(work, browsers_key)
        assert typed is not None and typed.fields == [("text", "what she typed")]


def test_an_older_key_still_opens_and_a_stranger_s_does_not(keyed, changed, cast, browsers_key):
    assert_all_opens(changed, cast, browsers_key)

    with pytest.raises(DecryptionError):
        assert_all_opens(keyed(NEW), cast, browsers_key)


def test_what_is_sealed_from_now_on_needs_the_new_key_only(context, changed, old):
    with everything(changed) as work:
        sealed = encrypt_secret(work, 7, "NEWSECRET")
        assert open_secret(work, 7, sealed) == "NEWSECRET"

    assert decrypt((NEW,), "authenticator", (7,), sealed) == "NEWSECRET"
    with pytest.raises(DecryptionError):
        decrypt((old,), "authenticator", (7,), sealed)


def test_after_key_rotation_the_older_key_is_not_needed(keyed, changed, cast, browsers_key):
    result = rotate_keys(changed)

    assert (sorted(result.done.values()), result.broken) == ([1, 1, 1], {})
    assert_all_opens(keyed(NEW), cast, browsers_key)
    assert (rotate_keys(changed).done, rotate_keys(keyed(NEW)).done) == ({}, {}), (
        "there was nothing left to do"
    )


def test_everything_encrypted_is_encrypted_again():
    held = {
        f"{table.name}.{column.name}"
        for table in Model.metadata.tables.values()
        for column in table.columns
        if column.name.startswith("sealed_") or column.name == "totp_secret"
    }
    assert held == {str(each.column.property.columns[0]) for each in ENCRYPTED_COLUMNS}


def test_a_run_that_is_killed_is_taken_up_again(context, changed, cast, old, monkeypatch):
    """The machine goes down in the second hundred: the first is done, and the next run does the rest."""
    with everything(context) as work:
        for number in range(250):
            work.session.add(
                SavedSubmission(
                    key_hash=f"{number}",
                    person_id=cast.ann.id,
                    path="/",
                    sealed_fields=encrypt(
                        (old,), saved_submissions.PURPOSE, (f"{number}", cast.ann.id, "/"), "[]"
                    ),
                    kept_at=work.now,
                )
            )
    with monkeypatch.context() as broken:
        real, seen = key_rotation.re_encrypted, []

        def dies(*given):
            seen.append(1)
            if len(seen) == 150:
                raise KeyboardInterrupt
            return real(*given)

        broken.setattr(key_rotation, "re_encrypted", dies)
        with pytest.raises(KeyboardInterrupt):
            rotate_keys(changed)
    assert opened_by(context, NEW) == 100 and opened_by(context, NEW, old) == 250

    assert rotate_keys(changed).done == {"text kept from expired forms": 150}

    assert opened_by(context, NEW) == 250


def opened_by(context: AppContext, *keys: str) -> int:
    """How many saved texts these keys open."""
    with everything(context) as work:
        found = work.session.scalars(sa.select(SavedSubmission)).all()
    opened = 0
    for row in found:
        try:
            opened += (
                decrypt(keys, saved_submissions.PURPOSE, saved_submissions.place_of(row), row.sealed_fields)
                == "[]"
            )
        except DecryptionError:
            continue
    return opened


def test_a_change_made_meanwhile_is_not_overwritten(context, changed, cast, browsers_key, monkeypatch):
    if context.database.is_sqlite:
        pytest.skip("on SQLite nobody else writes while a hundred are sealed anew")
    real = key_rotation.re_encrypted

    def meanwhile(keys, purpose, bound_to, sealed):
        if purpose == "authenticator":
            with everything(context) as work:
                work.get(Person, cast.olu.id).totp_secret = None
        return real(keys, purpose, bound_to, sealed)

    monkeypatch.setattr(key_rotation, "re_encrypted", meanwhile)

    rotate_keys(changed)

    with everything(context) as work:
        assert work.get(Person, cast.olu.id).totp_secret is None, "the app that was removed came back"


def test_the_command_says_what_it_did_and_when_the_old_key_may_go(context, changed, browsers_key):
    code, output, _ = run(changed, "rotate-keys")
    assert (
        code == 0 and "Encrypted again: secrets of authenticator apps: 1" in output and "once more" in output
    )

    code, output, _ = run(changed, "rotate-keys")
    assert code == 0 and output.startswith(
        "Nothing is encrypted with an older key. FILE_KEY_FALLBACKS can be emptied"
    )


def test_what_no_key_opens_is_reported_and_stops_nothing(context, keyed, cast, browsers_key):
    with everything(context) as work:
        work.get(Person, cast.mary.id).totp_secret = encrypt(
            ("another-key",), "authenticator", (cast.mary.id,), "x"
        )

    code, output, wrong = run(keyed(NEW, *context.settings.file_keys), "rotate-keys")

    assert code == 1 and f"authenticator apps that no key opens, by number: {cast.mary.id}" in wrong
    assert output.count("Encrypted again") == 3 and "may go" not in output
    assert "OLUSSECRET" not in output + wrong


def test_a_wake_up_signed_with_an_older_key_is_accepted_and_a_strangers_is_not(old):
    with_old, stranger = SignedJson((old,)), SignedJson(("another-key",))
    now = SignedJson((NEW, old))
    fields = ["1", "deliver", None, 0, 0, [7], None, None, None]

    assert now._deserialize(with_old._serialize(fields)) == now._deserialize(now._serialize(fields))
    with pytest.raises(ValueError, match="not written by this portal"):
        now._deserialize(stranger._serialize(fields))


def test_a_backup_from_before_the_change_comes_back_where_the_old_key_is_among_the_fallbacks(
    context, keyed, old, cast, browsers_key, tmp_path: Path
):
    take_backup(context, tmp_path / "backup")

    with (
        an_empty_place(context, tmp_path / "no", file_keys=(NEW,)) as without,
        pytest.raises(CannotRestore, match="another FILE_KEY"),
    ):
        restore_backup(without, tmp_path / "backup")
    with an_empty_place(context, tmp_path / "yes", file_keys=(NEW, old)) as place:
        assert restore_backup(place, tmp_path / "backup").wrong == []
        rotate_keys(place)
        assert_all_opens(keyed(NEW, like=place), cast, browsers_key)


def test_a_backup_taken_while_both_keys_are_in_use_needs_both(context, old, changed, browsers_key, tmp_path):
    take_backup(changed, tmp_path / "backup")

    for number, keys in enumerate([(NEW,), (old,)]):
        with (
            an_empty_place(context, tmp_path / str(number), file_keys=keys) as place,
            pytest.raises(CannotRestore, match="another FILE_KEY"),
        ):
            restore_backup(place, tmp_path / "backup")
    with an_empty_place(context, tmp_path / "both", file_keys=(old, NEW)) as place:
        assert restore_backup(place, tmp_path / "backup").wrong == []
