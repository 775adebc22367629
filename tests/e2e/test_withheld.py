"""An address becomes secret after a plan and a letter were sent: the officer lets one person open them again."""

import io
from datetime import date

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from app.cases import children, notices, plans
from app.cases.notices import NoticeToServe
from app.cases.plan_tables import Served
from app.cases.plans import PlanToServe
from app.cases.rules.case_states import CaseState
from app.cases.rules.notices import NoticeKind
from app.documents import documents
from app.operations import maintenance
from tests.e2e.story import RULES
from tests.e2e.test_on_a_phone import assert_nothing_scrolls_sideways, on_a_phone
from tests.e2e.test_plan import picture

pytestmark = pytest.mark.browser

CHECKING = "The SEN team is checking this before you can open it again."


@pytest.mark.parametrize("width", [1280, 375])
def test_the_officer_lets_one_person_open_again_what_was_sent(cast, visit, make, context, width):
    child = make.child()
    mother, father = make.link(child, cast.pat, relationship_to_child="Mother"), make.link(child, cast.quinn)
    case = make.case(child, state=CaseState.preparing_plan, received_on=date(2026, 9, 7))
    file = documents.receive(context, "plan.txt", io.BytesIO(b"The plan."))
    both = frozenset({mother.id, father.id})
    with cast.olu.works() as work:
        plans.serve_draft(work, case.id, PlanToServe(work.today, Served.portal, both), file)
        text = notices.text_for(work, case.id, NoticeKind.N6)
        letter = NoticeToServe(NoticeKind.N6, text.title, text.body, work.today, Served.portal, both)
        notices.serve_notice(work, case.id, letter)
    maintenance.make_notice_files(context)
    with cast.olu.works() as work:
        children.set_contact_risk(work, child.id, True, "Court order")

    parent = on_a_phone(visit(cast.quinn, f"/children/{child.id}"), width)
    expect(parent.get_by_text(CHECKING)).to_have_count(2)
    expect(parent.get_by_role("link", name="file-")).to_have_count(0)
    picture(parent, f"withheld-parent-{width}")

    page = on_a_phone(visit(cast.olu, f"/children/{child.id}"), width)
    expect(page.get_by_role("main")).to_contain_text("Withheld since an address became secret: Draft plan")
    picture(page, f"withheld-officer-{width}")
    page.get_by_role("link", name="Check who can open it").click()
    page.get_by_role("button", name="Let them open it").click()
    expect(page.get_by_role("alert").first).to_contain_text("Choose who can open a plan or a letter")
    picture(page, f"withheld-error-{width}")
    assert_nothing_scrolls_sideways(page)
    assert Axe().run(page, options=RULES).response["violations"] == []
    for box in page.get_by_label("Pat Hussain").all():
        box.check()
    picture(page, f"withheld-sent-{width}")
    page.get_by_role("button", name="Let them open it").click()
    expect(page.get_by_role("main")).to_contain_text("Can be opened in the portal by: Pat Hussain")

    again = visit(cast.pat, f"/children/{child.id}")
    expect(again.get_by_text(CHECKING)).to_have_count(0)
    expect(again.get_by_role("link", name="file-")).to_have_count(1)
    parent.reload()
    expect(parent.get_by_text(CHECKING)).to_have_count(2)
