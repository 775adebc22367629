"""Which files may come in, by what is in them."""

import io
import struct
import tracemalloc

import pytest

from app.documents.rules.upload_refusals import (
    EMBEDDED_OBJECT,
    HARMFUL,
    LOADS_FROM_ELSEWHERE,
    MACROS,
    UploadError,
)
from app.documents.rules.uploads import LARGEST, check_upload, clean_name, named_as
from tests.hostile_files import BOMB, HONEST, HOSTILE, HOSTILE_NAMES, PDF, Sent, docx, jpeg, png


def looked_at(sent: Sent) -> str:
    return check_upload(clean_name(sent.name), io.BytesIO(sent.content), len(sent.content)).media_type


@pytest.mark.parametrize("sent", HONEST, ids=lambda sent: sent.name)
def test_honest_files_come_in(sent):
    assert looked_at(sent)


@pytest.mark.parametrize("sent", HOSTILE.values(), ids=HOSTILE)
def test_hostile_files_do_not(sent):
    with pytest.raises(UploadError) as refused:
        looked_at(sent)
    assert refused.value.text.msgid


@pytest.mark.parametrize(("sent", "stored"), HOSTILE_NAMES.items(), ids=range(len(HOSTILE_NAMES)))
def test_names_are_made_harmless(sent, stored):
    assert clean_name(sent) == stored


def test_there_is_a_largest_file():
    check_upload("a.pdf", io.BytesIO(PDF), LARGEST)
    with pytest.raises(UploadError):
        check_upload("a.pdf", io.BytesIO(PDF), LARGEST + 1)


def test_a_bomb_does_not_fill_the_memory():
    bomb = docx(**{f"word/{n}": BOMB for n in range(20)})

    tracemalloc.start()
    with pytest.raises(UploadError):
        looked_at(Sent("a.docx", bomb))
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert most < 20 * 1024 * 1024


@pytest.mark.parametrize(
    "name", [name for name in HOSTILE if name.startswith("A11") and "no XML" not in name]
)
def test_a11_what_a_hostile_office_file_would_do_is_the_reason_it_is_refused(name):
    with pytest.raises(UploadError) as refused:
        looked_at(HOSTILE[name])
    assert refused.value.text.msgid in {MACROS, EMBEDDED_OBJECT, LOADS_FROM_ELSEWHERE, HARMFUL}


def old_office(stream: str) -> bytes:
    """A file in the older Office container, with one stream of this name."""
    name = stream.encode("utf-16-le").ljust(64, b"\0")

    def entry(title: bytes, length: int, kind: int, child: int, start: int, size: int) -> bytes:
        return (
            title
            + struct.pack("<HBBIII", length, kind, 1, 0xFFFFFFFF, 0xFFFFFFFF, child)
            + b"\0" * 36
            + struct.pack("<IQ", start, size)
        )

    free, chain_ends, of_table = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
    head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 16 + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6)
    head += b"\0" * 6 + struct.pack("<IIIIIIIII", 0, 1, 1, 0, 0, chain_ends, 0, chain_ends, 0)
    head += struct.pack("<I", 0) + struct.pack("<I", free) * 108
    table = struct.pack("<III", of_table, chain_ends, chain_ends) + struct.pack("<I", free) * 125
    root = entry("Root Entry".encode("utf-16-le").ljust(64, b"\0"), 22, 5, 1, chain_ends, 0)
    found = entry(name, len(stream) * 2 + 2, 2, free, 2, 4096)
    return head + table + root + found + b"\0" * 256 + b"\0" * 4096


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("a.doc", b"x", "This is an older Word file (.doc)"),
        ("a.xls", b"x", "This is an older Excel file (.xls)"),
        ("a.ppt", b"x", "We cannot take PowerPoint files"),
        ("a.pptx", b"x", "We cannot take PowerPoint files"),
        ("IMG_1.HEIC", b"x", "We cannot take HEIC photos yet"),
        ("a.rtf", b"x", "We cannot take this kind of text file"),
        ("a.docm", b"x", "The file has macros in it"),
        ("a.docx", old_office("WordDocument"), "This is an older Word file (.doc)"),
        ("a.xlsx", old_office("Workbook"), "This is an older Excel file (.xls)"),
        ("a.docx", old_office("EncryptedPackage"), "The file has a password"),
        ("a.docx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "This is an older Word file (.doc)"),
    ],
)
def test_b8_a_file_of_another_kind_is_refused_with_a_true_sentence(name, content, sentence):
    with pytest.raises(UploadError) as refused:
        looked_at(Sent(name, content))
    assert str(refused.value.text).startswith(sentence)


@pytest.mark.parametrize(
    ("sent", "media_type"),
    [
        (Sent("a.txt", b"plain"), "text/plain; charset=utf-8"),
        (Sent("a.txt", "It’s".encode("cp1252")), "text/plain; charset=windows-1252"),
        (Sent("a.txt", "Zażółć".encode("utf-16")), "text/plain; charset=utf-16"),
        (Sent("a.jpg", png()), "image/png"),
        (Sent("a.png", jpeg()), "image/jpeg"),
    ],
)
def test_b8_a_file_is_taken_for_what_is_in_it(sent, media_type):
    assert looked_at(sent) == media_type


def test_b8_a_file_is_named_after_what_is_in_it():
    kind = check_upload("a.jpg", io.BytesIO(png()), 100)

    assert named_as("school photo.jpg", kind) == "school photo.png"
    assert named_as("photo.PNG", kind) == "photo.PNG"
    jpg = check_upload("a.jfif", io.BytesIO(jpeg()), 100)
    assert named_as("photo.JPEG", jpg) == "photo.JPEG"
