"""Where the bytes of uploaded files lie: in a private folder, under names nobody can guess or choose.

A file is written first and its row second, so that no row is ever without its file; a file without a row
(the power went in between) is swept up a day later.
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
    """A file that is safely on the disk."""

    key: str
    size: int
    sha256: str


@dataclass(frozen=True)
class Lying:
    """Something that lies in the store."""

    key: str
    place: str
    """Where exactly; only the store knows how to read it."""
    whole: bool = True
    """False for what was left half written."""


class Store(Protocol):
    """What every store of files can do. Keys are ours; ValueError for anything that is none."""

    def keep(self, file: BinaryIO) -> StoredFile:
        """Write a file under a new random name; it is there for good when this returns."""
        ...

    def put_back(self, key: str, file: BinaryIO) -> StoredFile:
        """Write a file from a backup under the name it had."""
        ...

    def open(self, key: str) -> BinaryIO:
        """Read a file; whoever asks closes it. FileNotFoundError when it is not there."""
        ...

    def size(self, key: str) -> int:
        """How many bytes it has. FileNotFoundError when it is not there."""
        ...

    def remove(self, key: str) -> None:
        """Take a file away; it may be gone already."""
        ...

    def older_than(self, moment: datetime) -> Iterator[Lying]:
        """Everything put here before this moment (UTC), half written things included."""
        ...

    def drop(self, lying: Lying) -> None:
        """Take away exactly this."""
        ...

    def is_empty(self) -> bool:
        """Whether no file lies here."""
        ...

    def answers(self) -> bool:
        """Whether files can be kept here now."""
        ...


class FileStore:
    """One folder, readable by nobody but this program. No page serves it; downloads go through the row filter."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def keep(self, file: BinaryIO) -> StoredFile:
        """Write a file under a new random name; it is on the disk for good when this returns."""
        return self._put(secrets.token_hex(32), file)

    def put_back(self, key: str, file: BinaryIO) -> StoredFile:
        """Write a file from a backup under the name it had."""
        return self._put(key, file)

    def answers(self) -> bool:
        """Whether files can be kept here now."""
        return os.access(self.folder if self.folder.exists() else self.folder.parent, os.W_OK | os.X_OK)

    def is_empty(self) -> bool:
        """Whether no file lies here."""
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
        _settle(place.parent)
        return StoredFile(key, size, fingerprint)

    def path(self, key: str) -> Path:
        """Where the file with this key lies. ValueError for anything that is not one of our keys."""
        if not KEY.fullmatch(key):
            raise ValueError("not a storage key")
        return self.folder / key[:2] / key

    def open(self, key: str) -> BinaryIO:
        """Read a file. FileNotFoundError when it is not there."""
        return self.path(key).open("rb")

    def size(self, key: str) -> int:
        """How many bytes it has."""
        return self.path(key).stat().st_size

    def remove(self, key: str) -> None:
        """Take a file off the disk; it may be gone already."""
        self.path(key).unlink(missing_ok=True)

    def older_than(self, moment: datetime) -> Iterator[Lying]:
        """Every file put here before this moment (UTC), unfinished ones included."""
        for found in self.folder.glob("??/*"):
            with_key = KEY.fullmatch(found.stem)
            if with_key and _written_at(found) < moment:
                yield Lying(found.stem, str(found), whole=not found.suffix)

    def drop(self, lying: Lying) -> None:
        """Take exactly this off the disk."""
        Path(lying.place).unlink(missing_ok=True)


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


def _settle(folder: Path) -> None:
    """Make the file's new name survive a power cut too."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _written_at(path: Path) -> datetime:
    return datetime.fromtimestamp(path.stat().st_mtime, UTC).replace(tzinfo=None)
