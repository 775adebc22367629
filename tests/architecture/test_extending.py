"""The screen of docs/extending.md works as it is written: its code blocks are run in an app of their own."""

import csv
from collections.abc import Iterator
from typing import Any, cast

import pytest
from flask import Flask
from flask_appbuilder.models.sqla.interface import SQLAInterface
from sqlalchemy import select

from app import create_app
from app.core.database.policies import ROW_POLICIES
from app.core.roles import GRANTS, WRITE, Role
from app.models import Child, Invitation, SectionDraft, WorkDomain
from app.views.web.model_view import PortalModelView
from app.views.web.register import register
from app.views.web.screen_checks import ScreenError
from tests.access.examples import example_ids
from tests.access.test_matrix import permission_of, routes
from tests.access.world import CANARY, build_world
from tests.browser import post_with_token
from tests.cast import everything
from tests.documented import Portal, audited, registrations_restored, run_code_of
from tests.statements import counted


@pytest.fixture
def directory(app: Flask) -> Iterator[Portal]:
    """The portal with the document's screen."""
    with registrations_restored():
        run_code_of("A screen")
        portal = Portal(app)
        yield portal
        portal.context.database.engine.dispose()


@pytest.fixture
def invitations(app: Flask) -> Iterator[Portal]:
    """The portal with a screen over a table that no screen was written for."""
    with registrations_restored():

        @register("Open invitations", grant="Invitations")
        class InvitationList(PortalModelView):
            datamodel = SQLAInterface(Invitation)
            list_columns = ["name", "email", "role", "organisation", "invited_by", "sent_at"]

        portal = Portal(app)
        yield portal
        portal.context.database.engine.dispose()


def test_the_screen_of_the_document_is_in_an_officers_menu_and_in_no_parents(directory: Portal) -> None:
    officer, parent = directory.cast.olu.browser(), directory.cast.pat.browser()

    assert "Domain directory" in officer.get("/").text
    page = officer.get("/domaindirectory/list/").text
    assert "heatonbeck" in page and page.count("<h1") == 1
    assert "Domain directory" not in parent.get("/").text
    for path in ("list/", "add", "show/1", "edit/1", "delete/1", "export.csv"):
        assert parent.get(f"/domaindirectory/{path}").status_code == 403


def test_an_officer_adds_changes_finds_and_deletes_in_it_and_the_audit_says_so(directory: Portal) -> None:
    cast, app, context = directory.cast, directory.app, directory.context
    browser = cast.olu.browser()
    entered = {"domain": "moor.example", "organisation": "1", "note": "Asked for by the trust"}

    refused = post_with_token(browser, app, "/domaindirectory/add", {"note": "no domain"})
    assert refused.status_code == 422 and "Enter: Domain" in refused.text
    assert post_with_token(browser, app, "/domaindirectory/add", entered).status_code == 302
    with everything(context) as work:
        row = work.session.scalars(select(WorkDomain).where(WorkDomain.domain == "moor.example")).one()
        number = row.id
        assert (row.organisation_id, row.includes_subdomains, row.note) == (1, False, entered["note"])
    again = post_with_token(browser, app, "/domaindirectory/add", entered)
    assert again.status_code == 422 and "This is in the list already" in again.text
    found = post_with_token(browser, app, "/domaindirectory/list/", {"find": "MOOR.ex"}).text
    assert "moor.example" in found and "heatonbeck" not in found
    changed = entered | {"note": "", "includes_subdomains": "y"}
    assert post_with_token(browser, app, f"/domaindirectory/edit/{number}", changed).status_code == 302
    record = browser.get(f"/domaindirectory/show/{number}").text
    assert "moor.example" in record and "Asked for" not in record
    assert post_with_token(browser, app, f"/domaindirectory/delete/{number}", {}).status_code == 302

    changes = [(each.actor, each.facts["change"]) for each in audited(context, "ReferenceChanged")]
    assert changes == [(cast.olu.id, change) for change in ("added", "changed", "deleted")]


def test_a_record_links_to_edit_and_delete_for_those_who_may_write(directory: Portal) -> None:
    app, browser = directory.app, directory.cast.olu.browser()
    with everything(directory.context) as work:
        row = work.add(WorkDomain(domain="moor.example", organisation_id=1))
        number = row.id

    record = browser.get(f"/domaindirectory/show/{number}").text
    assert f'href="/domaindirectory/edit/{number}"' in record
    assert f'href="/domaindirectory/delete/{number}"' in record
    for path in ("add", f"edit/{number}", f"delete/{number}"):
        page = browser.get(f"/domaindirectory/{path}")
        assert page.status_code == 200 and 'name="csrf_token"' in page.text
        assert browser.post(f"/domaindirectory/{path}", data={}).status_code == 400  # it has no CSRF token
    wrong = post_with_token(browser, app, f"/domaindirectory/edit/{number}", {"domain": ""})
    assert wrong.status_code == 422 and wrong.text.count("govuk-error-summary__title") == 1
    assert 'href="#domain"' in wrong.text
    asked = browser.get(f"/domaindirectory/delete/{number}").text
    assert "Are you sure you want to delete moor.example?" in asked
    assert audited(directory.context, "ReferenceChanged") == []


def test_a_record_leads_to_no_form_where_the_grant_is_for_reading(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    officer = frozenset(GRANTS[Role.sen_officer] - {("Organisations", WRITE)})
    monkeypatch.setitem(cast(dict[Role, Any], GRANTS), Role.sen_officer, officer)
    with registrations_restored():
        run_code_of("A screen")
        portal = Portal(app)
    browser = portal.cast.olu.browser()

    with everything(portal.context) as work:
        number = work.session.scalars(select(WorkDomain.id)).first()
    pages = [browser.get(f"/domaindirectory/{path}").text for path in (f"show/{number}", "list/")]
    assert not any(f"/domaindirectory/{way}" in page for page in pages for way in ("edit", "delete", "add"))
    portal.context.database.engine.dispose()


def test_its_csv_is_the_list_and_the_audit_says_who_took_it(directory: Portal) -> None:
    answer = directory.cast.olu.browser().get("/domaindirectory/export.csv")

    rows = list(csv.reader(answer.get_data(as_text=True).lstrip("\ufeff").splitlines()))
    assert rows[0] == ["Domain", "Organisation", "Includes subdomains", "Note"]
    with everything(directory.context) as work:
        domains = work.session.scalars(select(WorkDomain).order_by(WorkDomain.domain)).all()
        wanted = [(each.domain, str(each.organisation or "")) for each in domains]
    assert [(row[0], row[1]) for row in rows[1:]] == wanted
    [taken] = audited(directory.context, "ListExported")
    assert (taken.actor, taken.facts["list_name"]) == (directory.cast.olu.id, "DomainDirectory")


def test_its_pages_take_the_same_statements_however_many_rows_there_are(directory: Portal) -> None:
    browser = directory.cast.olu.browser()
    browser.get("/domaindirectory/list/")
    with counted(directory.context) as few:
        browser.get("/domaindirectory/list/")
    with everything(directory.context) as work:
        for number in range(20):
            work.add(WorkDomain(domain=f"d{number}.example", organisation_id=1 + number % 3))
    with counted(directory.context) as many:
        assert "d13.example" in browser.get("/domaindirectory/list/").text

    assert len(many) == len(few)


def test_a_screen_over_invitations_shows_records_orders_and_filters(invitations: Portal) -> None:
    """Its record page and its order by role once answered with an error."""
    context, cast, make = invitations.context, invitations.cast, invitations.make
    world = build_world(context, cast, make)
    browser, number = cast.olu.browser(), world.other.ids["InvitationList.pk"]

    listed = browser.get("/invitationlist/list/").text
    assert f"{CANARY}-invited" in listed and "Parent or carer" in listed
    record = browser.get(f"/invitationlist/show/{number}")
    assert record.status_code == 200 and f"{CANARY}-guest" in record.text
    for column in ("email", "role", "sent_at"):
        for way in ("asc", "desc"):
            path = f"/invitationlist/list/?_oc_InvitationList={column}&_od_InvitationList={way}"
            assert browser.get(path).status_code == 200
    for column in ("name", "organisation", "invited_by", "child_id", "__init__"):
        path = f"/invitationlist/list/?_oc_InvitationList={column}&_od_InvitationList=asc"
        assert browser.get(path).location == "/invitationlist/list/?_od_InvitationList=asc"
    assert f"{CANARY}-invited" in browser.get("/invitationlist/list/?_flt_0_role=parent").text
    assert f"{CANARY}-invited" not in browser.get("/invitationlist/list/?_flt_0_role=admin").text
    assert "Parent or carer" in browser.get("/invitationlist/export.csv").text


def test_a_screen_about_children_is_for_reading_and_each_reading_is_audited(invitations: Portal) -> None:
    context, cast = invitations.context, invitations.cast
    world = build_world(context, cast, invitations.make)
    number, child = world.other.ids["InvitationList.pk"], world.other.ids["child_id"]
    browser = cast.olu.browser()

    for path in ("add", f"edit/{number}", f"delete/{number}"):
        assert browser.get(f"/invitationlist/{path}").status_code == 404
    browser.get(f"/invitationlist/show/{number}")
    browser.get("/invitationlist/list/?_flt_0_role=parent")
    assert [(each.actor, each.child) for each in audited(context, "ChildViewed")] == [(cast.olu.id, child)]
    [listed] = audited(context, "ChildrenListed")
    assert (listed.facts["list_name"], listed.facts["asked"]) == ("InvitationList", {"role": "parent"})
    # An administrator holds the same grant, and the table's row policy shows them no parent's invitation.
    admin = cast.ines.browser()
    assert (
        CANARY not in admin.get("/invitationlist/list/").text + admin.get("/invitationlist/export.csv").text
    )
    assert admin.get(f"/invitationlist/show/{number}").status_code == 404


def test_a_list_of_invitations_takes_the_same_statements_however_long(invitations: Portal) -> None:
    context, cast = invitations.context, invitations.cast
    browser = cast.olu.browser()

    def invite(numbers: range) -> None:
        with everything(context) as work:
            for number in numbers:
                work.add(
                    Invitation(
                        email=f"i{number}@guest.example",
                        role="professional",
                        organisation_id=1 + number % 3,
                        invited_by_id=(cast.olu.id, cast.mary.id)[number % 2],
                        sent_at=work.now,
                    )
                )

    invite(range(2))
    browser.get("/invitationlist/list/")
    with counted(context) as few:
        browser.get("/invitationlist/list/")
    invite(range(2, 24))
    with counted(context) as many:
        assert "i13@guest.example" in browser.get("/invitationlist/list/").text
    assert len(many) == len(few)


def test_a_screen_over_a_table_without_a_policy_stops_the_start(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delitem(ROW_POLICIES, Invitation)
    with registrations_restored():

        @register(grant="Invitations")
        class Unruled(PortalModelView):
            datamodel = SQLAInterface(Invitation)
            list_columns = ["email"]

        with pytest.raises(ScreenError, match="who may see Invitation"):
            create_app(app.config["SETTINGS"])


@pytest.mark.parametrize(
    ("table", "columns", "grant", "wrong"),
    [
        (WorkDomain, ["domain"], "Domains", "no role in roles.py has Domains"),
        (WorkDomain, [], "Organisations", "say in list_columns"),
        (WorkDomain, ["domian"], "Organisations", "WorkDomain has no domian"),
        (SectionDraft, ["section"], "CaseWork", "whose child a record is about"),
    ],
)
def test_a_screen_that_is_incomplete_stops_the_start(
    app: Flask, table: Any, columns: list[str], grant: str, wrong: str
) -> None:
    with registrations_restored():
        body = {"datamodel": SQLAInterface(table), "list_columns": columns}
        register(grant=grant)(type("Incomplete", (PortalModelView,), body))
        with pytest.raises(ScreenError, match=wrong):
            create_app(app.config["SETTINGS"])


def test_the_access_tests_find_a_new_screen_and_a_row_for_it(directory: Portal) -> None:
    found = [rule.endpoint for rule in routes(directory.app) if rule.endpoint.startswith("DomainDirectory.")]

    assert {permission_of(directory.app, endpoint) for endpoint in found} == {
        ("Organisations", "read"),
        ("Organisations", "write"),
    }
    with everything(directory.context) as work:
        ids = example_ids(directory.app, work, "nothing", {Child: 1})
        assert work.session.get(WorkDomain, ids["DomainDirectory.pk"])
