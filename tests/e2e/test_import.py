"""An administrator imports schools: a check with faults, a corrected file, the import, and its undo."""

import os
from pathlib import Path

import pytest
from playwright.sync_api import expect

from app.imports.running import run_imports
from tests.e2e.test_on_a_phone import assert_nothing_scrolls_sideways, on_a_phone
from tests.integration.imports.test_schools import file_of, line, school

pytestmark = pytest.mark.browser


def picture(page, name):
    if pictures := os.environ.get("PICTURES"):
        page.screenshot(path=str(Path(pictures) / f"{name}.png"), full_page=True)


def choose_file(page, text):
    page.get_by_label("Schools (the GIAS establishment file)").check()
    page.get_by_role("textbox", name="Title").fill("Schools, autumn 2026")
    page.locator("#file").set_input_files(
        {"name": "edubase.csv", "mimeType": "text/csv", "buffer": text.encode("cp1252")}
    )
    page.get_by_role("button", name="Check the file").click()


@pytest.mark.parametrize("script", [True, False])
def test_faults_are_corrected_and_schools_imported_and_undone(cast, visit, context, script):
    page = visit(cast.ines, "/imports/", java_script_enabled=script)
    picture(page, "import-empty")
    page.get_by_role("button", name="Import a file").click()
    picture(page, "import-new")
    choose_file(page, file_of(line("107439", "École Verte"), line("1074", "B", postcode="BD1")))
    main = page.get_by_role("main")
    expect(main).to_contain_text("Reading the file")
    run_imports(context)
    page.get_by_role("button", name="See how far it is now").click()
    expect(main).to_contain_text("A URN has 6 digits")
    picture(page, "import-faults")
    on_a_phone(page, 375)
    assert_nothing_scrolls_sideways(page)
    picture(page, "import-faults-375")
    on_a_phone(page, 1280)
    page.get_by_role("button", name="Discard this file").click()
    expect(main).to_contain_text("Nothing of it was imported")
    page.get_by_role("button", name="Import a file").click()
    choose_file(page, file_of(line("107439", "École Verte"), line("107440", "B")))
    run_imports(context)
    page.get_by_role("button", name="See how far it is now").click()
    page.get_by_role("button", name="Import 2 rows").click()
    expect(main).to_contain_text("0% done")
    picture(page, "import-running")
    run_imports(context)
    page.get_by_role("button", name="See how far it is now").click()
    expect(page.locator("#import-state")).to_have_text("Imported")
    picture(page, "import-done")
    assert school(context, "107439").name == "École Verte"
    page.get_by_role("button", name="Undo this import").click()
    page.get_by_role("button", name="Undo this import").click()
    run_imports(context)
    page.get_by_role("button", name="See how far it is now").click()
    expect(page.locator("#import-state")).to_have_text("Undone")
    assert school(context, "107439") is None
    page.goto(page.url.rsplit("/", 1)[0] + "/")
    picture(page, "import-list")
