"""Decide which files are accepted, by their content and never by their name alone.

A file must be one of seven kinds, its content must match its ending, and a packed file must not unpack to more than
the limits. A file that cannot be checked is refused.
"""

from __future__ import annotations

import codecs
import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import BinaryIO

from app.core.wording import N_
from app.documents.rules.images import PNG_BEGINS, PictureError, jpeg_size, png_size
from app.documents.rules.packed_files import MEGABYTE, TEST_VIRUS, opened, part_of
from app.documents.rules.upload_refusals import (
    HARMFUL,
    LOCKED,
    NOT_ACCEPTED,
    NOT_WHAT_IT_SAYS,
    OTHER_KINDS,
    UploadError,
    refused,
)

LARGEST = 25 * MEGABYTE
MOST_PIXELS = 60_000_000
LONGEST_NAME = 120
LONGEST_NAME_SENT = 1_000
"""Normalising accents takes as many steps as the square of their number."""
PDF_BEGINS_WITHIN, PDF_ENDS_WITHIN = 1024, 4096
"""Bytes at either end in which readers search for the mark of a PDF (ISO 32000-1, annex H)."""
OTHER_KIND_IN_FRONT = re.compile(rb"<|PK\x03\x04|^MZ|^\x7fELF|^#!|\xff\xd8\xff|\x89PNG")
OTHER_KINDS_OF_TEXT = ("<", "#!", "mz", "%pdf", "pk\x03\x04", "{\\rtf", "%!ps")

CONTROL_SIGNS = re.compile("[\x00-\x08\x0b\x0e-\x1f\x7f-\x9f]")
"""Characters that no text contains; one search finds them, because a file of 25MB has as many characters."""

JOINERS = "\u200c\u200d"
"""Invisible characters that some scripts, among them Urdu's, need for correct spelling."""


@dataclass(frozen=True)
class FileKind:
    """One kind of file that is accepted."""

    extension: str
    label: str
    media_type: str
    look: Callable[[FileKind, BinaryIO], FileKind]
    """Return the kind of the content; raise UploadError when it does not match the name."""


def clean_name(raw: str) -> str:
    """Return the file's name as stored and shown: no folders, nothing invisible, not too long."""
    name = unicodedata.normalize("NFC", _ends_of(raw.split("\x00", 1)[0]))
    name = re.split(r"[\\/]", name)[-1]
    name = "".join(_shown(sign) for sign in name)
    name = re.sub(r'[<>:"|?*]', "_", " ".join(name.split())).strip(". ")
    stem, dot, extension = name.rpartition(".")
    if not dot:
        return name[:LONGEST_NAME] or "file"
    return f"{stem[: LONGEST_NAME - len(extension) - 1].rstrip() or 'file'}.{extension[:20]}"


def _ends_of(raw: str) -> str:
    """Return a name of bounded length; of a longer one, both ends, because the ending is the last part."""
    half = LONGEST_NAME_SENT // 2
    return raw if len(raw) <= LONGEST_NAME_SENT else raw[:half] + raw[-half:]


def _shown(sign: str) -> str:
    """Return a character as allowed in a name: line ends become spaces, and invisible characters are removed.

    Among these are those that reverse the direction, so that "fdp.exe" reads as "exe.pdf".
    """
    kind = unicodedata.category(sign)
    if kind == "Cc" or kind[0] == "Z":
        return " "
    return "" if kind[0] == "C" and sign not in JOINERS else sign


def check_upload(name: str, file: BinaryIO, size: int) -> FileKind:
    """Return the kind of this file. Raises UploadError when it is refused. `name` is already clean."""
    if size == 0:
        raise refused(N_("The file is empty"))
    if size > LARGEST:
        raise refused(N_("The file must be 25MB or smaller"))
    extension = name.rpartition(".")[2].lower() if "." in name else ""
    kind = KINDS_OF_FILE.get(SAME_EXTENSION.get(extension, extension))
    if kind is None:
        raise refused(OTHER_KINDS.get(extension, NOT_ACCEPTED))
    file.seek(0)
    if TEST_VIRUS in file.read(4096):
        raise refused(HARMFUL)
    file.seek(0)
    return kind.look(kind, file)


def named_as(name: str, kind: FileKind) -> str:
    """Return the file's name with the ending of its content: a PNG named .jpg becomes .png."""
    stem, _, extension = name.rpartition(".")
    right = SAME_EXTENSION.get(extension.lower(), extension.lower()) == kind.extension
    return name if right else f"{stem}.{kind.extension}"


def _not(kind: FileKind) -> UploadError:
    return refused(NOT_WHAT_IT_SAYS, kind=kind.label)


def _pdf(kind: FileKind, file: BinaryIO) -> FileKind:
    """Check a PDF, which may have up to a kilobyte from a printer or mail program in front, but no other kind of file.

    documents/pdf_inspection.py checks what it does when opened, with a parser in a process of its own.
    """
    head = file.read(PDF_BEGINS_WITHIN)
    found = re.search(rb"%PDF-[12]\.\d", head)
    if found is None or OTHER_KIND_IN_FRONT.search(head[: found.start()]):
        raise _not(kind)
    file.seek(0, 2)
    file.seek(max(0, file.tell() - PDF_ENDS_WITHIN))
    if b"%%EOF" not in file.read():
        raise _not(kind)
    return kind


def _picture(kind: FileKind, file: BinaryIO) -> FileKind:
    """Check a JPEG or a PNG, whichever of the two its name gives."""
    is_png = file.read(len(PNG_BEGINS)) == PNG_BEGINS
    found = KINDS_OF_FILE["png" if is_png else "jpg"]
    file.seek(0)
    try:
        width, height = (png_size if is_png else jpeg_size)(file)
    except PictureError:
        raise _not(kind) from None
    if width * height > MOST_PIXELS:
        raise refused(N_("The picture is too large. Make it smaller and upload it again"))
    return found


def _text(kind: FileKind, file: BinaryIO) -> FileKind:
    """Check plain text in UTF-8, UTF-16 with its mark, or the Windows code page."""
    content = file.read()
    encoding = _encoding_of(content)
    text = content.decode(encoding, errors="replace")
    if text.lstrip("\ufeff \t\r\n")[:64].lower().startswith(OTHER_KINDS_OF_TEXT) or CONTROL_SIGNS.search(
        text
    ):
        raise _not(kind)
    charset = {"utf-8-sig": "utf-8", "cp1252": "windows-1252"}.get(encoding, encoding)
    return replace(kind, media_type=f"text/plain; charset={charset}")


def _encoding_of(content: bytes) -> str:
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    try:
        content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return "cp1252"
    return "utf-8-sig"


def _office(main_type: bytes) -> Callable[[FileKind, BinaryIO], FileKind]:
    """Return the check of a Word or Excel file: a zip whose list of contents names the plain main part."""

    def look(kind: FileKind, file: BinaryIO) -> FileKind:
        with opened(kind.label, file) as packed:
            if main_type not in part_of(kind.label, packed, "[Content_Types].xml").lower():
                raise _not(kind)
        return kind

    return look


def _open_document(kind: FileKind, file: BinaryIO) -> FileKind:
    with opened(kind.label, file) as packed:
        media_type = part_of(kind.label, packed, "mimetype").strip()
        if media_type != b"application/vnd.oasis.opendocument.text":
            raise _not(kind)
        if b"encryption-data" in part_of(kind.label, packed, "META-INF/manifest.xml"):
            raise refused(LOCKED)
    return kind


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
        FileKind("jpg", "JPEG", "image/jpeg", _picture),
        FileKind("png", "PNG", "image/png", _picture),
        FileKind("txt", "plain text", "text/plain; charset=utf-8", _text),
    )
}  # fmt: skip
SAME_EXTENSION = {"jpeg": "jpg", "jpe": "jpg", "jfif": "jpg", "jif": "jpg", "pjpeg": "jpg", "text": "txt"}
ACCEPT = ",".join(f".{extension}" for extension in [*KINDS_OF_FILE, *SAME_EXTENSION])
