"""The question kind, the event and the report of docs/extending.md work as they are written."""

import csv
import json
import shutil
from collections.abc import Iterator
from datetime import date, timedelta
from html import unescape
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from flask import Flask
from jinja2 import ChoiceLoader, FileSystemLoader
from sqlalchemy import select

from app.core.database.policies import ROW_POLICIES
from app.core.errors import Forbidden
from app.core.mail import rendering
from app.forms.form_templates import import_seeds
from app.forms.rules.workflow import FormState
from app.models import Form, Message, SectionDraft
from app.seed.files import form_seed
from app.views.web.register import register
from app.views.web.screen_checks import ScreenError
from tests.browser import post_with_token
from tests.cast import everything, membership_of
from tests.documented import Portal, audited, code_of, registrations_restored, run_code_of
from tests.statements import BUDGET, counted


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
        places = [membership_of(work, who.id).organisation.name for who in (cast.ann, cast.sana)]
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
