"""The generated lists and records the SEN team and administrators live in."""

import csv
import io
import re
import threading
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from app.cases.rules.case_states import CaseState
from app.forms.rules.workflow import FormState
from app.models import AuditRow, Organisation
from app.views.web.pages import uk_date
from tests.browser import post_with_token
from tests.pages import Page

LISTS = [
    "/people/list/",
    "/requests/list/",
    "/cases/list/",
    "/advice/list/",
    "/registrations/list/",
    "/team-messages/list/",
    "/organisations/list/",
]


@pytest.fixture
def case(cast, make):
    """A child with a request and advice."""
    child = make.child(linked=(cast.ann,), forenames="Zofia", surname="Nowak", search_name="nowak zofia")
    make.request(child, cast.sana, FormState.submitted)
    make.advice(child, cast.ann)
    make.message(None, subject="A question")
    return child


@pytest.mark.parametrize("path", LISTS)
def test_an_officer_opens_every_list(cast, case, path):
    answer = cast.olu.browser().get(path)

    assert answer.status_code == 200
    assert answer.text.count("<h1") == 1


@pytest.mark.parametrize("path", LISTS[:5])
@pytest.mark.parametrize("who", ["sana", "pat", "ines"])
def test_no_one_else_opens_the_officers_lists(cast, case, path, who):
    assert getattr(cast, who).browser().get(path).status_code == 403


@pytest.mark.parametrize(
    "odd",
    [
        "page_ChildList=abc",
        "page_ChildList=99999999999999",
        f"page_ChildList={'9' * 3_900}",
        f"_flt_{'9' * 3_900}_state=draft",
        "psize_ChildList=1000000",
        "_oc_ChildList=nothing&_od_ChildList=asc",
        "_flt_0_surname=Nowak",
        "show=nothing",
    ],
)
def test_a_mistyped_address_leads_to_the_list(cast, case, odd):
    answer = cast.olu.browser().get(f"/people/list/?{odd}", follow_redirects=True)

    assert answer.status_code == 200
    assert "Zofia Nowak" in answer.text


@pytest.mark.parametrize(
    "odd", ["_flt_0_state=gone", "_flt_99_due_on=x", "_flt_0_due_on=", "_flt_0_due_on=yesterday"]
)
def test_a_filter_that_means_nothing_is_left_out(cast, case, odd):
    answer = cast.olu.browser().get(f"/advice/list/?{odd}", follow_redirects=True)

    assert answer.status_code == 200
    assert "Zofia Nowak" in answer.text


def test_a_ready_made_view_keeps_only_its_rows(cast, case):
    browser = cast.olu.browser()

    assert "Zofia Nowak" in browser.get("/requests/list/?show=new").text
    assert "Zofia Nowak" in browser.get("/cases/list/?show=deciding").text
    assert "Zofia Nowak" not in browser.get("/cases/list/?show=overdue").text


@pytest.mark.parametrize(
    "column", ["upn", "nhs_number", "date_of_birth", "surname", "search_name", "postcode"]
)
def test_nothing_about_a_child_is_ever_asked_for_in_an_address(cast, case, column):
    answer = cast.olu.browser().get(f"/people/list/?_flt_0_{column}=2016-01-30")

    assert answer.status_code == 302
    assert answer.location == "/people/list/"
    assert f"_{column}" not in cast.olu.browser().get("/people/list/").text


@pytest.mark.parametrize("typed", ["30/1/2016", "B801200005001", "943 476 5919", "Nowak"])
def test_a_child_is_found_by_name_date_of_birth_or_number(app, cast, make, typed):
    make.child(
        forenames="Zofia",
        surname="Nowak",
        search_name="nowak zofia",
        date_of_birth=date(2016, 1, 30),
        upn="B801200005001",
        nhs_number="9434765919",
    )
    make.child(forenames="Ravi", surname="Patel", search_name="patel ravi", upn=None, nhs_number=None)

    answer = post_with_token(cast.olu.browser(), app, "/people/list/", {"find": typed})

    assert "Zofia Nowak" in answer.text
    assert "Ravi Patel" not in answer.text


@pytest.mark.parametrize("path", ["/people", "/requests"])
def test_a_record_leads_on_to_the_child_and_to_what_was_sent(cast, make, path):
    child = make.child()
    request = make.request(child, cast.sana, FormState.submitted, received_on=date(2026, 11, 2))
    browser = cast.olu.browser()

    page = browser.get(f"{path}/show/{child.id if path == '/people' else request.id}").text

    onward = re.findall(r'href="(/children/\d+|/forms/\d+/read)"', page)
    assert onward
    assert all(browser.get(href).status_code == 200 for href in onward)


@pytest.mark.parametrize("path", ["/people", "/requests", "/advice"])
def test_a_childs_name_leads_straight_to_the_childs_page(cast, case, path):
    browser = cast.olu.browser()

    href = Page(browser.get(f"{path}/list/")).href("Zofia Nowak")

    assert href == f"/children/{case.id}"
    assert "Zofia Nowak" in Page(browser.get(href)).main


def test_a_form_that_was_sent_is_one_click_from_its_list(cast, make, clock):
    child = make.child(forenames="Zofia", surname="Nowak")
    sent = make.request(child, cast.sana, FormState.submitted, received_on=clock.today())
    read = make.advice(child, cast.ann, FormState.accepted, received_on=clock.today())
    make.advice(child, cast.hana, template="advice_health")
    browser = cast.olu.browser()

    requests, advice = (Page(browser.get(f"/{path}/list/")) for path in ("requests", "advice"))

    assert requests.href("Read this request, Zofia Nowak") == f"/forms/{sent.id}/read"
    assert (
        advice.href("Read this advice, Educational psychology advice, Zofia Nowak")
        == f"/forms/{read.id}/read"
    )
    assert not advice.has_link("Read this advice, Health advice")
    assert browser.get(f"/forms/{sent.id}/read").status_code == 200


@pytest.mark.parametrize("path", ["/people", "/requests", "/advice"])
def test_links_that_lead_to_different_pages_have_different_names(cast, make, case, path):
    make.advice(case, cast.hana, template="advice_health", received_on=date(2026, 11, 2))

    links = Page(cast.olu.browser().get(f"{path}/list/")).links

    words = dict(links)
    assert [words[text] for text, _href in links] == [href for _text, href in links]


def test_a_possible_duplicate_is_compared_from_the_list(cast, make, case):
    newer = make.child(forenames="Zofya", surname="Nowak", possible_duplicate_of_id=case.id)

    page = Page(cast.olu.browser().get("/people/list/?show=duplicates"))

    assert "Actions" in page.main
    assert page.href("Are these the same child?, Zofya Nowak") == f"/children/{newer.id}/duplicate"


TAG = re.compile(
    r'data-label="Due">([^<]*)(?: <strong class="govuk-tag govuk-tag--(\w+)">([^<]*)</strong>)?</td>'
)


@pytest.mark.parametrize(
    ("state", "days", "tag"),
    [
        (FormState.asked, -3, ("red", "3 days overdue")),
        (FormState.returned, -1, ("red", "1 day overdue")),
        (FormState.draft, 0, ("orange", "Due today")),
        (FormState.draft, 1, ("orange", "Due tomorrow")),
        (FormState.asked, 7, ("orange", "7 days left")),
        (FormState.asked, 8, ("", "")),
        (FormState.submitted, -3, ("", "")),
        (FormState.accepted, -3, ("", "")),
        (FormState.cancelled, -3, ("", "")),
    ],
)
def test_advice_that_is_late_or_soon_due_says_so_in_words(cast, make, clock, state, days, tag):
    due_on = clock.today() + timedelta(days=days)
    make.advice(make.child(), cast.ann, state, due_on=due_on)

    page = cast.olu.browser().get("/advice/list/").text

    assert TAG.findall(page) == [(uk_date(due_on), *tag)]


@pytest.mark.parametrize(
    ("state", "late"),
    [
        (FormState.submitted, True),
        (FormState.returned, True),
        (FormState.accepted, True),
        (CaseState.assessing, True),
        (CaseState.not_assessing, False),
    ],
)
def test_c6_a_request_is_late_until_it_is_decided_and_an_assessment_until_the_final_plan(
    cast, make, clock, state, late
):
    due_on = clock.today() - timedelta(days=3) if late else None
    make.request(make.child(), cast.sana, state, due_on=due_on)
    browser = cast.olu.browser()

    assert ("3 days overdue" in browser.get("/cases/list/").text) is late
    assert ("3 days overdue" in browser.get("/cases/list/?show=overdue").text) is late


def test_a_file_holds_dates_and_numbers_as_they_are_and_no_tags(cast, make, clock):
    child = make.child(nhs_number="9434765919")
    due_on = clock.today() - timedelta(days=3)
    make.advice(child, cast.ann, due_on=due_on)
    browser = cast.olu.browser()

    people, advice = (browser.get(f"/{path}/export.csv").text for path in ("people", "advice"))

    assert "9434765919" in people
    assert uk_date(due_on) in advice
    assert "overdue" not in advice


def test_an_nhs_number_reads_as_the_nhs_prints_it(cast, make):
    child = make.child(nhs_number="9434765919")
    make.child(nhs_number=None)
    browser = cast.olu.browser()

    assert (
        'data-label="NHS number">943\N{NO-BREAK SPACE}476\N{NO-BREAK SPACE}5919</td>'
        in browser.get("/people/list/").text
    )
    assert 'data-label="NHS number"></td>' in browser.get("/people/list/").text
    assert "943 476 5919" in Page(browser.get(f"/people/show/{child.id}")).main


def test_a_search_by_name_is_posted_so_that_no_name_is_in_an_address(app, cast, make, case):
    make.child(forenames="Ravi", surname="Patel", search_name="patel ravi")

    answer = post_with_token(cast.olu.browser(), app, "/people/list/", {"find": "nowak ZOF"})

    assert "Zofia Nowak" in answer.text
    assert "Ravi Patel" not in answer.text


def test_a_list_is_exported_as_shown_and_the_audit_says_so(cast, context, case):
    answer = cast.olu.browser().get("/requests/export.csv?show=new")

    rows = list(csv.reader(io.StringIO(answer.text.lstrip("\ufeff"))))
    assert rows[0][:2] == ["Child or young person", "Status"]
    assert rows[1][:2] == ["Zofia Nowak", "Sent to the SEN team"]
    with cast.mary.works() as work:
        exports = work.session.scalars(select(AuditRow).where(AuditRow.event == "ListExported")).all()
    assert [row.actor_id for row in exports] == [cast.olu.id]


@pytest.mark.parametrize("path", ["/children/{}", "/people/show/{}"])
def test_why_there_is_no_upn_is_shown_in_words(cast, make, path):
    child = make.child(upn=None, upn_missing_reason="UN8")

    page = Page(cast.olu.browser().get(path.format(child.id)))

    assert "New to the area; the UPN is not yet known" in page.main
    assert "UN8" not in page.main


def test_an_exported_cell_is_never_a_formula(cast, make):
    make.child(forenames="=HYPERLINK()", surname="x")

    assert "'=HYPERLINK()" in cast.olu.browser().get("/people/export.csv").text


def test_filters_of_one_reader_never_reach_another(app, cast, make):
    """AppBuilder keeps a view's filters in one object for all threads (its issue 2366)."""
    for number in range(8):
        make.organisation(name=f"Only school {number}")
    browsers = [cast.olu.browser() for _ in range(8)]
    contains = re.search(r'name="(_flt_\d+_name)"', browsers[0].get("/organisations/list/").text)[1]
    wrong: list[str] = []

    def look(number: int) -> None:
        for _ in range(15):
            page = browsers[number].get(f"/organisations/list/?{contains}=school+{number}").text
            if [each for each in range(8) if f"Only school {each}" in page] != [number]:
                wrong.append(str(number))

    threads = [threading.Thread(target=look, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


class TestAdministration:
    """People, roles and organisations."""

    def test_an_administrator_gives_roles_and_they_count_from_the_next_click(self, app, cast):
        browser, sana = cast.ines.browser(), cast.sana.browser()
        assert sana.get("/people/list/").status_code == 403

        answer = post_with_token(browser, app, f"/users/{cast.sana.id}/roles", {"roles": "sen_officer"})

        assert answer.status_code == 302
        assert sana.get("/people/list/").status_code == 200

    def test_an_accounts_page_leads_to_what_may_be_done_with_it_and_ones_own_to_nothing(self, cast):
        def links(actor):
            page = Page(cast.ines.browser().get(f"/users/show/{actor.id}"))
            return [words for words, _address in page.links if words in {"Change roles", "Close the account"}]

        assert links(cast.ann) == ["Change roles", "Close the account"]
        assert links(cast.ines) == []

    def test_an_administrator_can_be_nothing_else(self, app, cast):
        answer = post_with_token(
            cast.ines.browser(), app, f"/users/{cast.sana.id}/roles", {"roles": ["admin", "sen_officer"]}
        )

        assert answer.status_code == 422
        assert "administrators see no child" in answer.text

    def test_a_closed_account_is_out_at_once_and_can_be_opened_again(self, app, cast):
        browser, sana = cast.ines.browser(), cast.sana.browser()
        assert sana.get("/").status_code == 200

        post_with_token(browser, app, f"/users/{cast.sana.id}/close", {})

        assert sana.get("/").status_code == 302
        assert post_with_token(browser, app, f"/users/{cast.sana.id}/open", {}).status_code == 302

    def test_no_one_changes_their_own_account_here(self, app, cast):
        assert (
            post_with_token(cast.ines.browser(), app, f"/users/{cast.ines.id}/close", {}).status_code == 403
        )

    def test_an_officer_cannot_administer(self, app, cast):
        assert cast.olu.browser().get("/users/list/").status_code == 403
        assert post_with_token(cast.olu.browser(), app, f"/users/{cast.sana.id}/close", {}).status_code == 403

    def test_organisations_are_added_changed_and_deleted_with_a_question_before(self, app, cast):
        browser = cast.ines.browser()
        post_with_token(
            browser, app, "/organisations/add", {"name": "Wibsey Primary", "kind": "school", "active": "y"}
        )
        assert "Wibsey Primary" in browser.get("/organisations/list/").text
        with cast.ines.works() as work:
            number = work.session.scalars(
                select(Organisation.id).where(Organisation.name == "Wibsey Primary")
            ).one()

        answer = post_with_token(
            browser, app, f"/organisations/edit/{number}", {"name": "Wibsey Hill Primary", "kind": "school"}
        )
        assert answer.status_code == 302
        assert "Wibsey Hill Primary" in browser.get("/organisations/list/").text
        assert browser.get(f"/organisations/delete/{number}").status_code == 200
        assert "Wibsey Hill" in browser.get("/organisations/list/").text
        post_with_token(browser, app, f"/organisations/delete/{number}", {})
        assert "Wibsey Hill" not in browser.get("/organisations/list/").text

    def test_an_organisation_in_use_is_not_deleted(self, app, cast):
        browser = cast.ines.browser()
        answer = post_with_token(browser, app, "/organisations/delete/1", {}, follow_redirects=True)

        assert "cannot be deleted because it is in use" in answer.text

    def test_a_missing_name_is_reported_at_its_field(self, app, cast):
        answer = post_with_token(
            cast.ines.browser(), app, "/organisations/add", {"name": "", "kind": "school"}
        )

        assert answer.status_code in {200, 422}
        assert "govuk-error-summary" in answer.text

    def test_roles_are_shown_as_the_program_has_them(self, cast):
        page = cast.ines.browser().get("/roles/list/").text

        assert "SEN officer" in page
        assert "Administrator" in page
