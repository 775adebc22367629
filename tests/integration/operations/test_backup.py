"""Backups: taken while people work, whole or not at all, and put back only where nothing is lost by it."""

import dataclasses
import io
import json
import re
import stat
from pathlib import Path

import pytest
import sqlalchemy as sa

from app.children.events import ChildViewed
from app.core.audit.chain import verify
from app.core.audit.heads import FILE, keep_head
from app.core.unit_of_work import AppContext
from app.documents.documents import store_of
from app.models import AuditRow, Child, Document, LogInSession
from app.operations.archive import ArchiveError
from app.operations.backup import take_backup
from app.operations.database_copy import CopyFailed, _conninfo
from app.operations.restore import CannotRestore, restore_backup
from app.operations.rules.backup_manifest import read_manifest
from tests.cast import everything
from tests.integration.core.test_audit import rows, without_triggers
from tests.integration.operations.backups import SURNAME, TEXT, run

pytestmark = pytest.mark.usefixtures("no_heads_of_other_tests")


def rewritten(source: Path, context: AppContext, **changed: object) -> None:
    """The list of what is in a backup, properly written with something else in it."""
    slip = source / "manifest.json"
    manifest, _ = read_manifest(slip.read_bytes())
    slip.write_bytes(dataclasses.replace(manifest, **changed).written(context.settings.audit_keys[0]))


def test_everything_comes_back_in_an_empty_place(context, elsewhere, report, either):
    with context.database.open() as session:
        keep_head(session, context.settings.data_dir, context.clock.now())
    head = rows(context)[-1]["seal"]

    taken = take_backup(context, either)
    done = restore_backup(elsewhere, either)

    assert (done.wrong, done.files, done.manifest) == ([], 1, taken.manifest)
    assert taken.manifest.audit_head == head == done.verdict.head
    assert store_of(elsewhere).path(report.storage_key).read_bytes() == TEXT
    with everything(elsewhere) as work:
        assert work.session.scalars(sa.select(Child.surname)).all() == [SURNAME]
        assert work.session.scalars(sa.select(Document.sha256)).all() == [report.sha256]
    assert taken.manifest.counts["child"] == 1


def test_a_backup_is_readable_by_its_owner_only(context, report, either):
    take_backup(context, either)

    found = [either, *either.rglob("*")]
    assert {stat.S_IMODE(path.stat().st_mode) for path in found if path.is_dir()} <= {0o700}
    assert {stat.S_IMODE(path.stat().st_mode) for path in found if path.is_file()} == {0o600}


def test_nothing_is_written_over(context, either):
    either.write_text("Somebody's.")

    with pytest.raises(ArchiveError, match="is there already"):
        take_backup(context, either)

    assert either.read_text() == "Somebody's."


def test_a_backup_that_fails_leaves_nothing_behind(context, tmp_path, either, report, monkeypatch):
    place = store_of(context).path(report.storage_key)
    place.unlink()
    place.mkdir()  # a file that can't be read

    with pytest.raises(OSError):
        take_backup(context, either)

    place.rmdir()
    assert list(tmp_path.glob("backup*")) == []


@pytest.mark.parametrize("held", ["a table", "a file", "an audit head"])
def test_nothing_is_restored_where_anything_is(context, elsewhere, report, target, held):
    take_backup(context, target)
    if held == "a table":
        with elsewhere.database.engine.begin() as connection:
            connection.execute(sa.text("CREATE TABLE somebodys (id INTEGER)"))
    elif held == "a file":
        store_of(elsewhere).keep(io.BytesIO(b"Somebody's."))
    else:
        (elsewhere.settings.data_dir / FILE).write_text("2026-11-23T09:30:00Z 1 abc\n")

    with pytest.raises(CannotRestore, match="only restored into an empty place"):
        restore_backup(elsewhere, target)


def test_a_backup_cannot_be_restored_over_the_portal_it_came_from(context, report, target):
    take_backup(context, target)

    with pytest.raises(CannotRestore, match="the database has tables in it and there are files"):
        restore_backup(context, target)


@pytest.mark.parametrize("damage", ["changed", "missing", "added", "counts", "no list", "no json", "a link"])
def test_a_backup_that_is_not_whole_is_refused_before_anything_is_written(
    context, elsewhere, report, tmp_path, damage
):
    source = tmp_path / "backup"
    take_backup(context, source)
    part, slip = source / "files" / report.storage_key, source / "manifest.json"
    if damage == "changed":
        part.write_bytes(TEXT.upper())
    elif damage == "missing":
        part.unlink()
    elif damage == "added":
        part.with_name("0" * 64).write_bytes(b"Slipped in.")
    elif damage == "counts":
        printed = json.loads(slip.read_text())
        printed["counts"]["child"] = 0
        slip.write_text(json.dumps(printed))
    elif damage == "a link":
        part.rename(tmp_path / "outside")
        part.symlink_to(tmp_path / "outside")
    elif damage == "no list":
        slip.unlink()
    else:
        slip.write_text("{}")

    with pytest.raises(CannotRestore):
        restore_backup(elsewhere, source)

    assert store_of(elsewhere).is_empty()
    with elsewhere.database.engine.connect() as connection:
        assert sa.inspect(connection).get_table_names() == []


@pytest.mark.parametrize(
    ("changed", "output"),
    [({"migration": "9999"}, "stand at migration 9999"), ({"kind": "oracle"}, "a backup of oracle")],
)
def test_a_backup_of_another_kind_or_version_is_refused(context, elsewhere, tmp_path, changed, output):
    take_backup(context, tmp_path / "backup")
    rewritten(tmp_path / "backup", context, **changed)

    with pytest.raises(CannotRestore, match=output):
        restore_backup(elsewhere, tmp_path / "backup")


def test_a_file_that_is_gone_stops_neither_backup_nor_restore_and_is_reported(
    context, elsewhere, report, target
):
    store_of(context).remove(report.storage_key)

    taken = take_backup(context, target)
    done = restore_backup(elsewhere, target)

    assert (taken.manifest.missing, taken.files) == ((report.id,), 0)
    assert (done.wrong, done.manifest.missing) == ([], (report.id,))


def test_a_file_that_changed_on_the_disk_is_reported(context, elsewhere, report, target):
    store_of(context).path(report.storage_key).write_bytes(b"rot")

    assert take_backup(context, target).damaged == (report.id,)
    done = restore_backup(elsewhere, target)
    assert (done.damaged, done.wrong) == ((report.id,), []), "it is as it was, and that is said"


def test_an_audit_that_was_cut_before_the_backup_is_found_when_it_is_restored(
    context, cast, elsewhere, report, target
):
    with cast.olu.works() as work:
        work.record(ChildViewed(child_id=report.child_id))
    with context.database.open() as session:
        keep_head(session, context.settings.data_dir, context.clock.now())
    without_triggers(context, f"DELETE FROM audit WHERE id = {rows(context)[-1]['id']}")  # noqa: S608
    take_backup(context, target)

    done = restore_backup(elsewhere, target)

    assert [line for line in done.wrong if "audit is not whole" in line]


def test_log_ins_do_not_come_back_and_the_restore_is_in_the_audit(context, cast, elsewhere, report, target):
    cast.olu.browser()
    taken = take_backup(context, target)

    assert restore_backup(elsewhere, target).log_ins_ended == 1

    with everything(elsewhere) as work:
        assert (
            work.session.scalars(sa.select(LogInSession).where(LogInSession.ended_at.is_(None))).all() == []
        )
    last = rows(elsewhere)[-1]
    assert (last["event"], last["facts"]) == ("PortalRestored", {"taken_at": taken.manifest.taken_at})
    with elsewhere.database.open() as session:
        assert verify(session, elsewhere.settings.audit_keys, [taken.manifest.audit_head]).ok


def test_a_restored_audit_still_refuses_to_be_changed(context, elsewhere, report, target):
    take_backup(context, target)
    restore_backup(elsewhere, target)

    for change in (sa.update(AuditRow.__table__).values(event="x"), sa.delete(AuditRow.__table__)):
        with (
            pytest.raises(sa.exc.DBAPIError, match="append-only"),
            elsewhere.database.engine.begin() as connection,
        ):
            connection.execute(change)


def test_the_commands_say_what_they_did_and_which_keys_to_keep(context, elsewhere, report, target):
    code, output, _ = run(context, "backup", str(target))
    assert code == 0, output
    assert "Files: 1\n" in output and "AUDIT_KEY" in output and SURNAME not in output
    word = json.loads((context.settings.data_dir / "backups" / "last.json").read_text())
    assert word["kind"] == ("sqlite" if context.database.is_sqlite else "postgresql")
    assert word["at"] == "2026-11-23T09:30:00Z" and word["bytes"] > len(TEXT)

    code, _, wrong = run(context, "backup", str(target))
    assert code == 1 and wrong.startswith("Nothing was done.") and "already" in wrong

    code, output, _ = run(elsewhere, "restore", str(target))
    assert code == 0 and "The counts agree and the audit is whole." in output

    code, _, wrong = run(elsewhere, "restore", str(target))
    assert code == 1 and wrong.startswith("Nothing was done.") and "empty place" in wrong


def test_a_restore_that_breaks_off_says_what_was_restored_and_how_to_try_again(
    context, elsewhere, report, target
):
    with context.database.open() as session:
        keep_head(session, context.settings.data_dir, context.clock.now())
    take_backup(context, target)
    files = elsewhere.settings.data_dir / "files"
    files.write_text("no folder can be made here")

    code, printed, wrong = run(elsewhere, "restore", str(target))

    assert (code, printed) == (1, "")
    assert "File exists" in wrong and "half a restore: the database has tables in it. Don't start" in wrong
    assert str(files) in wrong and "secrets.toml" not in wrong
    if elsewhere.database.is_sqlite:
        named = re.search(r"\(delete (.*)\) and restore once more", wrong)
        assert named
        for path in map(Path, named[1].split(", ")):
            path.unlink(missing_ok=True)
        assert restore_backup(elsewhere, target).wrong == [], "what it said to delete was enough"


def test_a_restore_that_breaks_off_before_it_wrote_anything_does_not_speak_of_half(
    context, elsewhere, report, target
):
    take_backup(context, target)
    (elsewhere.settings.data_dir / "restoring.part").mkdir()

    code, _, wrong = run(elsewhere, "restore", str(target))

    assert code == 1 and wrong.startswith("Stopped: Is a directory")
    with elsewhere.database.engine.connect() as connection:
        assert sa.inspect(connection).get_table_names() == []


def test_a_missing_backup_and_a_missing_folder_are_reported(elsewhere, context, tmp_path):
    assert "neither a folder nor a .tar file" in run(elsewhere, "restore", str(tmp_path / "none"))[2]
    assert "There is no folder" in run(context, "backup", str(tmp_path / "no" / "backup"))[2]


def test_what_is_missing_on_the_machine_is_named_with_its_package(context, tmp_path, monkeypatch):
    if context.database.is_sqlite:
        pytest.skip("SQLite needs no tools")
    monkeypatch.setenv("PATH", str(tmp_path))

    with pytest.raises(CopyFailed, match="Install the package postgresql-client"):
        take_backup(context, tmp_path / "backup")


def test_the_databases_password_is_not_on_the_command_line():
    line, password = _conninfo("postgresql+psycopg://me:s3cret%40@db.example:5433/portal?sslmode=verify-full")

    assert password == "s3cret@"
    assert "s3cret" not in line
    assert {"user=me", "dbname=portal", "host=db.example", "port=5433", "sslmode=verify-full"} == set(
        line.split()
    )
