"""Check Word, Excel and OpenDocument files: every entry of the zip is unpacked, counted and checked."""

import io
import tempfile
import zipfile
import zlib
from dataclasses import dataclass
from typing import IO, Any, BinaryIO, cast

import olefile

from app.documents.rules.office_parts import PartReader
from app.documents.rules.upload_refusals import (
    EMBEDDED_OBJECT,
    HARMFUL,
    LOCKED,
    MACROS,
    NOT_WHAT_IT_SAYS,
    OTHER_KINDS,
    TOO_BIG_INSIDE,
    UploadError,
    refused,
)

MEGABYTE = 1024 * 1024
MOST_ENTRIES = 2_000
MOST_UNPACKED = 200 * MEGABYTE
MOST_XML = 60 * MEGABYTE
"""For all parts of a file together: a long report has two or three megabytes."""
HIGHEST_RATIO = 100
LARGEST_DIRECTORY = MOST_ENTRIES * 500
"""The list of entries is read whole before they can be counted; each entry takes less than this many bytes."""
PACKED_AS = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}
"""The methods that Office files use. Other methods take many times longer to unpack."""
CHUNK = 64 * 1024

TEST_VIRUS = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!"
"""The industry's harmless test file, in two pieces so that no scanner flags this source."""

OLD_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
ZIP = b"PK\x03\x04"
PROGRAMS = (b"MZ", b"\x7fELF", b"L\x00\x00\x00\x01\x14\x02\x00", b"#!", b"\xca\xfe\xba\xbe", b"\xfe\xed\xfa")
"""Windows, Linux and Mac programs, Windows shortcuts, scripts, Java classes."""

RUNNABLE = frozenset(
    ["app", "application", "bat", "chm", "class", "cmd", "com", "cpl", "dll", "dmg", "exe", "gadget", "hlp", "hta", "htm", "html", "inf", "iso", "jar", "js", "jse", "lnk", "mht", "mhtml", "msc", "msi", "msp", "ocx", "pif", "ps1", "ps1xml", "psm1", "py", "reg", "scf", "scr", "sct", "settingcontent-ms", "sh", "shb", "swf", "sys", "url", "vb", "vbe", "vbs", "vhd", "vxd", "website", "ws", "wsc", "wsf", "wsh", "xll", "xps"]
)  # fmt: skip
"""Endings of files that run when they are opened."""


@dataclass
class Allowance:
    """How much may still be unpacked, over a file and the files inside it."""

    entries: int = MOST_ENTRIES
    unpacked: int = MOST_UNPACKED
    xml: int = MOST_XML


class _ShortReads:
    """A file from which `zipfile` can read at most the largest list of entries at once."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file

    def __getattr__(self, name: str) -> Any:
        return getattr(self._file, name)

    def read(self, size: int = -1) -> bytes:
        """Read so many bytes; raise UploadError when they are too many."""
        if size > LARGEST_DIRECTORY:
            raise refused(TOO_BIG_INSIDE)
        return self._file.read(LARGEST_DIRECTORY if size < 0 else size)


def opened(label: str, file: BinaryIO) -> zipfile.ZipFile:
    """Return the zip after everything in it was checked. Raises UploadError when it is refused."""
    head = file.read(8)
    if head == OLD_OFFICE:
        raise refused(_of_old_office(file))
    if not head.startswith(ZIP):  # content before the zip would make it two files in one
        raise refused(NOT_WHAT_IT_SAYS, kind=label)
    file.seek(0)
    try:
        _look_inside(file, Allowance())
        return zipfile.ZipFile(file)
    except UploadError:
        raise
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError, OSError):
        raise refused(NOT_WHAT_IT_SAYS, kind=label) from None


def part_of(label: str, packed: zipfile.ZipFile, name: str) -> bytes:
    """Return the first megabyte of an entry. Raises UploadError when there is none."""
    try:
        with packed.open(name) as part:
            return part.read(MEGABYTE)
    except KeyError:
        raise refused(NOT_WHAT_IT_SAYS, kind=label) from None


def _of_old_office(file: BinaryIO) -> str:
    """Return the message for a file in the older Office container, whatever its name."""
    file.seek(0)
    try:
        with olefile.OleFileIO(io.BytesIO(file.read())) as container:
            if container.exists("EncryptedPackage"):
                return LOCKED
            for stream, kind in (("WordDocument", "doc"), ("Workbook", "xls"), ("Book", "xls"),
                                 ("PowerPoint Document", "ppt")):  # fmt: skip
                if container.exists(stream):
                    return OTHER_KINDS[kind]
    except (
        OSError,
        ValueError,
        IndexError,
        KeyError,
        AttributeError,
        TypeError,
        MemoryError,
        RecursionError,
    ):
        pass
    return OTHER_KINDS["doc"]


def _look_inside(file: IO[bytes], left: Allowance, deeper: bool = True) -> None:
    """Unpack and check every entry, counting the real sizes, because a zip may declare false ones."""
    with zipfile.ZipFile(cast(IO[bytes], _ShortReads(file))) as packed:
        entries = packed.infolist()
        left.entries -= len(entries)
        packed_size = max(1, sum(entry.compress_size for entry in entries))
        declared = sum(entry.file_size for entry in entries)
        if left.entries < 0 or declared > left.unpacked or declared > packed_size * HIGHEST_RATIO:
            raise refused(TOO_BIG_INSIDE)
        for entry in entries:
            _check_entry(entry)
            with packed.open(entry) as part, tempfile.SpooledTemporaryFile(max_size=MEGABYTE) as inner:
                _unpack(entry.filename.lower(), part, inner, left, deeper)


def _check_entry(entry: zipfile.ZipInfo) -> None:
    if entry.flag_bits & 0x1:
        raise refused(LOCKED)
    if entry.compress_type not in PACKED_AS:
        raise refused(TOO_BIG_INSIDE)
    path = entry.filename.lower().replace("\\", "/").split("/")
    if path[-1] in {"vbaproject.bin", "vbadata.xml"} or not {"macrosheets", "basic", "scripts"}.isdisjoint(
        path
    ):
        raise refused(MACROS)
    if path[-1].rpartition(".")[2] in RUNNABLE and "." in path[-1]:
        raise refused(HARMFUL)


def _unpack(name: str, part: IO[bytes], inner: IO[bytes], left: Allowance, deeper: bool) -> None:
    head = chunk = part.read(CHUNK)
    nested = head.startswith(ZIP)
    _check_head(head)
    if nested and not deeper:
        raise refused(TOO_BIG_INSIDE)
    reader = PartReader(name) if _is_xml(name, head) else None
    while chunk:
        left.unpacked -= len(chunk)
        left.xml -= len(chunk) if reader else 0
        if left.unpacked < 0 or left.xml < 0:
            raise refused(TOO_BIG_INSIDE)
        if reader:
            reader.feed(chunk)
        if nested:
            inner.write(chunk)
        chunk = part.read(CHUNK)
    if reader:
        reader.close()
        if not reader.well_formed and name.endswith((".xml", ".rels")):
            raise ValueError("a part is not XML")
    if nested:  # a spreadsheet behind a chart in a letter, for example
        inner.seek(0)
        _look_inside(inner, left, deeper=False)


def _check_head(head: bytes) -> None:
    """Raise UploadError for an entry that is a program or an object of the older Office, whatever its name."""
    if TEST_VIRUS in head[:4096] or head.startswith(PROGRAMS):
        raise refused(HARMFUL)
    if head.startswith(OLD_OFFICE):
        raise refused(EMBEDDED_OBJECT)


def _is_xml(name: str, head: bytes) -> bool:
    begins = head[:64].lstrip(b"\xef\xbb\xbf\xff\xfe\x00 \t\r\n")
    return bool(head) and (name.endswith((".xml", ".rels")) or begins.startswith(b"<"))
