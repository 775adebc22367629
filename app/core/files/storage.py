"""Storage of uploaded files in a private folder, under random keys.

A file is written before its row, so that no row is without its file. A file without a row (after a power cut in
between) is deleted a day later.
"""

import hashlib
import os
import re
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO, Protocol

KEY = re.compile(r"[0-9a-f]{64}")
CHUNK = 256 * 1024


@dataclass(frozen=True)
class StoredFile:
    """A file that is stored durably."""

    key: str
    size: int
    sha256: str


@dataclass(frozen=True)
class StoreEntry:
    """One entry of the store, complete or not."""

    key: str
    place: str
    """Its path or object name, for the store itself."""
    whole: bool = True
    """False for a file that was left incomplete."""


class Store(Protocol):
    """The interface of a file store. Its methods raise ValueError for a key that we did not make."""

    def keep(self, file: BinaryIO) -> StoredFile:
        """Write a file under a new random key, and return it once it is stored."""
        ...

    def put_back(self, key: str, file: BinaryIO) -> StoredFile:
        """Write a file from a backup under the key it had."""
        ...

    def open(self, key: str) -> BinaryIO:
        """Open a file for reading; the caller closes it. Raises FileNotFoundError."""
        ...

    def size(self, key: str) -> int:
        """Return the size in bytes. Raises FileNotFoundError."""
        ...

    def remove(self, key: str) -> None:
        """Delete a file, if it exists."""
        ...

    def older_than(self, moment: datetime) -> Iterator[StoreEntry]:
        """Yield the entries written before this moment (UTC), incomplete ones included."""
        ...

    def drop(self, entry: StoreEntry) -> None:
        """Delete exactly this entry."""
        ...

    def is_empty(self) -> bool:
        """Return whether the store has no file."""
        ...

    def answers(self) -> bool:
        """Return whether files can be written now."""
        ...


class FileStore:
    """A folder that only the portal's account can read. No page serves it; downloads go through the row filter."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def keep(self, file: BinaryIO) -> StoredFile:
        """Write a file under a new random key, and return it once it is on the disk."""
        return self._put(secrets.token_hex(32), file)

    def put_back(self, key: str, file: BinaryIO) -> StoredFile:
        """Write a file from a backup under the key it had."""
        return self._put(key, file)

    def answers(self) -> bool:
        """Return whether files can be written now."""
        return os.access(self.folder if self.folder.exists() else self.folder.parent, os.W_OK | os.X_OK)

    def is_empty(self) -> bool:
        """Return whether the store has no file."""
        return next(self.folder.glob("??/*"), None) is None

    def _put(self, key: str, file: BinaryIO) -> StoredFile:
        place = self.path(key)
        for folder in (self.folder, place.parent):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        unfinished = place.with_suffix(".part")
        try:
            size, fingerprint = _write(unfinished, file)
            unfinished.rename(place)
        except BaseException:
            unfinished.unlink(missing_ok=True)
            raise
        _sync_folder(place.parent)
        return StoredFile(key, size, fingerprint)

    def path(self, key: str) -> Path:
        """Return the path of the file with this key. Raises ValueError for a key that we did not make."""
        if not KEY.fullmatch(key):
            raise ValueError("not a storage key")
        return self.folder / key[:2] / key

    def open(self, key: str) -> BinaryIO:
        """Open a file for reading. Raises FileNotFoundError."""
        return self.path(key).open("rb")

    def size(self, key: str) -> int:
        """Return the size in bytes. Raises FileNotFoundError."""
        return self.path(key).stat().st_size

    def remove(self, key: str) -> None:
        """Delete a file, if it exists."""
        self.path(key).unlink(missing_ok=True)

    def older_than(self, moment: datetime) -> Iterator[StoreEntry]:
        """Yield the entries written before this moment (UTC), incomplete ones included."""
        for found in self.folder.glob("??/*"):
            with_key = KEY.fullmatch(found.stem)
            if with_key and _written_at(found) < moment:
                yield StoreEntry(found.stem, str(found), whole=not found.suffix)

    def drop(self, entry: StoreEntry) -> None:
        """Delete exactly this entry."""
        Path(entry.place).unlink(missing_ok=True)


def _write(place: Path, file: BinaryIO) -> tuple[int, str]:
    size, fingerprint = 0, hashlib.sha256()
    handle = os.open(place, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as out:
        file.seek(0)
        while chunk := file.read(CHUNK):
            size += len(chunk)
            fingerprint.update(chunk)
            out.write(chunk)
        out.flush()
        os.fsync(out.fileno())
    return size, fingerprint.hexdigest()


def _sync_folder(folder: Path) -> None:
    """Write the folder to the disk, so that the file's new name survives a power cut."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _written_at(path: Path) -> datetime:
    return datetime.fromtimestamp(path.stat().st_mtime, UTC).replace(tzinfo=None)
