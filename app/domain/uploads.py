"""Which files may come in: judged by what is in them, never only by what they are called.

A file must be one of seven kinds, its content must be of the kind its name says, and a packed file must not
unpack to something that would choke whoever opens it. What is not certain is refused.
"""

from __future__ import annotations

import re
import tempfile
import unicodedata
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import IO, Any, BinaryIO, cast

from app.domain.images import PictureError, jpeg_size, png_size
from app.domain.wording import N_, Wording

MEGABYTE = 1024 * 1024
LARGEST = 25 * MEGABYTE
MOST_ENTRIES = 2_000
MOST_UNPACKED = 200 * MEGABYTE
HIGHEST_RATIO = 100
MOST_PIXELS = 60_000_000
LONGEST_NAME = 120
LONGEST_NAME_SENT = 1_000
"""Putting accents into order takes as many steps as the square of their number."""
LARGEST_DIRECTORY = MOST_ENTRIES * 500
"""A zip's list of entries is read whole before they can be counted; each takes less than this many bytes."""
PACKED_AS = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}
"""What Office files use. The other ways to pack take many times longer to unpack."""
CHUNK = 64 * 1024

NOT_A_FILE_WE_TAKE = N_(
    "The file must be a PDF, Word, Excel, OpenDocument text, JPEG, PNG or plain text file"
)
NOT_WHAT_IT_SAYS = N_("The file is not a real %(kind)s file. Save it again as %(kind)s and then upload it")
LOCKED = N_("The file has a password. Remove the password and upload it again")
MACROS = N_("The file has macros in it. Save a copy without macros and upload that")
TOO_BIG_INSIDE = N_("The file unpacks to more than we can take. Save it as a PDF and upload that")
HARMFUL = N_("The file may be harmful and was not kept")

TEST_VIRUS = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!"
"""The industry's harmless test file, in two pieces so that no scanner takes this source for it."""

CONTROL_SIGNS = re.compile("[\x00-\x08\x0b\x0e-\x1f\x7f-\x9f]")
"""What no text has; looked for by one search, since a file of 25MB has as many signs."""

JOINERS = "\u200c\u200d"
"""Signs that show as nothing but that some scripts, Urdu's among them, need to spell words right."""


class UploadError(ValueError):
    """A file that is not kept, and what the person who sent it can do."""

    def __init__(self, text: Wording) -> None:
        super().__init__(str(text))
        self.text = text


@dataclass(frozen=True)
class FileKind:
    """One kind of file that may come in."""

    extension: str
    label: str
    media_type: str
    look: Callable[[FileKind, BinaryIO], None]


def clean_name(raw: str) -> str:
    """The file's name as we keep and show it: no folders, nothing invisible, not too long."""
    name = unicodedata.normalize("NFC", _ends_of(raw.split("\x00", 1)[0]))
    name = re.split(r"[\\/]", name)[-1]
    name = "".join(_shown(sign) for sign in name)
    name = re.sub(r'[<>:"|?*]', "_", " ".join(name.split())).strip(". ")
    stem, dot, extension = name.rpartition(".")
    if not dot:
        return name[:LONGEST_NAME] or "file"
    return f"{stem[: LONGEST_NAME - len(extension) - 1].rstrip() or 'file'}.{extension[:20]}"


def _ends_of(raw: str) -> str:
    """Return a name of bounded length; of a longer one, both ends, since the last letters say what it is."""
    half = LONGEST_NAME_SENT // 2
    return raw if len(raw) <= LONGEST_NAME_SENT else raw[:half] + raw[-half:]


def _shown(sign: str) -> str:
    """A sign of a name as it may stand there: line ends become spaces, and signs that show as nothing, or turn the
    writing round so that "fdp.exe" reads as "exe.pdf", go."""
    kind = unicodedata.category(sign)
    if kind == "Cc" or kind[0] == "Z":
        return " "
    return "" if kind[0] == "C" and sign not in JOINERS else sign


def check_upload(name: str, file: BinaryIO, size: int) -> FileKind:
    """What kind of file this is. Raises UploadError when it may not come in. `name` is already clean."""
    if size == 0:
        raise UploadError(Wording(N_("The file is empty")))
    if size > LARGEST:
        raise UploadError(Wording(N_("The file must be 25MB or smaller")))
    kind = KINDS_OF_FILE.get(name.rpartition(".")[2].lower() if "." in name else "")
    if kind is None:
        raise UploadError(Wording(NOT_A_FILE_WE_TAKE))
    file.seek(0)
    if TEST_VIRUS in file.read(4096):
        raise UploadError(Wording(HARMFUL))
    file.seek(0)
    kind.look(kind, file)
    return kind


def _not(kind: FileKind) -> UploadError:
    return UploadError(Wording(NOT_WHAT_IT_SAYS, kind=kind.label))


def _pdf(kind: FileKind, file: BinaryIO) -> None:
    if not re.match(rb"%PDF-[12]\.\d", file.read(8)):
        raise _not(kind)
    file.seek(0, 2)
    file.seek(max(0, file.tell() - 2048))
    if b"%%EOF" not in file.read():
        raise _not(kind)


def _picture(measure: Callable[[BinaryIO], tuple[int, int]]) -> Callable[[FileKind, BinaryIO], None]:
    def look(kind: FileKind, file: BinaryIO) -> None:
        try:
            width, height = measure(file)
        except PictureError:
            raise _not(kind) from None
        if width * height > MOST_PIXELS:
            raise UploadError(Wording(N_("The picture is too large. Make it smaller and upload it again")))

    return look


def _text(kind: FileKind, file: BinaryIO) -> None:
    content = file.read()
    head = content.lstrip(b"\xef\xbb\xbf \t\r\n")[:64].lower()
    if head.startswith((b"<", b"#!", b"mz", b"%pdf", b"pk\x03\x04", b"{\\rtf", b"%!ps")):
        raise _not(kind)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("cp1252", errors="replace")
    if CONTROL_SIGNS.search(text):
        raise _not(kind)


def _office(main_type: bytes) -> Callable[[FileKind, BinaryIO], None]:
    """A Word or Excel file: a zip whose list of contents names the plain main part, and no macros."""

    def look(kind: FileKind, file: BinaryIO) -> None:
        with _opened(kind, file) as packed:
            types = _part(kind, packed, "[Content_Types].xml").lower()
            if b"macroenabled" in types:
                raise UploadError(Wording(MACROS))
            if main_type not in types or b"<!doctype" in types:
                raise _not(kind)

    return look


def _open_document(kind: FileKind, file: BinaryIO) -> None:
    with _opened(kind, file) as packed:
        if _part(kind, packed, "mimetype").strip() != b"application/vnd.oasis.opendocument.text":
            raise _not(kind)
        if b"manifest:encryption-data" in _part(kind, packed, "META-INF/manifest.xml"):
            raise UploadError(Wording(LOCKED))


def _part(kind: FileKind, packed: zipfile.ZipFile, name: str) -> bytes:
    try:
        with packed.open(name) as part:
            return part.read(MEGABYTE)
    except KeyError:
        raise _not(kind) from None


def _opened(kind: FileKind, file: BinaryIO) -> zipfile.ZipFile:
    """The zip, once everything in it has been looked at."""
    head = file.read(8)
    if head.startswith(b"\xd0\xcf\x11\xe0"):  # an old or password-protected Office file
        raise UploadError(Wording(LOCKED))
    if not head.startswith(b"PK\x03\x04"):  # anything in front of the zip makes it two files in one
        raise _not(kind)
    file.seek(0)
    try:
        _look_inside(file, _Allowance())
        return zipfile.ZipFile(file)
    except (
        zipfile.BadZipFile,
        zlib.error,
        EOFError,
        NotImplementedError,
        RuntimeError,
        ValueError,
        OSError,
    ) as broken:
        if isinstance(broken, UploadError):
            raise
        raise _not(kind) from None


class _ShortReads:
    """A file from which `zipfile` can read no more at once than a list of entries may take."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file

    def __getattr__(self, name: str) -> Any:
        return getattr(self._file, name)

    def read(self, size: int = -1) -> bytes:
        """Read so many bytes; raise UploadError when they are too many."""
        if size > LARGEST_DIRECTORY:
            raise UploadError(Wording(TOO_BIG_INSIDE))
        return self._file.read(LARGEST_DIRECTORY if size < 0 else size)


@dataclass
class _Allowance:
    """How much may still be unpacked, over a file and the files packed in it."""

    entries: int = MOST_ENTRIES
    unpacked: int = MOST_UNPACKED


def _look_inside(file: IO[bytes], left: _Allowance, deeper: bool = True) -> None:
    """Unpack every entry, counting what really comes out, since a zip may lie about its sizes."""
    with zipfile.ZipFile(cast(IO[bytes], _ShortReads(file))) as packed:
        entries = packed.infolist()
        left.entries -= len(entries)
        packed_size = max(1, sum(entry.compress_size for entry in entries))
        said = sum(entry.file_size for entry in entries)
        if left.entries < 0 or said > left.unpacked or said > packed_size * HIGHEST_RATIO:
            raise UploadError(Wording(TOO_BIG_INSIDE))
        for entry in entries:
            _check_entry(entry)
            with packed.open(entry) as part, tempfile.SpooledTemporaryFile(max_size=MEGABYTE) as inner:
                _unpack(part, inner, left, deeper)


def _check_entry(entry: zipfile.ZipInfo) -> None:
    if entry.flag_bits & 0x1:
        raise UploadError(Wording(LOCKED))
    if entry.compress_type not in PACKED_AS:
        raise UploadError(Wording(TOO_BIG_INSIDE))
    name = entry.filename.lower()
    macros = name.endswith(("vbaproject.bin", "vbadata.xml")) or "/macrosheets/" in name
    if macros or name.startswith(("basic/", "scripts/")):
        raise UploadError(Wording(MACROS))


def _unpack(part: IO[bytes], inner: IO[bytes], left: _Allowance, deeper: bool) -> None:
    head = chunk = part.read(CHUNK)
    nested = head.startswith(b"PK\x03\x04")
    if TEST_VIRUS in head[:4096] or head.startswith((b"MZ", b"\x7fELF")):
        raise UploadError(Wording(HARMFUL))
    if nested and not deeper:
        raise UploadError(Wording(TOO_BIG_INSIDE))
    while chunk:
        left.unpacked -= len(chunk)
        if left.unpacked < 0:
            raise UploadError(Wording(TOO_BIG_INSIDE))
        if nested:
            inner.write(chunk)
        chunk = part.read(CHUNK)
    if nested:  # a spreadsheet behind a chart in a letter, for example
        inner.seek(0)
        _look_inside(inner, left, deeper=False)


_OFFICE = b"application/vnd.openxmlformats-officedocument."
KINDS_OF_FILE: dict[str, FileKind] = {
    kind.extension: kind
    for kind in (
        FileKind("pdf", "PDF", "application/pdf", _pdf),
        FileKind("docx", "Word (.docx)", f"{_OFFICE.decode()}wordprocessingml.document",
                 _office(_OFFICE + b"wordprocessingml.document.main+xml")),
        FileKind("xlsx", "Excel (.xlsx)", f"{_OFFICE.decode()}spreadsheetml.sheet",
                 _office(_OFFICE + b"spreadsheetml.sheet.main+xml")),
        FileKind("odt", "OpenDocument text (.odt)", "application/vnd.oasis.opendocument.text", _open_document),
        FileKind("jpg", "JPEG", "image/jpeg", _picture(jpeg_size)),
        FileKind("jpeg", "JPEG", "image/jpeg", _picture(jpeg_size)),
        FileKind("png", "PNG", "image/png", _picture(png_size)),
        FileKind("txt", "plain text", "text/plain; charset=utf-8", _text),
    )
}  # fmt: skip
ACCEPT = ",".join(f".{extension}" for extension in KINDS_OF_FILE)
