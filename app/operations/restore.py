"""Restore of a backup into an empty portal, with checks before anything is written and afterwards."""

import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import Row, update

from app.accounts.tables.log_in import LogInSession
from app.core.audit.chain import Verdict, verify
from app.core.audit.heads import FILE as HEADS_FILE
from app.core.audit.heads import stored_heads
from app.core.database.migrations import alone, newest_revision
from app.core.database.row_filter import bypass_row_filter
from app.core.events import PortalRestored
from app.core.files.checksum import checksum_of
from app.core.unit_of_work import AppContext, unit_of_work
from app.documents.documents import files_to_keep, store_of, without_file
from app.operations.archive import (
    DATABASE,
    HEADS,
    MANIFEST,
    ArchiveReader,
    decrypted,
    name_of_file,
    open_archive,
)
from app.operations.backup import keys_of
from app.operations.database_copy import count_rows, is_empty, kind_of, require_tool, restore_database
from app.operations.rules.backup_manifest import BadManifest, Manifest, other_keys, read_manifest, sealed_with
from startup.version import VERSION

FILES = name_of_file("")
Documents = Sequence[Row[int, str, str]]
"""Id, storage key and SHA-256 of each document that must have its file."""


class CannotRestore(Exception):
    """Nothing was written; the message tells the operator why."""


class IncompleteRestore(Exception):
    """The restore failed after some of it was written; the message names what exists and what to do about it."""


@dataclass(frozen=True)
class Restored:
    """The restored backup, with its differences from the original."""

    manifest: Manifest
    files: int
    verdict: Verdict
    log_ins_ended: int
    wrong: list[str] = field(default_factory=list)
    damaged: tuple[int, ...] = ()
    """Ids of documents whose file had been changed before the backup was taken."""


def restore_backup(
    context: AppContext, source: Path, *, older_key: bool = False, identity: Path | None = None
) -> Restored:
    """Restore this backup and return the result.

    Raises CannotRestore, ArchiveError or CopyFailed while nothing has been written, IncompleteRestore after.
    `older_key`: it may be sealed with an earlier audit key. `identity`: the file with the private key of an
    encrypted backup.
    """
    require_tool(context.database, "pg_restore")
    with alone(context.database):
        _must_be_empty(context)
        scratch = context.settings.data_dir / "restoring.tar"
        with decrypted(source, identity, scratch) as plain, open_archive(plain) as archive:
            manifest = _checked(context, archive, older_key)
            _check_parts(archive, manifest)
            with _report_partial_restore(context):
                return _restore(context, archive, manifest)


def _restore(context: AppContext, archive: ArchiveReader, manifest: Manifest) -> Restored:
    _restore_database(context, archive, manifest)
    files = _restore_files(context, archive)
    _restore_heads(context, archive)
    verdict, documents = _audit(context, manifest), _documents(context)
    wrong = [
        *_wrong_counts(context, manifest),
        *_without_file(context, manifest, documents),
        *_wrong_audit(manifest, verdict),
    ]
    damaged = _damaged(manifest, documents)
    return Restored(manifest, files, verdict, _end_sessions(context, manifest), wrong, damaged)


def _existing_data(context: AppContext) -> list[str]:
    """Return descriptions of the data that exists already."""
    existing = []
    if not is_empty(context.database):
        existing.append("the database has tables in it")
    if not store_of(context).is_empty():
        existing.append(f"there are files in {_files_place(context)}")
    if stored_heads(context.settings.data_dir):
        existing.append(f"there is a DATA_DIR/{HEADS_FILE}")
    return existing


def _must_be_empty(context: AppContext) -> None:
    if existing := _existing_data(context):
        raise CannotRestore(
            f"A backup is only restored into an empty place, and here {' and '.join(existing)}. "
            f"Give an empty folder as DATA_DIR{', an empty bucket' if context.settings.s3 else ''} and an empty database."
        )


def _files_place(context: AppContext) -> str:
    return f"the bucket {context.settings.s3.bucket}" if context.settings.s3 else "DATA_DIR/files"


@contextmanager
def _report_partial_restore(context: AppContext) -> Iterator[None]:
    """Raise IncompleteRestore when the restore fails after something was written.

    The operator must know what exists, for instance after a full disk.
    """
    try:
        yield
    except (Exception, KeyboardInterrupt) as failure:
        try:
            existing = _existing_data(context)
        except Exception:
            existing = ["its content is unknown"]
        if not existing:
            raise  # nothing was written
        raise IncompleteRestore(
            f"The restore broke off ({_why(failure)}). What stands here now is half a restore: {' and '.join(existing)}. "
            f"Don't start the portal on it. Put right what stopped it, empty the place again ({_to_delete(context)}) "
            "and restore once more. The backup itself was only read."
        ) from failure


def _why(failure: BaseException) -> str:
    if isinstance(failure, OSError) and failure.strerror:
        return failure.strerror + (f": {failure.filename}" if failure.filename else "")
    return "it was interrupted" if isinstance(failure, KeyboardInterrupt) else type(failure).__name__


def _to_delete(context: AppContext) -> str:
    """Return what must be emptied: only what a restore writes.

    In a demo the keys are in DATA_DIR too, and must stay.
    """
    settings, database = context.settings, context.database.engine.url.database
    files = f"everything in {_files_place(context)}" if settings.s3 else str(settings.data_dir / "files")
    heads = str(settings.data_dir / HEADS_FILE)
    if context.database.is_sqlite:
        return f"delete {', '.join((*(f'{database}{end}' for end in ('', '-wal', '-shm')), files, heads))}"
    return f"drop the database {database} and create it again, delete {files} and {heads}"


def _checked(context: AppContext, archive: ArchiveReader, older_key: bool) -> Manifest:
    """Return the manifest, if it fits this portal. Raises CannotRestore."""
    try:
        with archive.open(MANIFEST) as file:
            manifest, seal = read_manifest(file.read())
    except KeyError:
        raise CannotRestore("This is not a backup: it has no manifest.json.") from None
    except BadManifest as bad:
        raise CannotRestore(str(bad)) from bad
    if others := other_keys(manifest, keys_of(context)):
        raise CannotRestore(
            f"This backup was made with another {' and another '.join(others)}. Set the keys that the portal had "
            f"when it was taken ({manifest.taken_at}); without them the audit can't be checked and nothing sealed "
            "can be opened. (Keys of then may stand in AUDIT_KEY_FALLBACKS and FILE_KEY_FALLBACKS.)"
        )
    which = sealed_with(manifest, seal, context.settings.audit_keys)
    if which is None:
        raise CannotRestore("The list of what is in this backup was changed after it was written.")
    if which > 0 and not older_key:
        raise CannotRestore(
            "This backup was sealed with an AUDIT_KEY that has been replaced since, so whoever has that key could "
            "have made it, the audit in it included. If you know where it has been since it was taken, and that its "
            "last seal is one you noted elsewhere at the time, say so with --older-key."
        )
    if manifest.kind != kind_of(context.database):
        raise CannotRestore(
            f"This is a backup of {manifest.kind}, and DATABASE_URL names {kind_of(context.database)}."
        )
    if manifest.migration != newest_revision():
        raise CannotRestore(
            f"This backup's tables stand at migration {manifest.migration}, this program's ({VERSION}) at "
            f"{newest_revision()}. Restore with the version that took it, {manifest.version}, and upgrade then."
        )
    return manifest


def _check_parts(archive: ArchiveReader, manifest: Manifest) -> None:
    """Raise CannotRestore unless the entries are those of the manifest, with the same checksums."""
    there = archive.names() - {MANIFEST}
    wrong = [f"{name} is missing" for name in sorted(set(manifest.parts) - there)]
    wrong += [f"{name} does not belong to it" for name in sorted(there - set(manifest.parts))]
    for name in sorted(there & set(manifest.parts)):
        with archive.open(name) as file:
            if checksum_of(file) != manifest.parts[name]:
                wrong.append(f"{name} was changed or is damaged")
    if wrong:
        more = f" (and {len(wrong) - 5} more)" if len(wrong) > 5 else ""
        raise CannotRestore(f"This backup is not whole: {'; '.join(wrong[:5])}{more}.")


def _restore_database(context: AppContext, archive: ArchiveReader, manifest: Manifest) -> None:
    with _on_disk(context, archive, DATABASE[manifest.kind]) as path:
        restore_database(context.database, path)


@contextmanager
def _on_disk(context: AppContext, archive: ArchiveReader, name: str) -> Iterator[Path]:
    """Yield an entry as a temporary file."""
    path = context.settings.data_dir / "restoring.part"
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        with os.fdopen(handle, "wb") as out, archive.open(name) as file:
            shutil.copyfileobj(file, out, 1024 * 1024)
        yield path
    finally:
        path.unlink(missing_ok=True)


def _restore_files(context: AppContext, archive: ArchiveReader) -> int:
    store, files = store_of(context), sorted(name for name in archive.names() if name.startswith(FILES))
    for name in files:
        with archive.open(name) as file:
            store.put_back(name.removeprefix(FILES), file)  # type: ignore[arg-type]
    return len(files)


def _restore_heads(context: AppContext, archive: ArchiveReader) -> None:
    if HEADS not in archive.names():
        return
    handle = os.open(context.settings.data_dir / HEADS_FILE, os.O_WRONLY | os.O_CREAT, 0o600)
    with os.fdopen(handle, "wb") as out, archive.open(HEADS) as file:
        shutil.copyfileobj(file, out)


def _wrong_counts(context: AppContext, manifest: Manifest) -> list[str]:
    with context.database.engine.connect() as connection:
        now = count_rows(connection, sorted(manifest.counts))
    return [
        f"{name} has {now[name]} rows, and had {rows} in the backup."
        for name, rows in sorted(manifest.counts.items())
        if now[name] != rows
    ]


def _documents(context: AppContext) -> Documents:
    with context.database.open() as session:
        bypass_row_filter(session, "restored documents are compared with their files")
        return session.execute(files_to_keep(context.clock.now())).all()


def _without_file(context: AppContext, manifest: Manifest, documents: Documents) -> list[str]:
    """Return the documents whose file should have been restored and was not."""
    expected = {row.storage_key: row.id for row in documents if row.id not in manifest.missing}
    lost = [str(number) for number in without_file(store_of(context), expected)]
    return [f"Documents without their file: {', '.join(lost)}."] if lost else []


def _damaged(manifest: Manifest, documents: Documents) -> tuple[int, ...]:
    """Return the ids of documents whose restored file, as in the backup, differs from the upload."""
    existing = {row.id: manifest.parts.get(name_of_file(row.storage_key)) for row in documents}
    return tuple(sorted(row.id for row in documents if existing[row.id] not in (None, row.sha256)))


def _audit(context: AppContext, manifest: Manifest) -> Verdict:
    heads = [*stored_heads(context.settings.data_dir), manifest.audit_head]
    with context.database.open() as session:
        return verify(session, context.settings.audit_keys, heads)


def _wrong_audit(manifest: Manifest, verdict: Verdict) -> Iterator[str]:
    if not verdict.ok:
        yield "The audit is not whole: run `flask --app run portal verify-audit`."
    if (verdict.rows, verdict.head) != (manifest.audit_rows, manifest.audit_head):
        yield "The audit does not end where it ended in the backup."


def _end_sessions(context: AppContext, manifest: Manifest) -> int:
    """End every session that was open when the backup was taken, and record the restore; return how many.

    A session may have been ended since the backup.
    """
    with unit_of_work(context, None) as work:
        bypass_row_filter(work.session, "a backup was restored")
        ended = work.session.execute(
            update(LogInSession).where(LogInSession.ended_at.is_(None)).values(ended_at=work.now)
        )
        work.record(PortalRestored(taken_at=manifest.taken_at))
    return int(ended.rowcount)  # type: ignore[attr-defined]
