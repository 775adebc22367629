"""What a PDF does when it is opened is found by a parser in a process of its own."""

import io

import pikepdf
import pytest

from app.documents import pdf_inspection
from app.documents.pdf_inspection import inspect_pdf
from app.documents.rules.upload_refusals import (
    HARMFUL,
    LOCKED_PDF,
    NOT_WHAT_IT_SAYS,
    RUNS_SOMETHING,
    TOO_BIG_INSIDE,
    UploadError,
)
from tests.hostile_files import PDF, PDF_PARTS, pdf


def sentence(content: bytes) -> str:
    with pytest.raises(UploadError) as refused:
        inspect_pdf(io.BytesIO(content))
    return refused.value.text.msgid


def made(**save: object) -> bytes:
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(PDF)) as document:
        document.save(out, **save)
    return out.getvalue()


def test_b8_an_honest_pdf_is_taken():
    inspect_pdf(io.BytesIO(PDF))
    inspect_pdf(io.BytesIO(b"\r\n\x1b%-12345X@PJL\r\n" + PDF))
    inspect_pdf(io.BytesIO(made(object_stream_mode=pikepdf.ObjectStreamMode.generate)))
    inspect_pdf(io.BytesIO(pdf(b"/OpenAction << /S /URI /URI (https://www.nhs.uk) >>")))


@pytest.mark.parametrize("name", PDF_PARTS)
def test_a11_a_pdf_that_starts_something_is_refused(name):
    assert sentence(PDF_PARTS[name]) == (HARMFUL if name == "program attached" else RUNS_SOMETHING)


def test_a11_an_action_in_a_packed_part_of_the_pdf_is_found():
    with pikepdf.open(io.BytesIO(PDF_PARTS["launch from a page"])) as document:
        document.Root.Hidden = document.make_indirect(
            pikepdf.Dictionary(S=pikepdf.Name.Launch, F=pikepdf.String("cmd.exe"))
        )
        out = io.BytesIO()
        document.save(out, object_stream_mode=pikepdf.ObjectStreamMode.generate, compress_streams=True)
    assert b"/Launch" not in out.getvalue()

    assert sentence(out.getvalue()) == RUNS_SOMETHING


def test_b8_a_pdf_with_a_password_to_open_says_how_to_go_on():
    assert sentence(made(encryption=pikepdf.Encryption(owner="a", user="b"))) == LOCKED_PDF


def test_b8_a_pdf_that_only_forbids_changes_is_taken():
    inspect_pdf(io.BytesIO(made(encryption=pikepdf.Encryption(owner="a", user=""))))


@pytest.mark.parametrize(
    "content", [b"%PDF-1.7\nhello\n%%EOF", b"%PDF-1.7\n", b"", b"%PDF-1.7" + b"<<" * 50_000]
)
def test_what_no_parser_reads_is_refused(content):
    assert sentence(content) == NOT_WHAT_IT_SAYS


def test_a4_a_parser_that_takes_too_much_memory_dies_alone(monkeypatch):
    monkeypatch.setattr(pdf_inspection, "PROGRAM", [*pdf_inspection.PROGRAM[:-1], "30000000"])

    assert sentence(PDF) == TOO_BIG_INSIDE


def test_a4_a_parser_that_does_not_end_is_ended(monkeypatch):
    monkeypatch.setattr(pdf_inspection, "SECONDS", 0.05)
    monkeypatch.setattr(
        pdf_inspection, "PROGRAM", [pdf_inspection.PROGRAM[0], "-c", "import time; time.sleep(60)"]
    )

    assert sentence(PDF) == TOO_BIG_INSIDE
