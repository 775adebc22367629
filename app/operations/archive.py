"""Archives: a backup on disk, as a folder or one .tar file, with a manifest of its parts and their checksums.

An archive is written under another name and renamed when it is complete, so a half-written one is never taken for a backup.
Only parts with names that this program gives are read.
"""

import hashlib
import io
import os
import re
import shutil
import tarfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from functools import cached_property
from pathlib import Path
from typing import IO, BinaryIO, Protocol

from app.core.files.encrypted_file import ENDING, NoKey, decrypt, encrypting

MANIFEST = "manifest.json"
HEADS = "audit-heads.log"
DATABASE = {"sqlite": "database.sqlite3", "postgresql": "database.dump"}
NAME = re.compile(r"manifest\.json|audit-heads\.log|database\.(sqlite3|dump)|files/[0-9a-f]{64}")
CHUNK = 1024 * 1024


class ArchiveError(Exception):
    """There is no archive here, or none can be written here; the text says why."""


def name_of_file(key: str) -> str:
    """Return the name of an uploaded file in an archive."""
    return f"files/{key}"


class ArchiveWriter(Protocol):
    """An archive that is being written."""

    def add(self, name: str, source: BinaryIO, size: int) -> str:
        """Write a part and return its SHA-256."""


class ArchiveReader(Protocol):
    """An archive that is being read."""

    def names(self) -> set[str]:
        """Return the names of all parts."""

    def open(self, name: str) -> IO[bytes]:
        """Return a part, to be closed by the caller. Raises KeyError when it is not there."""


class _Hashing(io.RawIOBase):
    """A part that adds up its checksum while it is read."""

    def __init__(self, source: BinaryIO) -> None:
        self._source, self.sum = source, hashlib.sha256()

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        found = self._source.read(size)
        self.sum.update(found)
        return found


class _Folder:
    def __init__(self, path: Path) -> None:
        self.path = path

    def add(self, name: str, source: BinaryIO, size: int) -> str:
        place = self.path / name
        place.parent.mkdir(mode=0o700, exist_ok=True)
        hashing = _Hashing(source)
        handle = os.open(place, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as out:
            shutil.copyfileobj(hashing, out, CHUNK)
            out.flush()
            os.fsync(out.fileno())
        return hashing.sum.hexdigest()

    @cached_property
    def _parts(self) -> set[str]:
        found = {path.relative_to(self.path).as_posix() for path in self.path.rglob("*") if _is_file(path)}
        return {name for name in found if NAME.fullmatch(name)}

    def names(self) -> set[str]:
        return self._parts

    def open(self, name: str) -> IO[bytes]:
        if name not in self._parts:
            raise KeyError(name)
        return (self.path / name).open("rb")


class _Tar:
    def __init__(self, tar: tarfile.TarFile) -> None:
        self._tar = tar

    @cached_property
    def _members(self) -> dict[str, tarfile.TarInfo]:
        return {one.name: one for one in self._tar.getmembers() if one.isreg() and NAME.fullmatch(one.name)}

    def add(self, name: str, source: BinaryIO, size: int) -> str:
        member = tarfile.TarInfo(name)
        member.size, member.mode = size, 0o600
        hashing = _Hashing(source)
        self._tar.addfile(member, hashing)
        return hashing.sum.hexdigest()

    def names(self) -> set[str]:
        return set(self._members)

    def open(self, name: str) -> IO[bytes]:
        found = self._tar.extractfile(self._members[name])
        if found is None:
            raise KeyError(name)
        return found


@contextmanager
def new_archive(target: Path, recipients: Sequence[str] = ()) -> Iterator[tuple[ArchiveWriter, Path]]:
    """Write an archive to a new path. Give it, and the path of a scratch file that is deleted afterwards.

    With `recipients` (age public keys) it is one file, encrypted for them. Raises ArchiveError.
    """
    _check_name(target, recipients)
    unfinished = target.with_name(f"{target.name}.part")
    for taken in (target, unfinished):
        if taken.exists():
            raise ArchiveError(
                f"{taken} is there already. Nothing is ever written over: choose another name."
            )
    if not target.parent.is_dir():
        raise ArchiveError(f"There is no folder {target.parent}.")
    scratch = target.with_name(f"{target.name}.database")
    try:
        if target.suffix in (".tar", ENDING):
            handle = os.open(unfinished, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(handle, "w+b") as file:
                with (
                    encrypting(file, recipients) if recipients else nullcontext(file) as plain,
                    tarfile.open(fileobj=plain, mode="w|", format=tarfile.PAX_FORMAT) as tar,
                ):
                    yield _Tar(tar), scratch
                file.flush()
                os.fsync(file.fileno())
        else:
            unfinished.mkdir(mode=0o700)
            yield _Folder(unfinished), scratch
        unfinished.rename(target)
        _sync(target.parent)
    finally:
        scratch.unlink(missing_ok=True)
        if unfinished.is_dir():
            shutil.rmtree(unfinished)
        unfinished.unlink(missing_ok=True)


def _check_name(target: Path, recipients: Sequence[str]) -> None:
    if recipients and target.suffix != ENDING:
        raise ArchiveError(
            f"Backups are encrypted here: choose a name that ends in .tar{ENDING}, not {target.name}."
        )
    if not recipients and target.suffix == ENDING:
        raise ArchiveError(f"There is no key to encrypt {target.name} for: set BACKUP_RECIPIENTS.")


@contextmanager
def decrypted(source: Path, identity: Path | None, scratch: Path) -> Iterator[Path]:
    """Give the path of the archive in clear: its own, or that of a copy that is deleted afterwards. Raises ArchiveError."""
    if source.suffix != ENDING or not source.is_file():
        yield source
        return
    if identity is None:
        raise ArchiveError(f"{source} is encrypted: say --identity and the file with the private key.")
    try:
        decrypt(source, scratch, identity)
        yield scratch
    except NoKey as problem:
        raise ArchiveError(f"{problem}.") from None
    finally:
        scratch.unlink(missing_ok=True)


@contextmanager
def open_archive(source: Path) -> Iterator[ArchiveReader]:
    """Open an archive, a folder or a .tar file. Raises ArchiveError."""
    if source.is_dir():
        yield _Folder(source)
    elif source.is_file() and tarfile.is_tarfile(source):
        with tarfile.open(source, "r:") as tar:
            yield _Tar(tar)
    else:
        raise ArchiveError(f"{source} is neither a folder nor a .tar file.")


def size_of(target: Path) -> int:
    """Return how many bytes the archive takes."""
    paths = target.rglob("*") if target.is_dir() else [target]
    return sum(path.stat().st_size for path in paths if path.is_file())


def _is_file(path: Path) -> bool:
    """Return whether this is a file and no symbolic link."""
    return path.is_file() and not path.is_symlink()


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
