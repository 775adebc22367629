"""docs/extending.md works as it is written: each of its code blocks is run in an app of its own."""

import csv
import json
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from html import unescape
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from flask import Flask
from flask_appbuilder.models.sqla.interface import SQLAInterface
from jinja2 import ChoiceLoader, FileSystemLoader
from sqlalchemy import select

from app import create_app
from app.core.database.policies import ROW_POLICIES
from app.core.errors import Forbidden
from app.core.mail import rendering
from app.core.mail.texts import MAILS
from app.core.notifications import NOTIFICATIONS
from app.core.roles import GRANTS, WRITE, Role
from app.core.unit_of_work import AppContext
from app.forms.definitions.kinds import KINDS
from app.forms.form_templates import import_seeds
from app.forms.rules.workflow import FormState
from app.models import AuditRow, Child, Form, Invitation, Message, Person, SectionDraft, WorkDomain
from app.seed.files import form_seed
from app.views.operations.audit_words import DETAILS, SENTENCES
from app.views.web.model_view import PortalModelView
from app.views.web.register import REGISTERED, register
from app.views.web.screen_checks import ScreenError
from tests.access.examples import example_ids
from tests.access.test_matrix import permission_of, routes
from tests.access.world import CANARY, build_world
from tests.browser import post_with_token
from tests.cast import Cast, everything
from tests.make import Maker
from tests.statements import BUDGET, counted

ROOT = Path(__file__).resolve().parents[2]


def code_of(heading: str, language: str = "python") -> list[str]:
    """The code blocks of one section of the document."""
    text = (ROOT / "docs/extending.md").read_text(encoding="utf-8")
    section = re.split(r"^## ", text, flags=re.MULTILINE)
    [found] = [each for each in section if each.startswith(f"{heading}\n")]
    return re.findall(rf"^```{language}\n(.*?)^```", found, re.MULTILINE | re.DOTALL)


def run_code_of(heading: str) -> dict[str, Any]:
    """Run the Python blocks of one section, one after another, and return the names they define."""
    names: dict[str, Any] = {"__name__": "docs_extending"}
    for code in code_of(heading):
        exec(compile(code, "docs/extending.md", "exec"), names)  # noqa: S102
    return names


@contextmanager
def registrations_restored() -> Iterator[None]:
    """Forget what is registered inside, so that other tests' apps do not have it."""
    registers: list[dict[Any, Any]] = [REGISTERED, KINDS, NOTIFICATIONS, MAILS, SENTENCES, DETAILS]
    before = [dict(each) for each in registers]
    try:
        yield
    finally:
        for each, entries in zip(registers, before, strict=True):
            each.clear()
            each.update(entries)


class Portal:
    """A second app on the test's database, with other screens beside the portal's own."""

    def __init__(self, app: Flask) -> None:
        self.app = create_app(app.config["SETTINGS"], app.extensions["app_context"].clock)
        self.app.testing = True
        self.context: AppContext = self.app.extensions["app_context"]
        self.cast = Cast(self.app)
        self.make = Maker(self.context, self.cast)


def audited(context: AppContext, event: str) -> list[Any]:
    with everything(context) as work:
        rows = work.session.scalars(select(AuditRow).where(AuditRow.event == event).order_by(AuditRow.id))
        return [SimpleNamespace(actor=row.actor_id, child=row.child_id, facts=row.facts) for row in rows]


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


@pytest.fixture
def percentages(app: Flask, tmp_path: Path) -> Iterator[Portal]:
    """The portal with the document's kind of question and a form that asks it."""
    heading = "A kind of question"
    with registrations_restored():
        run_code_of(heading)
        portal = Portal(app)
        [template], [asked] = code_of(heading, "jinja"), code_of(heading, "json")
        (tmp_path / "questions").mkdir()
        (tmp_path / "questions/percentage.html").write_text(template, encoding="utf-8")
        ours = portal.app.jinja_env.loader
        assert ours is not None
        portal.app.jinja_env.loader = ChoiceLoader([FileSystemLoader(tmp_path), ours])
        seed = form_seed("request")["definition"]
        first = {**seed["sections"][0], "questions": [json.loads(asked)]}
        definition = seed | {"sections": [first]}
        with everything(portal.context) as work:
            import_seeds(work.session, [{"definition": definition}], work.now)
        yield portal
        portal.context.database.engine.dispose()


@pytest.mark.parametrize(
    ("entered", "stored", "fault"),
    [
        ("92.5", 92.5, None),
        ("92,5%", "92,5%", "Did you mean 92.5 or 925?"),
        ("101", 101, "The attendance must be from 0 to 100"),
    ],
)
def test_a_kind_of_question_is_asked_checked_saved_and_read(
    percentages: Portal, entered: str, stored: Any, fault: str | None
) -> None:
    app, context, make, sana = percentages.app, percentages.context, percentages.make, percentages.cast.sana
    form = make.request(make.child(linked=(sana,)), sana)
    browser = sana.browser()
    section = form_seed("request")["definition"]["sections"][0]["id"]
    path = f"/forms/{form.id}/section/{section}"

    page = browser.get(path).text
    assert 'id="attendance"' in page and "govuk-input__suffix" in page and 'inputmode="decimal"' in page
    answer = post_with_token(
        browser, app, path, {"attendance": entered, "questions-shown": "attendance", "version": "0"}
    )
    assert (answer.status_code == 302) == (fault is None)
    assert fault is None or fault in unescape(answer.text)
    with everything(context) as work:
        drafts = select(SectionDraft).where(SectionDraft.form_id == form.id)
        assert work.session.scalars(drafts).one().answers == {"attendance": stored}
    checked = browser.get(f"/forms/{form.id}/check").text
    assert ("92.5%" in checked) == (fault is None)


@pytest.fixture
def training(app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """The portal with the document's event, and its use case."""
    heading = "An event, and who is notified"
    with registrations_restored():
        names = run_code_of(heading)
        shutil.copytree(rendering.EMAILS, tmp_path / "emails")
        (tmp_path / "emails/training_recorded").mkdir()
        for name, text in zip(
            ("subject.txt", "body.txt", "body.html"), code_of(heading, "jinja"), strict=True
        ):
            (tmp_path / "emails/training_recorded" / name).write_text(text, encoding="utf-8")
        monkeypatch.setattr(rendering, "EMAILS", tmp_path / "emails")
        rendering._environment.cache_clear()
        portal = Portal(app)
        yield SimpleNamespace(portal=portal, record=names["record_training"])
        portal.context.database.engine.dispose()
        rendering._environment.cache_clear()


def test_an_event_is_in_the_audit_in_the_inbox_and_in_the_mail(training: Any) -> None:
    portal, done_on = training.portal, date(2026, 11, 20)
    cast, context = portal.cast, portal.context
    with pytest.raises(Forbidden), cast.sana.works() as work:
        training.record(work, cast.ann.id, done_on)
    with cast.olu.works() as work:
        training.record(work, cast.ann.id, done_on)

    [row] = audited(context, "TrainingRecorded")
    assert (row.actor, row.facts["done_on"]) == (cast.olu.id, "2026-11-20")
    name = cast.ann.principal.name
    audit = unescape(cast.mary.browser().get("/audit/").text)
    assert f"{cast.olu.principal.name} recorded that {name} has done the training" in audit
    assert "2026-11-20" in audit
    inbox = cast.olu.browser().get("/messages/?box=team").text
    assert "Training recorded" in inbox
    with everything(context) as work:
        message = work.session.scalars(select(Message).where(Message.letter == "training_recorded")).first()
        number = message.id
    assert (
        f"{name} has done the data protection training." in cast.olu.browser().get(f"/messages/{number}").text
    )
    context.notification_service.deliver_due()
    mails = [path.read_text() for path in context.settings.mail_dir.glob("*.eml")]
    assert sum("Your training is recorded" in mail for mail in mails) == 1


@pytest.fixture
def report(app: Flask) -> Iterator[Portal]:
    """The portal with the document's report, and a sibling that administrators may open."""
    with registrations_restored():
        documented = run_code_of("A report")["AdviceByOrganisation"]
        register("Figures", grant="Organisations")(type("OpenFigures", (documented,), {"list_title": ""}))
        portal = Portal(app)
        yield portal
        portal.context.database.engine.dispose()


def test_a_report_counts_what_its_reader_may_see(report: Portal) -> None:
    cast, context, make, clock = report.cast, report.context, report.make, report.context.clock
    today = clock.today()
    for ago in (60, 10, 0):
        asked_on = today - timedelta(days=ago)
        child = make.child(linked=(cast.ann,))
        make.advice(child, cast.ann, FormState.asked, asked_on=asked_on, due_on=asked_on + timedelta(days=42))
    make.advice(child, cast.ann, FormState.cancelled, asked_on=today)
    given = {"asked_on": today, "submitted_at": clock.now()}
    make.advice(child, cast.sana, FormState.submitted, template="advice_education", **given)
    browser = cast.olu.browser()

    def figures(query: str = "", path: str = "advicebyorganisation") -> list[list[str]]:
        answer = browser.get(f"/{path}/export.csv{query}")
        return list(csv.reader(answer.get_data(as_text=True).lstrip("\ufeff").splitlines()))

    heads, *rows = figures()
    assert heads == ["Organisation", "Asked for", "Given", "Not given by the due date"]
    with everything(context) as work:
        places = [work.get(Person, who.id).organisation.name for who in (cast.ann, cast.sana)]
    assert rows == sorted([[places[0], "3", "0", "1"], [places[1], "1", "1", "0"]])
    since = (today - timedelta(days=10)).strftime("%d/%m/%Y")
    assert [places[0], "2", "0", "0"] in figures(f"?since={since}")
    assert figures(f"?until={since}")[1:] == [[places[0], "2", "0", "1"]]

    page = unescape(browser.get("/advicebyorganisation/list/").text)
    assert (
        page.count("<h1") == 1
        and ">Advice by organisation</h1>" in page
        and "Advice that is no longer" in page
    )
    assert f'<th scope="row" class="govuk-table__header">{places[0]}</th>' in page
    assert "Advice by organisation" in browser.get("/").text
    wrong = browser.get("/advicebyorganisation/list/?since=31/2/2026")
    assert wrong.status_code == 422 and 'href="#since"' in wrong.text and "govuk-error-summary" in wrong.text
    browser = cast.ines.browser()  # an administrator sees no child's form, so none is counted
    assert figures(path="openfigures") == [heads]
    assert "Nothing to count" in browser.get("/openfigures/list/").text


def test_a_report_is_for_its_grant_only_and_the_audit_says_who_read_it(report: Portal) -> None:
    cast, context = report.cast, report.context
    for actor in (cast.pat, cast.sana, cast.ines):
        for path in ("list/", "export.csv"):
            assert actor.browser().get(f"/advicebyorganisation/{path}").status_code == 403
    browser = cast.olu.browser()
    with counted(context) as asked:
        browser.get("/advicebyorganisation/list/?since=1/9/2026")
    assert len(asked) <= BUDGET
    browser.get("/advicebyorganisation/export.csv")

    listed, taken = [*audited(context, "ChildrenListed"), *audited(context, "ListExported")]
    assert (listed.actor, listed.facts["asked"]) == (cast.olu.id, {"since": "1/9/2026"})
    assert (taken.actor, taken.facts["list_name"]) == (cast.olu.id, "AdviceByOrganisation")
    assert "Advice by organisation" in cast.mary.browser().get("/audit/").text


def test_a_report_over_a_table_without_a_policy_stops_the_start(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delitem(ROW_POLICIES, Form)
    with registrations_restored():
        documented = run_code_of("A report")["AdviceByOrganisation"]
        with pytest.raises(ScreenError, match="who may see Form"), app.app_context():
            documented()
