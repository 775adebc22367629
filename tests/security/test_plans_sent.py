"""A2: plans and notices that were sent in the portal, when an address becomes secret, and when a button is pressed twice."""

import io
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import pytest
from sqlalchemy import func, select

from app.cases import children, notices, plans, sent_copies
from app.cases.notices import NoticeToServe
from app.cases.plan_tables import Served
from app.cases.plans import PlanToServe
from app.cases.rules.case_states import CaseState
from app.cases.rules.notices import NoticeKind
from app.cases.sent_copies import Opening, SentKind, open_copies
from app.core.errors import Conflict, Forbidden, InvalidState, NotFound, ValidationFailed
from app.core.unit_of_work import AppContext
from app.documents import documents
from app.documents.documents import Received
from app.models import AuditRow, Case, Child, ChildLink, Document, DocumentReader, Message, NoticeCopy, Plan
from app.operations import maintenance
from tests.browser import post_with_token
from tests.cast import Actor, Cast, everything
from tests.make import Maker
from tests.security.test_family_attacks import note_that_must_not_know
from tests.security.test_two_at_once import at_once
from tests.statements import counted

DAY = date(2026, 11, 23)
SINCE = "An address must be kept secret since you opened this page"
CHECKING = "The SEN team is checking this before you can open it again."


@dataclass
class Family:
    """A child with a mother, pat, and a father, quinn, and a case whose draft plan and notice were sent to both."""

    context: AppContext
    cast: Cast
    child: Child
    case: Case
    mother: int
    father: int

    def file(self, content: bytes = b"The plan.") -> Received:
        return documents.receive(self.context, "plan.txt", io.BytesIO(content))

    def sent(self, *whom: int, **columns: Any) -> PlanToServe:
        return PlanToServe(DAY, Served.portal, frozenset(whom or (self.mother, self.father)), **columns)

    def draft(self, *whom: int) -> int:
        with self.cast.olu.works() as work:
            return plans.serve_draft(work, self.case.id, self.sent(*whom), self.file()).id

    def notice(self, text: str = "Text about 9 Refuge Lane") -> int:
        """Send the letter with the draft plan, to both."""
        to = frozenset({self.mother, self.father})
        with self.cast.olu.works() as work:
            body = f"{text}. Comments by {{comments_until}}"
            served = NoticeToServe(NoticeKind.N6, "Our letter", body, DAY, Served.portal, to)
            return notices.serve_notice(work, self.case.id, served).id

    def hide(self) -> None:
        with self.cast.olu.works() as work:
            children.set_contact_risk(work, self.child.id, True, "Court order")

    def file_of(self, plan_id: int) -> int:
        with everything(self.context) as work:
            return work.get(Plan, plan_id).document_id

    def case_plan(self) -> int:
        with everything(self.context) as work:
            return work.session.scalars(select(Plan.id).where(Plan.case_id == self.case.id)).one()

    def copy_of(self, link_id: int) -> NoticeCopy:
        with everything(self.context) as work:
            return work.session.scalars(select(NoticeCopy).where(NoticeCopy.link_id == link_id)).one()

    def count(self, table: Any) -> int:
        with everything(self.context) as work:
            return work.session.scalar(select(func.count()).select_from(table)) or 0

    def messages(self, subject: str) -> list[int]:
        with everything(self.context) as work:
            found = select(Message.recipient_id).where(
                Message.child_id == self.child.id, Message.subject == subject
            )
            return sorted(each for each in work.session.scalars(found) if each is not None)


@pytest.fixture
def family(context: AppContext, cast: Cast, make: Maker) -> Family:
    child = make.child(linked=(cast.sana,))
    mother = make.link(child, cast.pat, relationship_to_child="Mother")
    father = make.link(child, cast.quinn, relationship_to_child="Father")
    case = make.case(child, state=CaseState.preparing_plan, received_on=date(2026, 9, 7))
    return Family(context, cast, child, case, mother.id, father.id)


def opens(actor: Actor, document_id: int) -> bool:
    answer = actor.browser().get(f"/documents/{document_id}/download", buffered=True)
    assert answer.status_code in (200, 404)
    return answer.status_code == 200


# --- an address becomes secret while a page is open ----------------------------------------------------------


def draft_form(family: Family, **more: Any) -> dict[str, Any]:
    return {
        "plan": (io.BytesIO(b"The plan."), "plan.txt"),
        "served_on-day": "23",
        "served_on-month": "11",
        "served_on-year": "2026",
        "served": "portal",
        "links": [str(family.father)],
        "also_sent_to": "Grandmother by post",
        "setting_type": "Special school",
        "early_reason": "Agreed",
        **more,
    }


@pytest.mark.parametrize("page", ["draft-plan", "final-plan"])
def test_A2_a_plan_is_not_sent_from_a_page_that_did_not_say_that_an_address_is_secret(
    family: Family, page: str
) -> None:
    if page == "final-plan":
        with family.cast.olu.works() as work:
            plans.serve_draft(work, family.case.id, PlanToServe(DAY, Served.post), family.file(b"Draft"))
    browser, path = family.cast.olu.browser(), f"/cases/{family.case.id}/{page}"
    assert "warned_secret" not in browser.get(path).text
    before = family.count(Plan)
    family.hide()
    answer = post_with_token(browser, browser.application, path, draft_form(family))
    assert answer.status_code == 422 and SINCE in answer.text
    assert "Grandmother by post" in answer.text and f'value="{family.father}" checked' in answer.text
    assert 'name="warned_secret"' in answer.text
    assert (family.count(Plan), family.count(DocumentReader)) == (before, 0)
    again = draft_form(family, warned_secret="1")
    assert post_with_token(browser, browser.application, path, again).status_code == 302
    assert family.count(Plan) == before + 1


def test_A2_a_plan_that_no_one_opens_in_the_portal_is_recorded_without_a_question(family: Family) -> None:
    family.hide()
    with family.cast.olu.works() as work:
        posted = PlanToServe(DAY, Served.post)
        plans.serve_draft(work, family.case.id, posted, family.file(), warned_secret=False)


@pytest.mark.parametrize("others", ["", "Grandmother"])
def test_A2_a_notice_is_not_served_from_a_page_that_did_not_say_that_an_address_is_secret(
    family: Family, others: str
) -> None:
    family.draft()
    browser, path = family.cast.olu.browser(), f"/cases/{family.case.id}/notices/N6"
    form = draft_form(family, title="Letter", body="Text about a school {comments_until}", others=others)
    del form["plan"]
    if others:
        form |= {"links": [], "served": "post"}
    app = browser.application
    assert "warned_secret" not in browser.get(path).text
    preview = post_with_token(browser, app, path, form)
    assert preview.status_code == 200 and "warned_secret" not in preview.text
    family.hide()
    for step in ({"step": "serve"}, {}):
        answer = post_with_token(browser, app, path, form | step)
        assert answer.status_code == 422 and SINCE in answer.text
        assert "Text about a school" in answer.text and 'name="warned_secret"' in answer.text
    assert family.count(NoticeCopy) == 0
    warned = form | {"warned_secret": "1"}
    preview = post_with_token(browser, app, path, warned)
    assert preview.status_code == 200 and 'name="warned_secret"' in preview.text
    assert post_with_token(browser, app, path, warned | {"step": "serve"}).status_code == 302


@pytest.mark.parametrize("page", ["draft-plan", "sent", "notices/N6", "final-plan"])
def test_A2_every_page_that_sends_to_the_family_says_that_it_warned(family: Family, page: str) -> None:
    if page != "draft-plan":
        family.draft()
    family.hide()
    assert 'name="warned_secret"' in family.cast.olu.browser().get(f"/cases/{family.case.id}/{page}").text


def test_A2_an_address_that_becomes_secret_at_the_same_moment_reaches_what_is_sent(family: Family) -> None:
    def serve(work: Any) -> None:
        plans.serve_draft(work, family.case.id, family.sent(), family.file(), warned_secret=False)

    def hide(work: Any) -> None:
        children.set_contact_risk(work, family.child.id, True, "Court order")

    results = at_once((family.cast.olu, serve), (family.cast.mary, hide))
    assert results in (["done", "done"], ["ValidationFailed", "done"])
    with family.cast.quinn.works() as work:
        assert work.session.query(Document).all() == [], "it was refused, or it is withheld"


# --- an address becomes secret after something was sent ---------------------------------------------------------


@pytest.fixture
def hidden(family: Family) -> tuple[Family, int]:
    """The family after a draft and a notice were sent to both and an address became secret, and the file of the draft."""
    plan = family.draft()
    family.notice()
    maintenance.make_notice_files(family.context)
    file = family.file_of(plan)
    assert opens(family.cast.quinn, file)
    family.hide()
    return family, file


def test_A2_what_was_sent_is_withheld_when_an_address_becomes_secret(hidden: tuple[Family, int]) -> None:
    family, file = hidden
    copy = family.copy_of(family.father)
    for reader in (family.cast.quinn, family.cast.pat):
        assert not opens(reader, file)
        with reader.works() as work:
            assert work.session.query(Document).all() == []
        page = reader.browser().get(f"/children/{family.child.id}").text
        assert page.count(CHECKING) == 2
        assert "Draft plan" in page and "Letter from the council" in page
        assert "Refuge" not in page and "Our letter" not in page and "secret" not in page.lower()
    assert family.cast.quinn.browser().get(f"/notices/{copy.id}").status_code == 404
    assert not opens(family.cast.quinn, copy.docx_id or 0)
    assert opens(family.cast.olu, file) and opens(family.cast.olu, copy.docx_id or 0)


def test_A2_a_form_that_notes_a_secret_address_withholds_what_was_sent(family: Family, make: Maker) -> None:
    file = family.file_of(family.draft())
    note_that_must_not_know(family.cast, make, family.child, "Rosa Lund")
    assert not opens(family.cast.quinn, file)
    assert messages_to_the_team(family) == 1


def messages_to_the_team(family: Family) -> int:
    with everything(family.context) as work:
        found = select(func.count()).select_from(Message).where(Message.letter == "files_withheld")
        return work.session.scalar(found.where(Message.recipient_id.is_(None))) or 0


def test_A2_the_team_has_a_message_where_nothing_but_a_plan_is_withheld(family: Family) -> None:
    family.draft()
    family.hide()
    assert messages_to_the_team(family) == 1


def test_A2_a_file_that_the_worker_makes_later_is_withheld_too(family: Family) -> None:
    family.draft()
    family.notice()
    family.hide()
    maintenance.make_notice_files(family.context)
    copy = family.copy_of(family.father)
    assert copy.docx_id is not None and not opens(family.cast.quinn, copy.docx_id)


def test_A2_the_team_sees_what_is_withheld_from_whom_and_opens_it_person_by_person(
    hidden: tuple[Family, int],
) -> None:
    family, file = hidden
    browser = family.cast.olu.browser()
    page = browser.get(f"/children/{family.child.id}").text
    assert "Withheld since an address became secret" in page
    assert "Draft plan (Pat Hussain, Quinn Barker)" in page
    path = f"/cases/{family.case.id}/sent"
    assert path in page
    shown = browser.get(path).text
    assert shown.count("Was sent it, and cannot open it until you have checked it") == 4
    plan, copy = family.case_plan(), family.copy_of(family.mother)
    ticked = [f"plan-{plan}-{family.mother}", f"notice-{copy.notice_id}-{family.mother}"]
    app = browser.application
    assert post_with_token(browser, app, path, {"copies": ticked}).status_code == 422, "the page did not warn"
    assert post_with_token(browser, app, path, {"warned_secret": "1"}).status_code == 422, "no one is ticked"
    for _press in range(2):
        data = {"copies": ticked, "warned_secret": "1"}
        assert post_with_token(browser, app, path, data).status_code == 302
    assert opens(family.cast.pat, file) and opens(family.cast.pat, copy.docx_id or 0)
    assert "Refuge" in family.cast.pat.browser().get(f"/notices/{copy.id}").text
    assert not opens(family.cast.quinn, file)
    assert family.cast.quinn.browser().get(f"/notices/{family.copy_of(family.father).id}").status_code == 404
    assert family.messages("You can open a plan or a letter") == [family.cast.pat.id]
    with everything(family.context) as work:
        [facts] = work.session.scalars(
            select(AuditRow.facts).where(AuditRow.event == "SentCopiesOpened")
        ).all()
    assert facts["plans"] == [[plan, family.mother]]
    assert facts["notices"] == [[copy.notice_id, family.mother]]


def test_A2_a_plan_in_force_and_its_letter_are_sent_to_another_person_later(
    family: Family, make: Maker
) -> None:
    family.draft(family.mother)
    with family.cast.olu.works() as work:
        final = family.sent(family.mother, setting_type="Special school", early_reason="Agreed.")
        plan = plans.issue_final_plan(work, family.case.id, final, family.file(b"Final")).id
        kind = notices.BY_STATE[CaseState.plan_in_force][0]
    with family.cast.olu.works() as work:
        body = notices.text_for(work, family.case.id, kind).body
        letter = NoticeToServe(kind, "Our letter", body, DAY, Served.portal, final.links)
        notice = notices.serve_notice(work, family.case.id, letter).id
    file = family.file_of(plan)
    assert not opens(family.cast.quinn, file)
    wanted = [Opening(SentKind.plan, plan, family.father), Opening(SentKind.notice, notice, family.father)]
    with family.cast.olu.works() as work:
        open_copies(work, family.case.id, wanted)
    assert opens(family.cast.quinn, file)
    maintenance.make_notice_files(family.context)
    copy = family.copy_of(family.father)
    assert copy.docx_id is not None and opens(family.cast.quinn, copy.docx_id)
    assert "Dear Quinn Barker" in family.cast.quinn.browser().get(f"/notices/{copy.id}").text


def test_A2_opening_again_asks_about_a_person_who_must_not_know(
    hidden: tuple[Family, int], make: Maker
) -> None:
    family, file = hidden
    note_that_must_not_know(family.cast, make, family.child, "Quinn Barker")
    wanted = [Opening(SentKind.plan, family.case_plan(), family.father)]
    with pytest.raises(ValidationFailed) as refused, family.cast.olu.works() as work:
        open_copies(work, family.case.id, wanted)
    assert [each.field for each in refused.value.faults] == [f"despite-{family.father}"]
    browser, path = family.cast.olu.browser(), f"/cases/{family.case.id}/sent"
    data = {"copies": f"plan-{wanted[0].number}-{family.father}", "warned_secret": "1"}
    answer = post_with_token(browser, browser.application, path, data)
    assert (
        answer.status_code == 422 and f'name="despite" type="checkbox" value="{family.father}"' in answer.text
    )
    confirmed = data | {"despite": str(family.father)}
    assert post_with_token(browser, browser.application, path, confirmed).status_code == 302
    assert opens(family.cast.quinn, file)


def test_A2_only_the_team_opens_and_only_to_the_family_and_of_this_case(
    hidden: tuple[Family, int], make: Maker
) -> None:
    family, _file = hidden
    plan = family.case_plan()
    for actor in (family.cast.quinn, family.cast.sana):
        with pytest.raises((Forbidden, NotFound)), actor.works() as work:
            open_copies(work, family.case.id, [Opening(SentKind.plan, plan, family.father)])
        assert actor.browser().get(f"/cases/{family.case.id}/sent").status_code in (403, 404)
    other = make.case(make.child(), state=CaseState.preparing_plan)
    with everything(family.context) as work:
        found = select(ChildLink.id).where(
            ChildLink.child_id == family.child.id, ChildLink.person_id == family.cast.sana.id
        )
        school = work.session.scalars(found).one()
    for case_id, wanted in (
        (other.id, Opening(SentKind.plan, plan, family.father)),
        (family.case.id, Opening(SentKind.plan, plan, school)),
        (family.case.id, Opening(SentKind.notice, plan + 1000, family.father)),
    ):
        with pytest.raises(Conflict), family.cast.olu.works() as work:
            open_copies(work, case_id, [wanted])


def test_A2_withholding_and_opening_cost_no_more_with_more_copies(family: Family, make: Maker) -> None:
    def cost(act: Callable[[], object]) -> int:
        with counted(family.context) as sent:
            act()
        return len(sent)

    def hide() -> None:
        family.hide()

    def opened() -> None:
        with family.cast.olu.works() as work:
            wanted = [
                Opening(each.kind, each.row.id, link)
                for each in sent_copies.sent_in(work, family.case.id)
                for link in each.withheld_from
            ]
            open_copies(work, family.case.id, wanted)

    def show() -> None:
        for path in (f"/cases/{family.case.id}/sent", f"/children/{family.child.id}"):
            assert family.cast.olu.browser().get(path).status_code == 200

    family.draft()
    family.notice()
    few = [cost(hide), cost(show), cost(opened)]
    with family.cast.olu.works() as work:
        children.set_contact_risk(work, family.child.id, False, "It was wrong")
    for number in range(4):
        with family.cast.olu.works() as work:
            plans.serve_draft(work, family.case.id, family.sent(), family.file(f"Draft {number}".encode()))
        family.notice(f"Text {number}")
    assert [cost(hide), cost(show), cost(opened)] == few


def test_A2_the_days_to_appeal_are_read_while_the_letter_is_withheld(family: Family) -> None:
    with everything(family.context) as work:
        work.get(Case, family.case.id).state = CaseState.not_issuing
    with family.cast.olu.works() as work:
        text = notices.text_for(work, family.case.id, NoticeKind.N5)
        body = text.body.replace("{reasons}", "Because.").replace("{decided_on}", "today")
        to = frozenset({family.father})
        letter = NoticeToServe(NoticeKind.N5, "Our letter", body, DAY, Served.portal, to)
        notices.serve_notice(work, family.case.id, letter)
    family.hide()
    page = family.cast.quinn.browser().get(f"/children/{family.child.id}").text
    assert "You can ask for mediation until 23 January 2027, and appeal until 23 January 2027." in page
    assert CHECKING in page and "Our letter" not in page


# --- pressed twice ------------------------------------------------------------------------------------------------


def test_A6_a_draft_and_a_final_plan_are_recorded_once_when_pressed_twice(family: Family) -> None:
    numbers = {family.draft() for _press in range(2)}
    assert len(numbers) == 1
    assert len(family.messages("A draft plan is ready to read")) == 2, "one for each parent"
    final = family.sent(setting_type="Special school", early_reason="Agreed.")
    issued = set()
    for _press in range(2):
        with family.cast.olu.works() as work:
            issued.add(plans.issue_final_plan(work, family.case.id, final, family.file(b"Final")).id)
    assert len(issued) == 1 and family.count(Plan) == 2
    with pytest.raises(InvalidState), family.cast.olu.works() as work:
        plans.issue_final_plan(work, family.case.id, final, family.file(b"Another"))
    with family.cast.olu.works() as work, pytest.raises(InvalidState):
        plans.serve_draft(work, family.case.id, family.sent(), family.file(b"Another"))


def test_A6_a_final_plan_pressed_twice_in_the_browser_is_recorded_once(family: Family) -> None:
    family.draft()
    browser, path = family.cast.olu.browser(), f"/cases/{family.case.id}/final-plan"
    for _press in range(2):
        answer = post_with_token(browser, browser.application, path, draft_form(family))
        assert answer.status_code == 302
    assert family.count(Plan) == 2


def test_A6_a_changed_file_is_a_new_draft_and_another_reader_is_not_left_out(family: Family) -> None:
    first = family.draft(family.mother)
    with pytest.raises(ValidationFailed, match="already recorded"), family.cast.olu.works() as work:
        plans.serve_draft(work, family.case.id, family.sent(), family.file())
    for change in ({"also_sent_to": "Grandmother"}, {"links": frozenset()}):
        to_serve = replace(family.sent(family.mother), **change, served=Served.portal)
        with pytest.raises(ValidationFailed), family.cast.olu.works() as work:
            plans.serve_draft(work, family.case.id, to_serve, family.file())
    with family.cast.olu.works() as work:
        changed = plans.serve_draft(work, family.case.id, family.sent(family.mother), family.file(b"Changed"))
        assert (changed.id != first, changed.number) == (True, 2)


def test_A6_a_draft_pressed_by_many_at_once_is_recorded_once(family: Family) -> None:
    def press(work: Any) -> None:
        plans.serve_draft(work, family.case.id, family.sent(), family.file())

    assert set(at_once(*((family.cast.olu, press) for _ in range(6)))) == {"done"}
    assert family.count(Plan) == 1 and family.count(DocumentReader) == 2
    assert len(family.messages("A draft plan is ready to read")) == 2
