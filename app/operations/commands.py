"""Commands for operators: backup and restore, key rotation, roles, the access manual, preparation of the database."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click
from flask import current_app

from app.core.command_line import app_context, portal_commands
from app.core.database.migrations import newest_revision
from app.operations.access_manual import access_manual
from app.operations.archive import ArchiveError
from app.operations.backup import numbers, take_backup
from app.operations.database_copy import CopyFailed
from app.operations.key_rotation import rotate_keys
from app.operations.preparation import prepare
from app.operations.restore import CannotRestore, IncompleteRestore, restore_backup
from app.operations.role_sync import role_drift
from app.operations.verification import verify_data

KEYS = (
    "The keys are not in it. Keep SECRET_KEY, OTP_KEY, AUDIT_KEY and FILE_KEY somewhere else, as safe as the backup: "
    "without AUDIT_KEY and FILE_KEY it can't be restored. (A demo's keys are in DATA_DIR/secrets.toml.)"
)
MANUAL = Path(__file__).parents[2] / "docs" / "access.md"
A_PATH = click.Path(path_type=Path, resolve_path=True)


@contextmanager
def _report_errors() -> Iterator[None]:
    """Print an error as one sentence and exit with code 1."""
    os.umask(0o077)
    try:
        yield
    except (ArchiveError, CopyFailed, CannotRestore) as reason:
        click.echo(f"Nothing was done. {reason}", err=True)
        sys.exit(1)
    except IncompleteRestore as half:
        click.echo(str(half), err=True)
        sys.exit(1)
    except OSError as error:
        where = f" ({error.filename})" if error.filename else ""  # a store for files names none
        click.echo(f"Stopped: {error.strerror}{where}", err=True)
        sys.exit(1)


@portal_commands.command("backup")
@click.argument("target", type=A_PATH)
def backup(target: Path) -> None:
    """Write everything to TARGET, a new folder, or a new file if its name ends in .tar. People can go on working.

    Where BACKUP_RECIPIENTS is set, TARGET ends in .tar.age and is encrypted for those public keys.
    """
    with _report_errors():
        done = take_backup(app_context(), target)
    manifest = done.manifest
    click.echo(f"Backed up to {target}: {done.bytes:,} bytes.")
    if not app_context().settings.backup_recipients:
        click.echo("It is not encrypted: keep it on an encrypted disk (docs/backup.md).")
    click.echo(
        f"Database: {manifest.kind}, migration {manifest.migration}, {sum(manifest.counts.values()):,} rows"
    )
    click.echo(f"Files: {done.files:,}")
    click.echo(f"Audit: {manifest.audit_rows:,} rows, last seal {manifest.audit_head or 'none'}")
    if manifest.missing:
        click.echo(f"WARNING: documents whose file is not there: {numbers(manifest.missing)}", err=True)
    if done.damaged:
        click.echo(
            f"WARNING: documents whose file was changed on the disk: {numbers(done.damaged)}", err=True
        )
    click.echo(KEYS)


@portal_commands.command("restore")
@click.argument("source", type=A_PATH)
@click.option("--older-key", is_flag=True, help="It may be sealed with an AUDIT_KEY that was replaced since.")
@click.option(
    "--identity", type=A_PATH, help="The file with the private key, for a backup that ends in .age."
)
def restore(source: Path, older_key: bool, identity: Path | None) -> None:
    """Put the backup at SOURCE into an empty DATA_DIR and an empty database, and check it."""
    with _report_errors():
        done = restore_backup(app_context(), source, older_key=older_key, identity=identity)
    manifest = done.manifest
    click.echo(f"Every part of the backup is as it was written ({len(manifest.parts):,} checksums).")
    click.echo(f"Restored: the portal as it was at {manifest.taken_at}, version {manifest.version}.")
    click.echo(
        f"Database: {manifest.kind}, {len(manifest.counts)} tables, {sum(manifest.counts.values()):,} rows"
    )
    click.echo(f"Files: {done.files:,}")
    click.echo(f"Audit: {done.verdict.rows:,} rows, last seal {done.verdict.head or 'none'}")
    click.echo(f"Log-ins that were open then, now ended: {done.log_ins_ended:,}")
    if manifest.missing:
        click.echo(f"Documents that had no file even then: {numbers(manifest.missing)}")
    if done.damaged:
        click.echo(
            f"WARNING: documents whose file was not as it was sent even then: {numbers(done.damaged)}",
            err=True,
        )
    for line in done.wrong:
        click.echo(f"WRONG: {line}", err=True)
    if done.wrong:
        click.echo("It is all written, but not as it should be. Don't open it to people yet.", err=True)
        sys.exit(1)
    click.echo("The counts agree and the audit is whole. Start the portal as usual.")
    click.echo(f"What was entered after {manifest.taken_at} is not in it.")


@portal_commands.command("verify-data")
def verify_all_data() -> None:
    """Verify tables, audit log and every document's file, after a restore with any tool. Changes nothing."""
    found = verify_data(app_context())
    click.echo(
        f"Migration {found.migration}, documents: {found.documents:,}, audit rows: {found.audit.rows:,}"
    )
    if found.migration != newest_revision():
        click.echo(f"WRONG: this version of the portal needs migration {newest_revision()}.", err=True)
    if found.missing:
        click.echo(f"WRONG: documents whose file is missing: {numbers(found.missing)}", err=True)
    if found.damaged:
        click.echo(f"WRONG: documents whose file was changed: {numbers(found.damaged)}", err=True)
    if not found.audit.ok:
        click.echo("WRONG: the audit is not whole: run verify-audit.", err=True)
    if not found.ok:
        sys.exit(1)
    click.echo("Every document has its file, and the audit is whole.")


@portal_commands.command("rotate-keys")
def rotate_all_keys() -> None:
    """Encrypt again, with FILE_KEY, what the keys in FILE_KEY_FALLBACKS encrypted. People can go on working."""
    result = rotate_keys(app_context())
    for kind, count in result.done.items():
        click.echo(f"Encrypted again: {kind}: {count:,}")
    for kind, rows in result.broken.items():
        click.echo(f"WARNING: {kind} that no key opens, by number: {numbers(rows)}", err=True)
    if result.broken:
        click.echo(
            "A key is missing in FILE_KEY_FALLBACKS, or these were changed. Keep every old key.", err=True
        )
        sys.exit(1)
    if result.done:
        click.echo(
            "When every web process and worker has been restarted with the new FILE_KEY, run this once more: "
            "the older keys may go when it finds nothing to do."
        )
        return
    click.echo(
        "Nothing is encrypted with an older key. FILE_KEY_FALLBACKS can be emptied once every process runs with the "
        "new FILE_KEY. Keep the older keys where the backups' keys are, for as long as backups from their time are."
    )


@portal_commands.command("access-manual")
def write_access_manual() -> None:
    """Write docs/access.md again from the grants, the workflow steps and the row policies."""
    MANUAL.write_text(access_manual(), encoding="utf-8")
    click.echo(f"Written: {MANUAL}")


@portal_commands.command("check-roles")
def check_roles() -> None:
    """List where AppBuilder's tables differ from the roles' grants. Changes nothing; `sync` corrects it."""
    with app_context().database.open() as session:
        drift = role_drift(session)
    for line in drift:
        click.echo(line)
    if drift:
        sys.exit(1)
    click.echo("The roles are as written.")


@portal_commands.command("sync")
def sync() -> None:
    """Bring tables, roles and form templates up to date with this version."""
    prepare(app_context())
    click.echo("Up to date.")


@portal_commands.command("seed-scale")
@click.option("--children", type=click.IntRange(min=1), default=8000, show_default=True)
@click.option(
    "--cases", type=click.IntRange(min=1), default=2500, show_default=True, help="How many are live."
)
def fill_demo(children: int, cases: int) -> None:
    """Fill a demo with invented children, live cases, and cases that ended within two years. Once, and never live."""
    from app.seed.demo import seed_demo
    from app.seed.scale import CannotSeed, seed_scale

    context, settings = app_context(), current_app.config["SETTINGS"]
    try:
        if settings.demo:
            prepare(context)
            seed_demo(context, settings.demo_password)
        done = seed_scale(context, settings.demo_password, children, cases, demo=settings.demo)
    except CannotSeed as reason:
        click.echo(f"Nothing was done. {reason}", err=True)
        sys.exit(1)
    click.echo(f"Children: {done.children:,}, live cases: {done.live:,}, finished cases: {done.finished:,}.")
