"""An officer attaches the scan of a letter, enters what the return asks, and uses a school holiday as an exception."""

from datetime import date

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from app.cases.duties import keep_duties
from app.cases.rules.case_states import CaseState
from app.models import Case
from tests.e2e.story import RULES
from tests.e2e.test_intake import fill_date
from tests.e2e.test_on_a_phone import assert_nothing_scrolls_sideways, on_a_phone

pytestmark = pytest.mark.browser


@pytest.fixture
def case(cast, make):
    """A case that runs over the summer, of a child at Sana's school."""
    child = make.child(linked=(cast.sana,), setting_id=cast.sana.principal.organisation_id)
    make.advice(child, cast.sana, asked_on=date(2026, 7, 20), due_on=date(2026, 8, 31))
    found = make.case(child, state=CaseState.assessing, received_on=date(2026, 6, 15), number="26-00077")
    with cast.olu.works() as work:
        keep_duties(work, work.get(Case, found.id))
    return found


@pytest.mark.parametrize("script", [True, False])
def test_a_scan_the_return_and_a_holiday(cast, visit, case, script):
    page = visit(cast.olu, f"/children/{case.child_id}", java_script_enabled=script)
    main = page.get_by_role("main")
    page.get_by_role("link", name="Files of the case").click()
    letter = {"name": "letter.txt", "mimeType": "text/plain", "buffer": b"Please assess my daughter."}
    page.get_by_label("File", exact=True).set_input_files(letter)
    page.get_by_role("button", name="Add the file").click()
    expect(main).to_contain_text("letter.txt")
    if script:
        assert Axe().run(page, options=RULES).response["violations"] == []
    main.get_by_role("link", name="Remove").click()
    page.get_by_label("Why are you removing it?").fill("It is about another child.")
    page.get_by_role("button", name="Remove the file").click()
    expect(main).to_contain_text("No files yet.")

    page.goto(page.url.split("/cases/")[0] + "/sen2-return/list/")
    expect(main).to_contain_text("Sex, Ethnicity")
    page.get_by_role("link", name="Enter it").first.click()
    if script:
        assert Axe().run(page, options=RULES).response["violations"] == []
    page.get_by_label("Sex", exact=True).select_option("Female")
    page.get_by_label("Ethnicity", exact=True).select_option("Pakistani")
    custody = page.get_by_role("group", name="In youth accommodation (in custody) when the request came")
    custody.get_by_label("No", exact=True).check()
    page.get_by_role("button", name="Save").click()
    expect(main).to_contain_text("The answers for the return are saved.")

    page.goto(page.url.split("/children/")[0] + "/school-holidays/list/")
    page.get_by_role("button", name="Add", exact=True).click()
    page.get_by_label("Name", exact=True).fill("Summer 2026")
    for legend, day in (("First day closed", ("22", "7", "2026")), ("Last day closed", ("1", "9", "2026"))):
        fill_date(page, legend, *day)
    page.get_by_role("button", name="Save").click()
    page.goto(page.url.split("/school-holidays/")[0] + f"/cases/{case.id}/exception")
    expect(main).to_contain_text("The school was asked on 20 July 2026.")
    page.get_by_role("link", name="Fill in these days").click()
    expect(page.get_by_label("Advice was asked of a head teacher")).to_be_checked()
    fill_date(page, "By when do you plan to do what is due?", "15", "1", "2027")
    page.get_by_label("What is planned?").fill("We decide when the school's advice has come.")
    page.get_by_role("button", name="Record the exception").click()
    expect(main).to_contain_text("The exception is recorded.")


@pytest.mark.parametrize("width", [900, 375, 320])
def test_the_pages_fit_every_width(cast, visit, case, width):
    for path in (f"/cases/{case.id}/files", f"/cases/{case.id}/return", "/sen2-return/list/"):
        assert_nothing_scrolls_sideways(on_a_phone(visit(cast.olu, path), width))
