"""Backups are encrypted to a public key: those who run the portal cannot read them, those who hold the private key can."""

import tarfile
from collections.abc import Iterator
from pathlib import Path

import pyrage
import pytest

from app.core.files.encrypted_file import NoKey, encrypting
from app.core.unit_of_work import AppContext
from app.operations.archive import ArchiveError
from app.operations.backup import take_backup
from app.operations.restore import restore_backup
from config import ConfigError, load_settings
from tests.architecture.test_settings import live  # noqa: F401 - a fixture
from tests.integration.operations.backups import SURNAME, TEXT, another, run

pytestmark = pytest.mark.usefixtures("no_heads_of_other_tests")


@pytest.fixture
def identity(tmp_path: Path) -> Path:
    """The council's private key, in a file as age-keygen writes it."""
    path = tmp_path / "identity.txt"
    key = pyrage.x25519.Identity.generate()
    path.write_text(f"# created: today\n# public key: {key.to_public()}\n{key}\n")
    return path


@pytest.fixture
def encrypts(context: AppContext, identity: Path) -> Iterator[AppContext]:
    """The portal with the public key."""
    public = identity.read_text().split()[6]
    portal = another(context, backup_recipients=(public,), backups_unencrypted=False)
    yield portal
    portal.database.engine.dispose()


def test_a12_a_backup_comes_back_with_the_private_key_only(encrypts, elsewhere, report, identity, tmp_path):
    target = tmp_path / "portal.tar.age"
    taken = take_backup(encrypts, target)

    content = target.read_bytes()
    assert content.startswith(b"age-encryption.org/v1")
    assert TEXT not in content and SURNAME.encode() not in content and not tarfile.is_tarfile(target)
    assert sorted(path.name for path in tmp_path.glob("portal*")) == ["portal.tar.age"]

    with pytest.raises(ArchiveError, match="--identity"):
        restore_backup(elsewhere, target)
    stranger = tmp_path / "stranger.txt"
    stranger.write_text(str(pyrage.x25519.Identity.generate()))
    with pytest.raises(ArchiveError, match="another key"):
        restore_backup(elsewhere, target, identity=stranger)
    (tmp_path / "empty.txt").write_text("")
    with pytest.raises(ArchiveError, match="holds no age identity"):
        restore_backup(elsewhere, target, identity=tmp_path / "empty.txt")

    done = restore_backup(elsewhere, target, identity=identity)
    assert (done.wrong, done.files, done.manifest) == ([], 1, taken.manifest)
    assert list(elsewhere.settings.data_dir.glob("restoring*")) == []


@pytest.mark.parametrize("name", ["backup", "backup.tar"])
def test_a12_where_there_is_a_key_nothing_is_written_in_clear(encrypts, report, tmp_path, name):
    with pytest.raises(ArchiveError, match=r"ends in \.tar\.age"):
        take_backup(encrypts, tmp_path / name)

    assert list(tmp_path.glob("backup*")) == []


def test_a12_without_a_key_a_backup_has_to_be_allowed(context, tmp_path):
    neither = another(context, backup_recipients=(), backups_unencrypted=False)

    code, _words, wrong = run(neither, "backup", str(tmp_path / "backup.tar"))
    neither.database.engine.dispose()

    assert code == 1 and "BACKUP_RECIPIENTS" in wrong and "BACKUPS_UNENCRYPTED=yes" in wrong
    assert list(tmp_path.glob("backup*")) == []
    code, output, _wrong = run(context, "backup", str(tmp_path / "backup.tar"))
    assert code == 0 and "It is not encrypted" in output
    with pytest.raises(ArchiveError, match="BACKUP_RECIPIENTS"):
        take_backup(context, tmp_path / "backup.tar.age")


def test_a12_the_commands_take_and_put_back_an_encrypted_backup(
    encrypts, elsewhere, report, identity, tmp_path
):
    target = tmp_path / "portal.tar.age"

    code, output, wrong = run(encrypts, "backup", str(target))
    assert code == 0 and "not encrypted" not in output, wrong
    code, output, wrong = run(elsewhere, "restore", str(target), "--identity", str(identity))
    assert code == 0 and "The counts agree" in output, wrong


def test_a12_a_damaged_backup_is_refused(encrypts, elsewhere, report, identity, tmp_path):
    target = tmp_path / "portal.tar.age"
    take_backup(encrypts, target)
    content = bytearray(target.read_bytes())
    content[-100] ^= 1
    target.write_bytes(content)

    with pytest.raises(ArchiveError, match="damaged"):
        restore_backup(elsewhere, target, identity=identity)

    assert list(elsewhere.settings.data_dir.glob("restoring*")) == []


def test_a12_a_backup_that_breaks_off_leaves_nothing(encrypts, report, tmp_path, monkeypatch):
    def full(*_given: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("app.operations.backup._add_files", full)

    with pytest.raises(OSError, match="No space"):
        take_backup(encrypts, tmp_path / "portal.tar.age")

    assert list(tmp_path.glob("portal*")) == []


def test_a12_settings_take_public_keys_only(live):  # noqa: F811
    key = pyrage.x25519.Identity.generate()
    public = str(key.to_public())

    assert load_settings(live | {"BACKUP_RECIPIENTS": f"{public}, {public}"}).backup_recipients == (
        public,
        public,
    )
    assert not load_settings(live).backups_unencrypted
    for wrong, says in ((str(key), "private key"), ("age1x", "62 characters")):
        with pytest.raises(ConfigError, match=says):
            load_settings(live | {"BACKUP_RECIPIENTS": wrong})
    with pytest.raises(NoKey), Path("/dev/null").open("wb") as out, encrypting(out, ["age1x"]):
        pass
