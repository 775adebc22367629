"""The pages of imports."""

import io
from datetime import date

import pytest

from app.core.roles import Profession
from app.imports.running import run_imports
from app.models import AuditRow, ImportBatch, ImportRow, Organisation
from tests.browser import post_with_token
from tests.cast import everything
from tests.integration.imports.test_children import FILE as CHILDREN
from tests.integration.imports.test_schools import file_of, line, school
from tests.pages import Page
from tests.statements import BUDGET, counted


def upload(app, browser, text, kind="schools", title="Autumn", name="Amina.csv"):
    data = {"kind": kind, "title": title, "file": (io.BytesIO(text.encode()), name)}
    return post_with_token(browser, app, "/imports/new", data)


def begun(app, context, browser, text, **named):
    answer = upload(app, browser, text, **named)
    assert answer.status_code == 302, Page(answer).main
    run_imports(context)
    return answer.location


def test_a_file_is_checked_confirmed_and_undone(app, cast, context):
    browser = cast.ines.browser()
    answer = upload(app, browser, file_of(line("107439", "A school"), line("1", "B")))
    assert "Reading the file" in Page(browser.get(answer.location)).main
    run_imports(context)
    checked = Page(browser.get(answer.location))
    assert "A URN has 6 digits" in checked.main
    assert "Import 1 row" in checked.main
    assert post_with_token(browser, app, f"{answer.location}/confirm", {}).status_code == 302
    running = Page(browser.get(answer.location))
    assert "0% done" in running.main
    run_imports(context)
    assert "Undo this import" in Page(browser.get(answer.location)).main
    assert school(context, "107439") is not None
    assert "1 row is taken back" in Page(browser.get(f"{answer.location}/undo")).main
    post_with_token(browser, app, f"{answer.location}/undo", {})
    run_imports(context)
    assert "Undone" in Page(browser.get(answer.location)).main
    assert school(context, "107439") is None
    assert "Autumn" in Page(browser.get("/imports/")).main


def test_the_name_of_the_file_is_not_stored(app, cast, context, caplog):
    begun(app, context, cast.ines.browser(), file_of(line("107439", "A")))
    with everything(context) as work:
        assert "Amina" not in str([vars(each) for each in work.session.query(ImportBatch)])
    assert "Amina" not in caplog.text


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"title": ""}, "Enter a title"),
        ({"kind": "children?"}, "Choose what you import"),
        ({"text": ""}, "The file is empty"),
        ({"text": "URN,Name\n1,2\n"}, "The file has no column"),
        ({"text": "\x00\x01\x02"}, "This is not a CSV or XLSX file"),
    ],
)
def test_what_is_missing_is_shown_on_the_page(app, cast, change, message):
    given = {"text": file_of(line("107439", "A"))} | change
    page = Page(upload(app, cast.ines.browser(), **given))
    assert message in page.main


def test_faults_can_be_downloaded_and_no_cell_is_a_formula(app, cast, context):
    browser = cast.ines.browser()
    address = begun(app, context, browser, file_of(*(line("x", f"S{n}") for n in range(60))))
    first = Page(browser.get(address)).main
    assert "A URN has 6 digits" in first
    assert "after=51" in browser.get(address).text
    answer = browser.get(f"{address}/faults.csv")
    assert answer.mimetype == "text/csv"
    assert len(answer.text.strip().splitlines()) == 61


def test_possible_duplicates_are_chosen_one_by_one_or_all_at_once(app, cast, context):
    with everything(context) as work:
        for number in range(3):
            work.add(Organisation(name=f"School {number}", kind=Profession.school))
    browser = cast.ines.browser()
    address = begun(app, context, browser, file_of(*(line(f"10743{n}", f"School {n}") for n in range(3))))
    assert "3 rows may be about records" in Page(browser.get(address)).main
    with everything(context) as work:
        rows = [row.id for row in work.session.query(ImportRow).order_by(ImportRow.number)]
    page = Page(browser.get(f"{address}/duplicates"))
    assert "Row 2: School 0" in page.main
    post_with_token(browser, app, f"{address}/choices", {f"choice-{rows[0]}": "leave", "rest": "same"})
    with everything(context) as work:
        found = [row.choice.name for row in work.session.query(ImportRow).order_by(ImportRow.number)]
    assert found == ["leave", "same", "same"]
    post_with_token(browser, app, f"{address}/confirm", {})
    run_imports(context)
    assert [school(context, f"10743{n}") is not None for n in range(3)] == [False, True, True]


@pytest.mark.parametrize("who", ["olu", "sana", "pat"])
def test_no_one_else_opens_the_pages(app, cast, context, who):
    address = begun(app, context, cast.ines.browser(), file_of(line("107439", "A")))
    browser = getattr(cast, who).browser()
    paths = ("/imports/", "/imports/new", address, f"{address}/faults.csv", f"{address}/duplicates")
    assert {browser.get(path).status_code for path in paths} == {403}
    for step in ("choices", "confirm", "discard", "undo"):
        assert post_with_token(browser, app, f"{address}/{step}", {}).status_code == 403


def test_a_file_is_discarded(app, cast, context):
    browser = cast.ines.browser()
    address = begun(app, context, browser, file_of(line("107439", "A")))
    post_with_token(browser, app, f"{address}/discard", {})
    assert "Discarded" in Page(browser.get(address)).main


def test_the_pages_ask_no_more_of_the_database_with_more_rows(app, cast, context):
    browser = cast.ines.browser()
    with everything(context) as work:
        for number in range(60):
            work.add(Organisation(name=f"School {number}", kind=Profession.school))
    few = begun(app, context, browser, file_of(line("107400", "School 0"), line("x", "S")))
    faulty = [line("x", f"S{n}") for n in range(60)]
    doubtful = [line(f"1074{n:02}", f"School {n}") for n in range(60)]
    many = begun(app, context, browser, file_of(*faulty, *doubtful))
    for page in ("", "/duplicates", "/faults.csv"):
        asked = []
        for address in (few, many):
            with counted(context) as sent:
                assert browser.get(address + page).status_code == 200
            asked.append(len(sent))
        assert asked[0] == asked[1] <= BUDGET


def test_a_manager_does_not_find_an_import_of_schools(app, cast, context):
    address = begun(app, context, cast.ines.browser(), file_of(line("107439", "A")))
    browser = cast.mary.browser()
    assert browser.get("/imports/").status_code == 200
    assert browser.get(address).status_code == 404
    assert post_with_token(browser, app, f"{address}/confirm", {}).status_code == 404


def test_who_reads_possible_duplicates_of_children_is_recorded(app, cast, context, make):
    make.child(forenames="Amina", surname="Shah", date_of_birth=date(2015, 3, 27))
    browser = cast.mary.browser()
    address = begun(app, context, browser, CHILDREN, kind="children")
    assert "Amina Shah, 27/3/2015" in Page(browser.get(f"{address}/duplicates")).main
    with everything(context) as work:
        listed = work.session.query(AuditRow).filter_by(event="ChildrenListed").count()
    assert listed == 1
