"""Adding a child, and the child's pages as each reader sees them."""

import re
from datetime import date

import pytest
from sqlalchemy import func, select

from app.cases.rules.case_states import CaseState
from app.forms.rules.workflow import FormState
from app.models import AuditRow, Child, Decision
from tests.browser import post_with_token
from tests.cast import everything
from tests.pages import Page
from tests.statements import BUDGET, counted

GOOD = {
    "forenames": "Amina",
    "surname": "Shah",
    "known_as": "Mina",
    "date_of_birth-day": "14",
    "date_of_birth-month": "3",
    "date_of_birth-year": "2017",
    "address": "4 Beck Lane\nBradford",
    "postcode": "bd9 4nq",
    "upn": "B801200005001",
    "nhs_number": "",
}
PARTS = ["", "/forms", "/people", "/messages"]


def add(app, actor, **changes):
    return post_with_token(actor.browser(), app, "/children/add", GOOD | changes)


@pytest.fixture
def case(cast, make, context):
    """A child in the middle of an assessment, with something for every reader."""
    child = make.child(
        linked=(cast.sana, cast.ann, cast.hana, cast.pat),
        forenames="Amina",
        surname="Shah",
        address="4 Secret Lane",
        setting_id=cast.sana.principal.organisation_id,
        upn="B801200005001",
    )
    now = context.clock.now()
    child.request = make.request(
        child,
        cast.sana,
        CaseState.assessing,
        received_on=date(2026, 11, 2),
        submitted_at=now,
        decided_on=now.date(),
    )
    case_id = make.case_of(child.request)
    with everything(context) as work:
        work.add(
            Decision(
                case_id=case_id,
                number=1,
                outcome=CaseState.assessing,
                decided_on=now.date(),
                reason="The tests are met.",
                recorded_by_id=cast.olu.id,
            )
        )
    child.advice = make.advice(child, cast.ann, FormState.submitted, submitted_at=now)
    child.owed = make.advice(
        child, cast.hana, template="advice_health", asking_note="Please see the request."
    )
    return child


def see(actor, child, part=""):
    return Page(actor.browser().get(f"/children/{child.id}{part}"))


def test_adding_a_child_opens_its_request(app, cast, context):
    answer = add(app, cast.sana)

    assert answer.status_code == 302
    assert answer.location.startswith("/forms/")
    opened = cast.sana.browser().get(answer.location)
    assert opened.status_code == 200
    assert "Shah" not in answer.location
    with everything(context) as work:
        assert work.session.scalars(select(Child)).one().name == "Amina Shah"


def test_the_page_asks_for_all_of_it(cast):
    page = Page(cast.sana.browser().get("/children/add"))
    assert (page.status, page.title, page.heading) == (200, "Add Person", "Add Person")
    for name in GOOD:
        assert f'name="{name}"' in page.html
    assert "I do not know the UPN" in page.main


def test_every_fault_is_shown_at_its_field_and_nothing_typed_is_lost(app, cast, context):
    page = Page(
        add(
            app,
            cast.sana,
            forenames="",
            surname="",
            postcode="BD9 typed",
            upn="A123 typed",
            nhs_number="123 typed",
            **{"date_of_birth-month": "13"},
        )
    )
    assert page.status == 422
    assert page.errors == {
        "forenames": "Enter the forenames",
        "surname": "Enter the last name, or select “Has no last name”",
        "date_of_birth-day": "Enter a real date, for example 27 3 2015",
        "postcode": "Enter a full UK postcode, like BD1 1HX",
        "upn": "A UPN is a letter and 12 characters, like B801200005001",
        "nhs_number": "An NHS number has 10 digits, like 943 476 5870",
    }
    for typed in ("BD9 typed", "A123 typed", "123 typed", "4 Beck Lane", "Mina"):
        assert typed in page.html
    assert 'value="13"' in page.html
    with everything(context) as work:
        assert work.session.scalar(select(func.count()).select_from(Child)) == 0


def test_an_empty_page_names_everything_that_is_missing(app, cast):
    page = Page(post_with_token(cast.sana.browser(), app, "/children/add", {}))
    assert list(page.errors) == ["forenames", "surname", "date_of_birth-day", "address", "postcode", "upn"]


def test_a_reason_for_no_upn_is_enough_and_an_invented_one_is_not(app, cast):
    assert add(app, cast.sana, upn="", upn_missing_reason="UN8").status_code == 302
    assert "upn" in Page(add(app, cast.sana, upn="", upn_missing_reason="<script>")).errors


def test_a_likely_duplicate_changes_nothing_for_who_adds(app, cast, make, context):
    first = add(app, cast.rhys)
    second = add(app, cast.sana)
    assert (first.status_code, first.location[:7]) == (second.status_code, second.location[:7])
    with everything(context) as work:
        children = work.session.scalars(select(Child).order_by(Child.id)).all()
        assert children[1].possible_duplicate_of_id == children[0].id
    page = see(cast.sana, children[1])
    assert "already know" not in page.html
    assert "duplicate" not in page.html.lower()
    assert "This may be a duplicate record" in see(cast.olu, children[1]).main


@pytest.mark.parametrize("who", ["ann", "hana", "sol"])
def test_others_read_why_they_cannot_add(cast, who):
    page = Page(getattr(cast, who).browser().get("/children/add"))
    assert (page.status, page.heading) == (403, "You cannot add a person")
    assert "Schools and academies" in page.main


@pytest.mark.parametrize("who", ["ann", "pat", "ines"])
def test_others_cannot_add_by_posting(app, cast, context, who):
    assert add(app, getattr(cast, who)).status_code == 403
    with everything(context) as work:
        assert work.session.scalar(select(func.count()).select_from(Child)) == 0


@pytest.mark.parametrize("part", PARTS)
@pytest.mark.parametrize("who", ["olu", "mary", "sana", "ann", "hana", "pat"])
def test_people_involved_open_the_childs_pages(cast, case, who, part):
    page = see(getattr(cast, who), case, part)
    assert page.status == 200
    assert "Amina Shah" in page.main


@pytest.mark.parametrize("part", PARTS)
@pytest.mark.parametrize("who", ["bob", "rhys", "tom", "idris", "quinn"])
def test_to_a_stranger_the_child_looks_like_one_that_never_was(cast, case, who, part):
    browser = getattr(cast, who).browser()
    theirs, nothing = browser.get(f"/children/{case.id}{part}"), browser.get(f"/children/999999{part}")
    assert theirs.status_code == nothing.status_code == 404
    assert _same(theirs.text, f"/children/{case.id}{part}") == _same(nothing.text, f"/children/999999{part}")


def _same(html, path):
    """A page without its own address, and without what differs on every answer."""
    return re.sub(r'(nonce="|content="|value=")[^"]{20,}"', "", html).replace(f'={path}"', '="')


@pytest.mark.parametrize("part", PARTS)
def test_an_administrator_has_no_page_about_children(cast, case, part):
    assert cast.ines.browser().get(f"/children/{case.id}{part}").status_code == 403


def test_opening_a_page_is_written_down(cast, case, context):
    see(cast.ann, case)
    see(cast.pat, case, "/people")
    with everything(context) as work:
        rows = work.session.scalars(
            select(AuditRow).where(AuditRow.event == "ChildViewed").order_by(AuditRow.id)
        ).all()
    assert [(row.actor_id, row.child_id) for row in rows] == [(cast.ann.id, case.id), (cast.pat.id, case.id)]


def test_a_refused_look_is_not_written_down_as_one(cast, case, context):
    cast.bob.browser().get(f"/children/{case.id}")
    with everything(context) as work:
        assert work.session.scalars(select(AuditRow).where(AuditRow.event == "ChildViewed")).all() == []


@pytest.mark.parametrize("part", PARTS)
@pytest.mark.parametrize("who", ["sana", "ann", "pat"])
def test_the_address_is_for_the_sen_team(cast, case, who, part):
    html = see(getattr(cast, who), case, part).html
    assert "Secret Lane" not in html
    assert "BD9 4NQ" not in html


def test_the_sen_team_sees_address_and_numbers(cast, case):
    page = see(cast.olu, case)
    assert "4 Secret Lane" in page.main
    assert "B801200005001" in page.main


def test_the_dates_of_the_case_are_shown_to_everyone_involved(cast, case):
    for who in (cast.olu, cast.sana, cast.ann, cast.pat):
        page = see(who, case)
        assert "2 November 2026" in page.main
        assert "22 March 2027" in page.main
        assert "119 days left" in page.main
        assert "Assessment under way" in page.main
    assert "SEND Regulations 2014, reg. 13(2)" in see(cast.olu, case).main
    assert "reg. 13(2)" not in see(cast.pat, case).main


def test_i_see_what_i_owe_with_its_note_and_not_what_others_owe(cast, case):
    page = see(cast.hana, case)
    assert "Your tasks" in page.main
    assert "Please see the request." in page.main
    assert page.href("Health advice") == f"/forms/{case.owed.id}"
    assert "Your tasks" not in see(cast.ann, case).main


def test_a_reader_sees_only_forms_that_are_theirs_or_shared(cast, case, make):
    assert f"/forms/{case.advice.id}/read" not in see(cast.sana, case, "/forms").html
    assert f"/forms/{case.advice.id}/read" not in see(cast.pat, case).html

    make.share(case.advice)
    make.share(case.advice, cast.pat)

    assert f"/forms/{case.advice.id}/read" in see(cast.sana, case, "/forms").html
    assert f"/forms/{case.advice.id}/read" in see(cast.pat, case).html
    assert cast.pat.browser().get(f"/forms/{case.advice.id}/read").status_code in (200, 404)


def test_a_shared_consent_form_is_there_for_professionals_to_read_only(cast, case, make, context):
    now = context.clock.now()
    consent = make.consent(case, cast.pat, FormState.submitted, submitted_at=now)
    make.share(consent)
    page = see(cast.ann, case, "/forms")
    assert f'href="/forms/{consent.id}/read"' in page.html
    assert f'href="/forms/{consent.id}"' not in page.html
    assert "/consent" not in page.html


def test_professionals_get_none_of_the_teams_controls(cast, case):
    for part in PARTS:
        html = see(cast.sana, case, part).html
        for control in ("/ask", "/link", "/sharing", "/consent", "/invitations", "/decide", "/cancel"):
            assert f"/children/{case.id}{control}" not in html
            assert f'{control}"' not in html


def test_the_team_sees_whom_the_case_waits_for_and_reminds_them(cast, case, make):
    late = make.advice(case, cast.ann, due_on=date(2026, 11, 1))
    page = see(cast.olu, case)
    waiting = page.html[page.html.index("Waiting for</caption>") :].split("</table>")[0]
    assert waiting.index(cast.ann.principal.name) < waiting.index(cast.hana.principal.name), (
        "what is due first comes first"
    )
    assert waiting.count("<tr") == 3, "advice that was sent is not waited for"
    assert f"/advice/remind?form={late.id}" in waiting
    assert "Waiting for</caption>" not in see(cast.ann, case).html
    assert "Waiting for</caption>" not in see(cast.pat, case).html


def test_the_team_gets_its_next_steps_from_the_workflow(cast, case, make, context):
    request = make.request(case, cast.sana, FormState.accepted, received_on=date(2026, 11, 2))
    page = see(cast.olu, case)
    assert page.href("Read, then accept or return") == f"/forms/{case.advice.id}/read"
    assert page.href("Decide whether to assess") == f"/cases/{make.case_of(request)}/decide"
    forms = see(cast.olu, case, "/forms")
    assert forms.href("Cancel this advice") == f"/advice/{case.owed.id}/cancel"
    for text in ("Ask for advice", "Link a professional", "Invite a parent", "Write a message"):
        assert cast.olu.browser().get(page.href(text)).status_code == 200, text


def test_every_link_on_a_childs_pages_opens(cast, case):
    for who in (cast.olu, cast.sana, cast.hana, cast.pat):
        browser = who.browser()
        for part in PARTS if who is not cast.pat else [""]:
            page = see(who, case, part)
            for text, href in page.links:
                if href.startswith("/") and not href.startswith("/forms/"):
                    assert browser.get(href, follow_redirects=True).status_code == 200, (
                        who.key,
                        part,
                        text,
                        href,
                    )


def test_a_family_reads_plain_words_and_whom_to_ask(app, cast, case):
    page = see(cast.pat, case)
    assert page.heading == "Where things stand"
    assert "What happens next" in page.main
    assert "Ann Kowalska" in page.main
    assert "01274 435750" in page.main
    answer = post_with_token(cast.pat.browser(), app, f"/children/{case.id}/consent", {})
    assert answer.status_code == 302
    assert cast.pat.browser().get(answer.location).status_code == 200


def test_a_person_in_the_organisation_of_a_queue_is_offered_to_take_up(cast, case, make):
    link = make.queue(case, cast.sol)
    assert f"/involvement/{link.id}/assign" in see(cast.sol, case).html
    assert f"/involvement/{link.id}/assign" not in see(cast.ann, case).html


def test_messages_about_the_child_are_each_readers_own(cast, case, make):
    make.message(cast.ann, subject="For Ann", child_id=case.id)
    make.message(cast.ann, subject="Another child")
    make.message(None, subject="For the team", child_id=case.id)
    assert "For Ann" in see(cast.ann, case, "/messages").main
    assert "Another child" not in see(cast.ann, case, "/messages").main
    assert "For the team" in see(cast.olu, case, "/messages").main
    assert "For" not in see(cast.sana, case, "/messages").main.replace("Forms", "")


@pytest.mark.parametrize("part", PARTS)
@pytest.mark.parametrize("who", ["olu", "ann", "pat"])
def test_a_childs_pages_ask_little_of_the_database_however_many_rows(cast, case, make, context, who, part):
    actor = getattr(cast, who)
    browser, path = actor.browser(), f"/children/{case.id}{part}"
    browser.get(path)
    with counted(context) as few:
        browser.get(path)
    for colleague in (cast.bob, cast.sol, cast.tom):
        make.link(case, colleague)
        now = context.clock.now()
        make.share(make.advice(case, colleague, FormState.submitted, submitted_at=now), cast.pat)
        make.message(actor, child_id=case.id)
    with counted(context) as many:
        browser.get(path)
    assert len(few) == len(many) <= BUDGET, "\n".join(many)


@pytest.mark.parametrize(
    ("box", "pasted"),
    [("day", "14/3/17"), ("month", "2017-03-14"), ("year", "14 Mar 2017"), ("day", "14th March 2017")],
)
def test_b5_a_date_pasted_into_one_of_three_boxes_is_read(app, cast, context, box, pasted):
    parts = {f"date_of_birth-{part}": pasted if part == box else "" for part in ("day", "month", "year")}
    assert add(app, cast.sana, **parts).status_code == 302
    with everything(context) as work:
        assert work.session.scalars(select(Child)).one().date_of_birth == date(2017, 3, 14)


def test_b5_a_pasted_date_comes_back_in_three_boxes(app, cast):
    page = add(app, cast.sana, surname="", **{
        "date_of_birth-day": "14 March 2017", "date_of_birth-month": "", "date_of_birth-year": "",
    }).get_data(as_text=True)  # fmt: skip
    for part, value in (("day", "14"), ("month", "3"), ("year", "2017")):
        assert re.search(rf'name="date_of_birth-{part}"[^>]*value="{value}"', page)


@pytest.mark.parametrize("typed", ["14/3/2017", "14/3/17", "14 Mar 2017", "14 March 2017", "2017-03-14"])
def test_b5_a_date_of_birth_finds_the_child(app, cast, make, typed):
    child = make.child(linked=(cast.sana,), date_of_birth=date(2017, 3, 14))
    other = make.child(linked=(cast.sana,), date_of_birth=date(2017, 3, 15))
    for actor, where in ((cast.olu, "/people/list/"), (cast.sana, "/send/")):
        html = post_with_token(actor.browser(), app, where, {"find": typed}).get_data(as_text=True)
        assert f"/children/{child.id}" in html
        assert f"/children/{other.id}" not in html
