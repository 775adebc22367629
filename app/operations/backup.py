"""Backups of the running portal: a snapshot of the database, then the files that its rows refer to.

The audit log's stored heads are read first, so that each is in the snapshot. A file is stored before its row
is committed, so every row in the snapshot has its file, unless the virus scanner rejected the file in the
same minute.
"""

import io
import json
import os
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import Connection
from sqlalchemy.orm import Session

from app.core.audit.chain import head
from app.core.audit.heads import FILE as HEADS_FILE
from app.core.database.row_filter import bypass_row_filter
from app.core.files.storage import Store
from app.core.unit_of_work import AppContext
from app.documents.documents import files_to_keep, store_of
from app.operations.archive import (
    DATABASE,
    HEADS,
    MANIFEST,
    ArchiveError,
    ArchiveWriter,
    name_of_file,
    new_archive,
    size_of,
)
from app.operations.database_copy import (
    copy_database,
    count_rows,
    kind_of,
    require_tool,
    revision_of,
    tables_of,
)
from app.operations.rules.backup_manifest import Manifest, marks_of
from startup.version import VERSION

LAST = Path("backups") / "last.json"


@dataclass(frozen=True)
class Backup:
    """A complete backup."""

    manifest: Manifest
    files: int
    bytes: int
    damaged: tuple[int, ...] = ()
    """Ids of documents whose file differs from the upload."""


@dataclass
class _Seen:
    """The database at the moment of the snapshot."""

    counts: dict[str, int]
    migration: str
    audit_rows: int
    audit_head: str
    documents: list[tuple[int, str, str]]
    """Id, storage key and SHA-256 of each document."""
    missing: list[int] = field(default_factory=list)
    damaged: list[int] = field(default_factory=list)


def take_backup(context: AppContext, target: Path) -> Backup:
    """Write a backup to a new folder, or to a new file if its name ends in .tar or .tar.age, and return it.

    Raises ArchiveError or CopyFailed.
    """
    settings = context.settings
    if not (settings.backup_recipients or settings.backups_unencrypted):
        raise ArchiveError(
            "This portal has no public key to encrypt its backups for: set BACKUP_RECIPIENTS (docs/backup.md). Only where "
            "something else encrypts them, set BACKUPS_UNENCRYPTED=yes."
        )
    require_tool(context.database, "pg_dump")
    kind, taken_at = kind_of(context.database), context.clock.now().isoformat(timespec="seconds") + "Z"
    with new_archive(target, settings.backup_recipients) as (archive, scratch):
        parts = _add_heads(archive, context.settings.data_dir / HEADS_FILE)
        with copy_database(context.database, scratch) as connection:
            seen = _look_at(context, connection)
        parts[DATABASE[kind]] = _add(archive, DATABASE[kind], scratch)
        parts |= _add_files(archive, store_of(context), seen)
        manifest = Manifest(
            taken_at=taken_at,
            version=VERSION,
            kind=kind,
            migration=seen.migration,
            counts=seen.counts,
            parts=parts,
            missing=tuple(seen.missing),
            audit_rows=seen.audit_rows,
            audit_head=seen.audit_head,
            keys=marks_of(keys_of(context)),
        )
        manifest_text = manifest.written(context.settings.audit_keys[0])
        archive.add(MANIFEST, io.BytesIO(manifest_text), len(manifest_text))
    backup = Backup(manifest, len(seen.documents) - len(seen.missing), size_of(target), tuple(seen.damaged))
    _record_backup(context.settings.data_dir, backup)
    return backup


def keys_of(context: AppContext) -> dict[str, tuple[str, ...]]:
    """Return the keys needed to use a backup: those of the audit log and of the encrypted columns."""
    return {"AUDIT_KEY": context.settings.audit_keys, "FILE_KEY": context.settings.file_keys}


def _look_at(context: AppContext, connection: Connection) -> _Seen:
    counts = count_rows(connection, tables_of(connection))
    with Session(connection) as session:
        bypass_row_filter(session, "a backup is taken")
        documents = [
            (row.id, row.storage_key, row.sha256)
            for row in session.execute(files_to_keep(context.clock.now()))
        ]
        _, seal = head(session)
        return _Seen(counts, revision_of(connection), counts["audit"], seal, documents)


def _add(archive: ArchiveWriter, name: str, path: Path) -> str:
    with path.open("rb") as file:
        return archive.add(name, file, path.stat().st_size)


def _add_heads(archive: ArchiveWriter, path: Path) -> dict[str, str]:
    heads = path.read_bytes() if path.exists() else b""
    return {HEADS: archive.add(HEADS, io.BytesIO(heads), len(heads))} if heads else {}


def _add_files(archive: ArchiveWriter, store: Store, seen: _Seen) -> dict[str, str]:
    """Add each document's file and return the checksums by entry.

    A missing file, or one that differs from the upload, is recorded and does not stop the backup.
    """
    parts = {}
    for number, key, fingerprint in seen.documents:
        name = name_of_file(key)
        try:
            with store.open(key) as content:
                parts[name] = archive.add(name, content, store.size(key))
        except (FileNotFoundError, ValueError):
            seen.missing.append(number)
            continue
        if parts[name] != fingerprint:
            seen.damaged.append(number)
    return parts


def _record_backup(data_dir: Path, backup: Backup) -> None:
    """Record when the last backup was taken, for the status page."""
    place = data_dir / LAST
    place.parent.mkdir(mode=0o700, exist_ok=True)
    draft = place.with_suffix(f".{os.getpid()}")
    record = {"at": backup.manifest.taken_at, "kind": backup.manifest.kind, "bytes": backup.bytes}
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w", encoding="ascii") as file:
        json.dump(record, file)
    draft.replace(place)


def numbers(documents: Iterable[object], most: int = 20) -> str:
    """Return the first few of these ids as text."""
    listed = [str(each) for each in documents]
    more = f" and {len(listed) - most} more" if len(listed) > most else ""
    return ", ".join(listed[:most]) + more
