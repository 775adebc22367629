"""No input of a stranger or a low-privileged person starts work without a bound."""

import difflib
import io
import struct
import unicodedata
import zipfile
import zlib
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from werkzeug.datastructures import MultiDict
from wtforms import Form

from app.children.rules import matching
from app.core import names
from app.core.typed_dates import month_number
from app.core.unit_of_work import AppContext
from app.documents import documents
from app.documents.rules import images
from app.documents.rules.images import PictureError, jpeg_size
from app.documents.rules.upload_refusals import UploadError
from app.documents.rules.uploads import check_upload, clean_name
from app.forms.definitions.dates import clean_date
from app.forms.definitions.definition import Question
from app.forms.definitions.kinds import KINDS
from app.views.web import lists
from app.views.web.fields import DatePartsField
from app.views.web.list_arguments import MOST_ARGUMENTS
from tests.browser import token_for
from tests.cast import Cast
from tests.hostile_files import docx

MARKS = "\u0301\u0316" * 500_000


class Longest:
    """Replaces unicodedata.normalize and remembers the longest text."""

    def __init__(self) -> None:
        self.length = 0

    def __call__(self, form: Any, text: str) -> str:
        self.length = max(self.length, len(text))
        return text


@pytest.mark.parametrize(
    "fold",
    [names.fold, names.search_words, lambda text: clean_name(f"a{text}.pdf")],
    ids=["fold", "search", "file name"],
)
def test_A4_text_that_is_normalised_has_a_bounded_length(
    fold: Callable[[str], object], monkeypatch: pytest.MonkeyPatch
) -> None:
    longest = Longest()
    monkeypatch.setattr(unicodedata, "normalize", longest)

    fold("a" + MARKS)

    assert 0 < longest.length <= 1_000


def test_A4_a_long_file_name_keeps_its_ending() -> None:
    assert clean_name("a" * 5_000 + ".pdf") == "a" * 116 + ".pdf"


def test_A4_a_search_has_few_words() -> None:
    assert len(names.search_words("a " * 100)) == names.MOST_WORDS


def test_A4_names_that_are_compared_are_short(monkeypatch: pytest.MonkeyPatch) -> None:
    compared: list[int] = []
    real = difflib.SequenceMatcher

    def counted(junk: Any, one: str, other: str) -> Any:
        compared.extend((len(one), len(other)))
        return real(junk, one, other)

    monkeypatch.setattr(matching, "SequenceMatcher", counted)
    matching.similar("ab" * 2_000, "ba" * 2_000)

    assert compared == [matching.LONGEST_COMPARED] * 2


def test_A4_a_month_of_many_digits_is_no_number() -> None:
    digits = "1" * 5_000

    assert month_number(digits) is None
    assert clean_date({"day": "1", "month": digits, "year": "2026"})["month"] == digits


def test_A4_answers_that_are_remembered_are_short() -> None:
    kind = KINDS["postcode"]
    long = "B" * 100_000
    before = kind._read.cache_info().currsize  # type: ignore[attr-defined]

    assert kind.text(Question("postcode", "postcode", "Postcode"), long) == long
    assert kind._read.cache_info().currsize == before  # type: ignore[attr-defined]


# --- files ----------------------------------------------------------------------------------------


class CountedReads(io.BytesIO):
    """A file that counts how often it is read."""

    reads = 0

    def read(self, size: int | None = -1) -> bytes:
        self.reads += 1
        return super().read(size)


@pytest.mark.parametrize(
    "content",
    [b"\xff\xd8" + b"\xff\xe0\x00\x02" * 200_000, b"\xff\xd8" + b"\xff" * 1_000_000],
    ids=["markers", "fill bytes"],
)
def test_A4_a_picture_of_a_million_markers_is_refused_early(content: bytes) -> None:
    file = CountedReads(content)

    with pytest.raises(PictureError):
        jpeg_size(file)

    assert file.reads <= 4 * images.MOST_MARKERS


def crowded_zip(entries: int) -> bytes:
    """A zip whose list names so many entries, all of them the same empty one."""
    name = b"a"
    local = struct.pack("<4s5H3I2H", b"PK\x03\x04", 20, 0, 0, 0, 0, 0, 0, 0, len(name), 0) + name
    one = (
        struct.pack("<4s6H3I5H2I", b"PK\x01\x02", 20, 20, 0, 0, 0, 0, 0, 0, 0, len(name), 0, 0, 0, 0, 0, 0)
        + name
    )
    end = struct.pack("<4s4H2IH", b"PK\x05\x06", 0, 0, 1, 1, len(one) * entries, len(local), 0)
    return local + one * entries + end


def in_docx(content: bytes, packed_as: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A Word file with this in it."""
    file = io.BytesIO(docx())
    with zipfile.ZipFile(file, "a") as packed:
        packed.writestr(zipfile.ZipInfo("word/embeddings/a.xlsx"), content, packed_as)
    return file.getvalue()


@pytest.mark.parametrize("nested", [False, True])
def test_A4_a_list_of_entries_is_not_read_when_it_is_too_long(
    nested: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[int] = []
    real = zipfile.ZipInfo.__init__
    monkeypatch.setattr(
        zipfile.ZipInfo, "__init__", lambda self, *a, **k: (seen.append(1), real(self, *a, **k))[1]
    )
    crowded = crowded_zip(60_000)
    content = in_docx(crowded, zipfile.ZIP_STORED) if nested else crowded
    seen.clear()

    with pytest.raises(UploadError, match="unpacks to more"):
        check_upload("a.docx", io.BytesIO(content), len(content))

    assert len(seen) < 100


@pytest.mark.parametrize("packed_as", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_A4_ways_of_packing_that_are_slow_to_unpack_are_refused(packed_as: int) -> None:
    content = in_docx(b"x" * 1_000, packed_as)

    with pytest.raises(UploadError, match="unpacks to more"):
        check_upload("a.docx", io.BytesIO(content), len(content))


def test_A4_few_files_are_looked_at_at_once(context: AppContext, monkeypatch: pytest.MonkeyPatch) -> None:
    held: list[int] = []
    monkeypatch.setattr(
        documents, "check_upload", lambda *_: held.append(documents._CHECKING._value) or zlib.decompress(b"")
    )

    with pytest.raises(zlib.error):
        documents.receive(context, "a.pdf", io.BytesIO(b"x"))

    assert held == [1] and documents._CHECKING._value == 2


# --- forms and addresses --------------------------------------------------------------------------


def test_A4_a_form_has_a_bounded_number_of_fields(app: Flask, cast: Cast) -> None:
    browser = cast.anonymous()
    headers = {"X-CSRFToken": token_for(browser, app)}
    plain = "application/x-www-form-urlencoded"
    most = app.config["MAX_FORM_PARTS"]

    few = browser.post("/forgotten/", data=b"a&" * (most - 1), content_type=plain, headers=headers)
    many = browser.post("/forgotten/", data=b"a&" * most, content_type=plain, headers=headers)

    assert (few.status_code, many.status_code) == (422, 413)


def test_A4_a_list_takes_few_filters(cast: Cast) -> None:
    asked = "&".join(["_flt_0_name=a"] * 200)

    answer = cast.ines.browser().get(f"/organisations/list/?{asked}")

    assert answer.status_code == 302
    assert answer.location.count("_flt_0_name") == MOST_ARGUMENTS


def test_A4_an_export_is_written_outside_the_transaction(
    context: AppContext, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_then: list[bool] = []
    real = lists.csv_file

    def counted(*file: Any) -> Any:
        open_then.append(context.database.session().in_transaction())
        return real(*file)

    monkeypatch.setattr(lists, "csv_file", counted)

    assert cast.ines.browser().get("/organisations/export.csv").status_code == 200
    assert open_then == [False]


def test_A4_a_date_of_any_digits_is_answered(app: Flask) -> None:
    class Born(Form):
        day = DatePartsField("Date of birth")

    with app.test_request_context("/"):
        form = Born(MultiDict({"day-day": "1", "day-month": "1" * 5_000, "day-year": "2026"}))

        assert form.day.data is None and form.day.process_errors
