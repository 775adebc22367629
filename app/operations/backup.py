"""Taking a backup while people work: the database as it stood at one moment, then the files its rows speak of.

The audit's kept heads are read first, so that each is in the copy; a file is on the disk before its row is written, so
every row in the copy has its file, unless the scanner refused that file in the same minute.
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
from app.documents.documents import still_wanted, store_of
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
from app.operations.database_copy import copied, count_rows, kind_of, need_tools, revision_of, tables_of
from app.operations.rules.backup_manifest import Manifest, marks_of
from startup.version import VERSION

LAST = Path("backups") / "last.json"


@dataclass(frozen=True)
class Taken:
    """A backup that is whole."""

    manifest: Manifest
    files: int
    bytes: int
    damaged: tuple[int, ...] = ()
    """Documents whose file is not what was once uploaded, by their number."""


@dataclass
class _Seen:
    """What stood in the database at the moment of the copy."""

    counts: dict[str, int]
    migration: str
    audit_rows: int
    audit_head: str
    documents: list[tuple[int, str, str]]
    """Number, storage key, fingerprint."""
    missing: list[int] = field(default_factory=list)
    damaged: list[int] = field(default_factory=list)


def take_backup(context: AppContext, target: Path) -> Taken:
    """Write a backup to a new folder, or a new file if its name ends in .tar or .tar.age. Raises ArchiveError or CopyFailed."""
    settings = context.settings
    if not (settings.backup_recipients or settings.backups_unencrypted):
        raise ArchiveError(
            "This portal has no public key to encrypt its backups for: set BACKUP_RECIPIENTS (docs/backup.md). Only where "
            "something else encrypts them, set BACKUPS_UNENCRYPTED=yes."
        )
    need_tools(context.database, "pg_dump")
    kind, taken_at = kind_of(context.database), context.clock.now().isoformat(timespec="seconds") + "Z"
    with new_archive(target, settings.backup_recipients) as (archive, scratch):
        parts = _add_heads(archive, context.settings.data_dir / HEADS_FILE)
        with copied(context.database, scratch) as connection:
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
        slip = manifest.written(context.settings.audit_keys[0])
        archive.add(MANIFEST, io.BytesIO(slip), len(slip))
    taken = Taken(manifest, len(seen.documents) - len(seen.missing), size_of(target), tuple(seen.damaged))
    _leave_word(context.settings.data_dir, taken)
    return taken


def keys_of(context: AppContext) -> dict[str, tuple[str, ...]]:
    """The keys without which a backup is not whole: the audit's, and those of everything sealed."""
    return {"AUDIT_KEY": context.settings.audit_keys, "FILE_KEY": context.settings.file_keys}


def _look_at(context: AppContext, connection: Connection) -> _Seen:
    counts = count_rows(connection, tables_of(connection))
    with Session(connection) as session:
        bypass_row_filter(session, "a backup is taken")
        documents = [
            (row.id, row.storage_key, row.sha256)
            for row in session.execute(still_wanted(context.clock.now()))
        ]
        _, seal = head(session)
        return _Seen(counts, revision_of(connection), counts["audit"], seal, documents)


def _add(archive: ArchiveWriter, name: str, path: Path) -> str:
    with path.open("rb") as file:
        return archive.add(name, file, path.stat().st_size)


def _add_heads(archive: ArchiveWriter, path: Path) -> dict[str, str]:
    kept = path.read_bytes() if path.exists() else b""
    return {HEADS: archive.add(HEADS, io.BytesIO(kept), len(kept))} if kept else {}


def _add_files(archive: ArchiveWriter, store: Store, seen: _Seen) -> dict[str, str]:
    """Each document's file; what is not there, or is not what was uploaded, is noted and does not stop the rest."""
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


def _leave_word(data_dir: Path, taken: Taken) -> None:
    """When the last backup was taken, for whoever asks."""
    place = data_dir / LAST
    place.parent.mkdir(mode=0o700, exist_ok=True)
    draft = place.with_suffix(f".{os.getpid()}")
    told = {"at": taken.manifest.taken_at, "kind": taken.manifest.kind, "bytes": taken.bytes}
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w", encoding="ascii") as file:
        json.dump(told, file)
    draft.replace(place)


def numbers(documents: Iterable[object], most: int = 20) -> str:
    """The first few of these numbers, for a person to read."""
    listed = [str(each) for each in documents]
    more = f" and {len(listed) - most} more" if len(listed) > most else ""
    return ", ".join(listed[:most]) + more
