"""An officer decides, asks for all the advice with one press, and each adviser sees what is due and when."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from app.cases.rules.case_states import CaseState
from app.forms.rules.workflow import FormState
from tests.e2e.story import RULES
from tests.e2e.test_on_a_phone import assert_nothing_scrolls_sideways, on_a_phone

pytestmark = pytest.mark.browser


@pytest.fixture
def child(cast, make):
    return make.child(linked=(cast.sana,), setting_id=cast.sana.principal.organisation_id)


@pytest.mark.parametrize("script", [True, False])
def test_from_the_decision_to_the_advisers(cast, visit, make, child, script):
    request = make.request(child, cast.sana, FormState.accepted)
    officer = visit(cast.olu, f"/cases/{make.case_of(request)}/decide", java_script_enabled=script)
    officer.get_by_label("Yes, agree to assess").check()
    officer.get_by_label("Reasons for the decision").fill("Both legal tests are met.")
    officer.get_by_role("button", name="Record the decision").click()

    expect(officer.get_by_role("main")).to_contain_text("no one has been asked for it yet")
    officer.get_by_role("link", name="Ask for it").click()
    expect(officer.get_by_role("heading", level=1)).to_have_text("Ask for advice")
    if script:
        assert Axe().run(officer, options=RULES).response["violations"] == []
    psychology = officer.get_by_role("group", name="Educational psychology", exact=True)
    psychology.get_by_text("Note and due date").click()
    psychology.get_by_label("Notes for the adviser (optional)").fill("Please see her in class.")
    officer.get_by_role("group", name="Social care", exact=True).get_by_label("Ask for this advice").uncheck()
    officer.get_by_role("button", name="Ask for the ticked advice").click()

    main = officer.get_by_role("main")
    expect(main).to_contain_text("Advice requested: Education, Health, Educational psychology.")
    expect(main).to_contain_text("yet: Views of the parent or young person, Social care.")

    school = visit(cast.sana, f"/children/{child.id}", java_script_enabled=script)
    expect(school.get_by_role("main")).to_contain_text("Educational advice")
    expect(school.get_by_role("main")).to_contain_text("4 January 2027")
    service = visit(cast.ann, f"/children/{child.id}", java_script_enabled=script)
    expect(service.get_by_role("main")).to_contain_text("Educational psychology advice")
    expect(service.get_by_role("main")).to_contain_text("Please see her in class.")


@pytest.mark.parametrize("width", [900, 375, 320])
def test_the_page_fits_every_width(cast, visit, make, child, width):
    case_id = make.case_of(make.request(child, cast.sana, CaseState.assessing))
    make.advice(child, cast.ann)
    assert_nothing_scrolls_sideways(on_a_phone(visit(cast.olu, f"/cases/{case_id}/advice"), width))
