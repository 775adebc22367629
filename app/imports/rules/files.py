"""Read a CSV or XLSX file as text, within bounds. Nothing in a file is executed, and no formula is worked out."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zipfile import BadZipFile

from openpyxl import load_workbook

from app.core.wording import N_, Wording
from app.documents.rules.packed_files import OLD_OFFICE, ZIP
from app.documents.rules.upload_refusals import UploadError
from app.documents.rules.uploads import CONTROL_SIGNS, check_upload

LARGEST_MB = 20
LARGEST = LARGEST_MB * 1024 * 1024
MOST_ROWS = 50_000
MOST_COLUMNS = 300
LONGEST_CELL = 5_000
DELIMITERS = ",;\t"


class FileError(ValueError):
    """The file cannot be read; the message is ready for the screen."""

    def __init__(self, text: Wording) -> None:
        super().__init__(text)
        self.text = text


@dataclass(frozen=True)
class Sheet:
    """The headings of a file, and its rows with their numbers; the headings are row 1."""

    headings: Sequence[str]
    rows: Iterator[tuple[int, Sequence[str]]]


def open_sheet(content: bytes) -> Sheet:
    """Return the first sheet of a file. Raises FileError, also while the rows are read."""
    if not content:
        raise _error(N_("The file is empty"))
    if len(content) > LARGEST:
        raise FileError(Wording(N_("The file must be %(most)sMB or smaller"), most=LARGEST_MB))
    if content.startswith(OLD_OFFICE):
        raise _error(N_("This is an older Excel file. Save it as .xlsx or .csv and choose it again"))
    lines = _bounded(_of_workbook(content) if content.startswith(ZIP) else _of_text(content))
    first = next(lines, None)
    if first is None or not any(cell.strip() for cell in first[1]):
        raise _error(N_("The first row must be the headings of the columns"))
    return Sheet(first[1], (each for each in lines if any(cell.strip() for cell in each[1])))


def _error(text: str) -> FileError:
    return FileError(Wording(text))


def _bounded(lines: Iterable[Sequence[str]]) -> Iterator[tuple[int, Sequence[str]]]:
    """Yield each line with its number. Raises FileError where there are too many lines or columns."""
    for number, line in enumerate(lines, 1):
        if number > MOST_ROWS + 1:
            text = N_("The file has more than %(most)s rows. Split it into several files")
            raise FileError(Wording(text, most=f"{MOST_ROWS:,}"))
        if len(line) > MOST_COLUMNS:
            raise FileError(
                Wording(N_("The file has more than %(most)s columns. Delete those that are not needed"),
                        most=MOST_COLUMNS)
            )  # fmt: skip
        yield number, [cell[: LONGEST_CELL + 1] for cell in line]


def _of_text(content: bytes) -> Iterator[Sequence[str]]:
    text = _decoded(content)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text), strict=True)
    try:
        yield from reader
    except csv.Error:
        wording = Wording(
            N_("Line %(line)s cannot be read. Check the quotation marks in it"), line=reader.line_num
        )
        raise FileError(wording) from None


def _decoded(content: bytes) -> str:
    """Return the text of a CSV file: UTF-8, UTF-16 with its mark, or the encoding of Windows in Western Europe."""
    encodings = ("utf-16",) if content[:2] in (b"\xff\xfe", b"\xfe\xff") else ("utf-8-sig", "cp1252")
    for encoding in encodings:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if not CONTROL_SIGNS.search(text):
            return text
    raise _error(N_("This is not a CSV or XLSX file. Save it as “CSV UTF-8” and choose it again"))


def _delimiter(text: str) -> str:
    """Return the sign that separates the headings: the one found most often outside quotation marks."""
    unquoted = "".join(text[:10_000].split("\n", 1)[0].split('"')[::2])
    return max(DELIMITERS, key=unquoted.count)


def _of_workbook(content: bytes) -> Iterator[Sequence[str]]:
    """Yield the rows of the first sheet of a workbook, after everything in it was checked as an upload is."""
    try:
        check_upload("import.xlsx", io.BytesIO(content), len(content))
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=True, keep_links=False)
        sheet: Any = book.worksheets[0]
        sheet.reset_dimensions()  # the file may name any size; what is there counts
        for row in sheet.iter_rows(max_row=MOST_ROWS + 2, max_col=MOST_COLUMNS + 1, values_only=True):
            yield _without_empty_end([_cell(value) for value in row])
    except UploadError as refused:
        raise FileError(refused.text) from None
    except (
        BadZipFile,
        KeyError,
        ValueError,
        IndexError,
        TypeError,
        AttributeError,
        SyntaxError,
        OSError,
    ) as fault:
        if isinstance(fault, FileError):
            raise
        raise _error(N_("The workbook cannot be read. Save it as “CSV UTF-8” and choose it again")) from None


def _without_empty_end(cells: list[str]) -> list[str]:
    while cells and not cells[-1]:
        cells.pop()
    return cells


def _cell(value: object) -> str:
    """Return a cell's value as people see it: a date without its time at midnight, a whole number without “.0”."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "Yes" if value else "No"
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == datetime.min.time() else value.isoformat(" ")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)
