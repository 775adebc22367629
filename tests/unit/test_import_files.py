"""Files that are imported: every encoding and spelling that people have, and hostile ones."""

import io
import zipfile
from datetime import date, datetime

import pytest
from openpyxl import Workbook

from app.imports.rules import files
from app.imports.rules.columns import CheckedRow, Column, HeadingError, clean_row, day, match_headings
from app.imports.rules.files import FileError, open_sheet


def lines(content):
    sheet = open_sheet(content)
    return [list(sheet.headings), *[list(row) for _number, row in sheet.rows]]


def workbook(*rows):
    book, out = Workbook(), io.BytesIO()
    for row in rows:
        book.active.append(row)
    book.save(out)
    return out.getvalue()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_text_is_read_in_each_encoding(encoding, delimiter, end):
    text = end.join([delimiter.join(["Name", "Town"]), delimiter.join(['"Zoë, O’Hara"', "Bradford"]), ""])
    assert lines(text.encode(encoding)) == [["Name", "Town"], ["Zoë, O’Hara", "Bradford"]]


def test_a_workbook_is_read_as_people_see_it():
    content = workbook(
        ["Born", "NHS", "Yes", "Half"],
        [datetime(2015, 3, 27), 9434765919, True, 0.5],
        [date(2015, 3, 27), 9434765919.0, None, "x"],
    )
    assert lines(content)[1:] == [
        ["2015-03-27", "9434765919", "Yes", "0.5"],
        ["2015-03-27", "9434765919", "", "x"],
    ]


def test_a_row_has_the_number_that_people_see_and_empty_ones_are_left_out():
    sheet = open_sheet(b"A,B\n1,2\n,\n\n3,4\n")
    assert [number for number, _row in sheet.rows] == [2, 5]


def zip_of(**parts):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in parts.items():
            packed.writestr(name, content)
    return out.getvalue()


def changed(content, name, old, new):
    """Return a workbook with one of its parts changed."""
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as before,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as after,
    ):
        for each in before.namelist():
            part = before.read(each)
            after.writestr(each, part.replace(old, new) if each == name else part)
    return out.getvalue()


SHEET = "xl/worksheets/sheet1.xml"
BOMB = b'<!DOCTYPE x [<!ENTITY a "aaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]><worksheet'
HOSTILE = {
    "nothing": b"",
    "a program": b"MZ\x90\x00\x03\x00",
    "a PDF": b"%PDF-1.7\n\x00\x01",
    "an older workbook": files.OLD_OFFICE + b"\x00" * 600,
    "a zip that is no workbook": zip_of(a="b"),
    "a zip bomb": changed(workbook(["A"]), SHEET, b"</worksheet>", b" " * 30_000_000 + b"</worksheet>"),
    "entities": changed(workbook(["A"]), SHEET, b"<worksheet", BOMB),
    "a broken sheet": changed(workbook(["A"]), SHEET, b"</sheetData>", b"<oops>"),
    "a broken zip": workbook(["A"])[:-40],
    "an open quotation mark": b'A,B\n"1,2\n',
    "a huge cell": b'A,B\n"' + b"x" * 200_000 + b'",2\n',
    "no headings": b"\n\n1,2\n",
    "control characters": b"A,B\n1,\x00\n",
    "too many columns": b",".join([b"A"] * (files.MOST_COLUMNS + 1)) + b"\n",
    "too many rows": b"A\n" + b"1\n" * (files.MOST_ROWS + 1),
    "too big": b"A\n" + b"1" * files.LARGEST,
}


@pytest.mark.parametrize("content", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_hostile_file_is_refused_with_a_sentence(content):
    with pytest.raises(FileError) as refused:
        lines(content)
    assert str(refused.value.text)[0].isupper()


def test_a_sheet_that_names_a_far_row_is_bounded():
    content = changed(workbook(["A"], ["1"]), SHEET, b'<row r="2"', b'<row r="1048576"')
    with pytest.raises(FileError):
        lines(content)


def test_formulas_are_not_worked_out():
    assert lines(workbook(["A"], ["=1+1"])) == [["A"]]
    assert lines(b"A\n=1+1\n") == [["A"], ["=1+1"]]


COLUMNS = (
    Column("born", "Date of birth", ("DOB",), required=True, clean=day),
    Column("name", "Name", longest=5),
)


@pytest.mark.parametrize("heading", ["Date of birth", "DATE_OF_BIRTH", "dateofbirth", " dob "])
def test_a_column_is_found_however_its_heading_is_written(heading):
    assert match_headings(COLUMNS, ["other", heading]) == {"born": 1}


@pytest.mark.parametrize("headings", [["Name"], ["DOB", "Date of birth"], []])
def test_headings_that_do_not_fit_are_refused(headings):
    with pytest.raises(HeadingError):
        match_headings(COLUMNS, headings)


def test_every_fault_of_a_row_is_found():
    row = CheckedRow(2, {"born": "31/2/2015", "name": "Longer than five"})
    clean_row(COLUMNS, row)
    assert [fault.field for fault in row.faults] == ["born", "name"]
    good = CheckedRow(3, {"born": "27 March 2015"})
    clean_row(COLUMNS, good)
    assert (good.faults, good.values) == ([], {"born": "2015-03-27", "name": ""})
