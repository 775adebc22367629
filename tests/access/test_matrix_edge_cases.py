"""Every route again, asked in ways no page asks: other people's numbers in the query and in JSON, numbers that are none,
undeclared methods. And the matrix's positive twin: every route opens to at least one person, else a portal of 404s would pass."""

import io
import logging
import secrets
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from itsdangerous import URLSafeTimedSerializer
from sqlalchemy import select

from app.cases.case_files import CASE_FILES
from app.cases.decisions import Decided, agree_to_assess
from app.cases.plan_tables import PlanKind, Served
from app.cases.rules.case_states import CaseState
from app.core.unit_of_work import AppContext
from app.documents.documents import store_of
from app.imports.rules.states import BatchState, ImportKind, RowState
from app.models import (
    AWAITED_ADVICE,
    Advice,
    Case,
    CaseException,
    Consultation,
    Document,
    ImportBatch,
    ImportRow,
    Notice,
    NoticeCopy,
    NoticeTemplate,
    OutboxMail,
    Plan,
)
from app.views.web.access_control import PUBLIC
from tests.access.test_matrix import (
    ENDS_THE_LOG_IN,
    SHUT,
    address,
    routes,
)
from tests.access.world import CANARY, World, build_world, fingerprint
from tests.browser import token_for
from tests.cast import Actor, Cast, everything, membership_of
from tests.make import Maker
from tests.web.large_case import LargeCase
from tests.web.test_statements import pages

STRANGERS = ["bob", "ines"]
MALFORMED = [
    "-1",
    "0",
    "1e3",
    "1.0",
    "%00",
    "1%2c2",
    "..",
    "9" * 30,
    "9" * 1_900,
    "\u0661",
    "1;2",
    "null",
    "{}",
    "x" * 2000,
]
UNDECLARED = ["PUT", "PATCH", "DELETE", "TRACE", "PROPFIND"]


@pytest.fixture
def world(context: AppContext, cast: Cast, make: Maker) -> World:
    return build_world(context, cast, make)


def readable_text(browser, answer) -> str:
    """All that an answer gives away: page, headers, and what is in the cookie."""
    carried = browser.get_cookie("sid")
    inside = ""
    if carried is not None:
        inside = str(URLSafeTimedSerializer("x").loads_unsafe(carried.value)[1])
        with browser.session_transaction() as cookie:
            inside += str(dict(cookie))
    return answer.get_data(as_text=True) + str(answer.headers) + inside


def gives_away(browser, answer) -> bool:
    return CANARY.lower() in readable_text(browser, answer).lower()


def posted_mail(context: AppContext) -> str:
    """Every mail that was written down or is in the demo's mail folder."""
    context.notification_service.deliver_due()
    with everything(context) as work:
        queued = str([dict(row) for row in work.session.execute(OutboxMail.__table__.select()).mappings()])
    return queued + "".join(
        path.read_text() for path in context.notification_service.settings.mail_dir.glob("*.eml")
    )


def everything_in_the_query(world: World) -> list[tuple[str, str]]:
    """Other people's numbers under every name a careless view might read."""
    asked = [("rowid", "1"), ("show", "all"), ("page", "1"), ("box", "everything"), ("find", "x")]
    for key, value in world.other.ids.items():
        name = key.replace(".", "_")
        asked += [
            (each, str(value))
            for each in (name, "pk", "rowid[]", f"_flt_0_{name}", f"_flt_0_{name.removesuffix('_id')}")
        ]
    return asked


@pytest.mark.parametrize("who", STRANGERS)
def test_numbers_of_another_family_in_the_query_or_in_json_open_nothing(
    app: Flask, context: AppContext, cast: Cast, world: World, who: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    before = fingerprint(context)
    browser = getattr(cast, who).browser()
    token = token_for(browser, app)
    numbers = dict(world.other.ids) | {
        "rowid": [1, 2],
        "filters": [{"col": "id"}],
    }
    wrong: list[str] = []
    for rule in routes(app):
        if rule.endpoint in PUBLIC | ENDS_THE_LOG_IN | SHUT:
            continue
        path = address(rule, dict(world.ours.ids)) or "/"
        answers = []
        if "GET" in (rule.methods or set()):
            answers.append(browser.get(path, query_string=everything_in_the_query(world)))
        if "POST" in (rule.methods or set()):
            answers.append(browser.post(path, json=numbers, headers={"X-CSRFToken": token}))
            deep = "[" * 5000 + "]" * 5000
            answers.append(
                browser.post(path, data=deep, content_type="application/json", headers={"X-CSRFToken": token})
            )
        wrong += [f"{rule.endpoint} -> {each.status_code}" for each in answers if each.status_code >= 500]
        wrong += [f"{rule.endpoint} gives it away" for each in answers if gives_away(browser, each)]

    assert wrong == []
    assert fingerprint(context) == before
    assert CANARY.lower() not in caplog.text.lower(), "the log names the other family"
    assert CANARY.lower() not in posted_mail(context).lower(), "a mail names the other family"


@pytest.mark.parametrize("who", ["olu"])
def test_a_number_that_is_none_is_a_page_that_does_not_exist(
    app: Flask, cast: Cast, world: World, who: str
) -> None:
    browser = getattr(cast, who).browser()
    wrong: list[str] = []
    for rule in routes(app):
        if not rule.arguments or rule.endpoint in PUBLIC | SHUT or "GET" not in (rule.methods or set()):
            continue
        plain = address(rule, {"anything": 424242}) or "/"
        wrong += [
            f"{rule.endpoint} {odd[:20]} -> {answer.status_code}"
            for odd in MALFORMED
            if (answer := browser.get(plain.replace("424242", odd))).status_code
            not in {301, 302, 308, 403, 404, 414}
        ]
    assert wrong == []


@pytest.mark.parametrize(
    "path", ["/people/list/?page_ChildList=", "/people/list/?_flt_0_state=", "/people/show/", "/?x="]
)
def test_an_address_longer_than_any_of_ours_is_refused(app: Flask, cast: Cast, path: str) -> None:
    answer = cast.olu.browser().get(f"{path}{'9' * 5_000}")

    assert answer.status_code == 414
    assert answer.text.count("<h1") == 1


def test_an_undeclared_method_is_refused_and_changes_nothing(
    app: Flask, context: AppContext, cast: Cast, world: World
) -> None:
    browser = cast.olu.browser()
    before, wrong = fingerprint(context), []
    token = token_for(browser, app)
    for rule in routes(app):
        for method in [*UNDECLARED, *({"GET", "POST"} - (rule.methods or set()))]:
            path = address(rule, dict(world.ours.ids)) or "/"
            answer = browser.open(
                path, method=method, headers={"X-CSRFToken": token, "X-HTTP-Method-Override": "POST"}
            )
            if answer.status_code not in {302, 400, 403, 404, 405, 501}:
                wrong.append(f"{method} {rule.endpoint} -> {answer.status_code}")
    assert wrong == []
    assert fingerprint(context) == before


def test_every_page_opens_to_at_least_one_person(
    app: Flask, context: AppContext, cast: Cast, make: Maker
) -> None:
    """Among two families' rows, a case with forms at each stage, or once its own example is made."""
    people = [cast.olu, cast.mary, cast.ines, cast.sana, cast.ann, cast.pat]
    browsers = {actor.key: actor.browser() for actor in people}
    ids = build_world(context, cast, make).ours.ids
    cast.sana.joins(make.organisation().id)  # only who works for several leaves one
    ids["membership_id"] = cast.sana.membership_id
    shut = {
        rule.endpoint
        for rule in routes(app)
        if "GET" in (rule.methods or set())
        and rule.endpoint not in PUBLIC | SHUT | exports_left_out(app)
        and not any(opens(browsers[actor.key], address(rule, dict(ids))) for actor in people)
    }
    case = LargeCase(context, cast, make)
    for actor in people:
        for endpoint, path in pages(app, actor, case):
            if endpoint in shut and opens(browsers[actor.key], path):
                shut.remove(endpoint)
    for actor, endpoint, path in pages_of_their_own_state(case):
        if endpoint in shut and opens(browsers[actor.key], path):
            shut.remove(endpoint)
    assert shut == set()


def pages_of_their_own_state(case: LargeCase) -> Iterator[tuple[Actor, str, str]]:
    """Pages that open only in one state, which is entered before each, with a person to whom they open."""
    cast = case.cast
    with everything(case.context) as work:
        membership_of(work, cast.tom.id).confirmed_at = None
    yield cast.olu, "ColleagueView.refuse", f"/colleagues/{cast.tom.membership_id}/refuse"
    with cast.olu.works() as work:
        agree_to_assess(work, case.accepted_case, Decided("The school has done what it can."))
    yield cast.olu, "DecideView.correct", f"/cases/{case.accepted_case}/decision/correct"
    yield cast.mary, "NoticeTextView.write", "/notice-texts/N3/change"
    yield from _pages_of_a_case(case)
    with everything(case.context) as work:
        document = work.get(Document, case.ids["document_id"])
        stored = store_of(case.context).keep(io.BytesIO(b"abc"))
        document.storage_key, document.sha256 = stored.key, stored.sha256
    yield cast.olu, "DocumentView.download", f"/documents/{case.ids['document_id']}/download"
    with everything(case.context) as work:
        batch = work.add(
            ImportBatch(
                kind=ImportKind.schools, title="x", state=BatchState.imported, started_by_id=cast.ines.id
            )
        )
        work.add(ImportRow(batch_id=batch.id, number=2, cells={}, state=RowState.done))
        batch_id = batch.id
    yield cast.ines, "ImportView.show", f"/imports/{batch_id}"
    for page in ("faults", "duplicates", "undo"):
        path = "faults.csv" if page == "faults" else page
        yield cast.ines, f"ImportView.{page}", f"/imports/{batch_id}/{path}"
    cast.sana.joins(cast.rhys.principal.organisation_id)
    yield cast.sana, "ActingForView.leave", f"/account/organisations/{cast.sana.membership_id}/leave"


def _pages_of_a_case(case: LargeCase) -> Iterator[tuple[Actor, str, str]]:
    """Pages of a case on its way to a plan, each with the state in which it opens."""
    cast, number = case.cast, case.accepted_case
    pages = {
        CaseState.assessing: [
            ("AdviceView.plan", "advice"),
            ("PlanDecisionView.issue", "decide-plan"),
            ("PlanDecisionView.withdraw", "withdraw"),
            ("NoticeView.write", "notices/N2"),
            ("ExceptionView.record", "exception"),
        ],
        CaseState.not_assessing: [("PlanDecisionView.overturn", "overturn")],
        CaseState.preparing_plan: [("PlanView.draft", "draft-plan")],
        CaseState.draft_served: [("PlanView.final", "final-plan"), ("ConsultationView.consult", "consult")],
        CaseState.withdrawn: [("PlanDecisionView.resume", "resume")],
    }
    for state, found in pages.items():
        with everything(case.context) as work:
            work.get(Case, number).state = state
        yield from ((cast.olu, endpoint, f"/cases/{number}/{path}") for endpoint, path in found)
    with everything(case.context) as work:
        awaited = work.session.scalars(select(Advice.id).where(AWAITED_ADVICE)).first()
    yield cast.olu, "AdviceView.instead", f"/advice/{awaited}/instead"
    with everything(case.context) as work:
        today = work.today
        of_case = {"case_id": number, "recorded_by_id": cast.olu.id}
        file = work.session.scalars(select(Document)).first()
        assert file is not None
        scan = work.add(
            Document(
                child_id=work.get(Case, number).child_id,
                case_id=number,
                section=CASE_FILES,
                name="letter.pdf",
                media_type="application/pdf",
                size=1,
                sha256="x",
                storage_key=secrets.token_hex(8),
                added_by_id=cast.olu.id,
                given_at=work.now,
            )
        ).id
        plan = work.add(
            Plan(
                **of_case,
                kind=PlanKind.draft,
                number=1,
                document_id=file.id,
                served_on=today,
                served=Served.post,
            )
        )
        asked = Consultation(
            **of_case,
            plan_id=plan.id,
            organisation_id=cast.sana.principal.organisation_id,
            sent_on=today,
            reply_due_on=today,
        )
        excused = CaseException(
            **of_case,
            code="ABSENT",
            first_day=today,
            last_day=today,
            evidence="x",
            planned_on=today,
            plan="x",
        )
        asked_id, excused_id = work.add(asked).id, work.add(excused).id
        text = work.session.scalars(select(NoticeTemplate)).first()
        assert text is not None
        notice = Notice(
            **of_case,
            template_id=text.id,
            kind=text.kind,
            title=text.title,
            body=text.body,
            served_on=today,
            served=Served.post,
        )
        copy_id = work.add(NoticeCopy(notice_id=work.add(notice).id, recipient="Pat Hussain")).id
    yield cast.olu, "NoticeCopyView.read", f"/notices/{copy_id}"
    yield cast.olu, "CaseFileView.remove", f"/cases/{number}/files/{scan}/remove"
    yield cast.olu, "ConsultationView.reply", f"/cases/consultations/{asked_id}/reply"
    yield cast.olu, "ExceptionView.withdraw", f"/cases/exceptions/{excused_id}/withdraw"


def opens(browser: Any, path: str | None) -> bool:
    """Whether this browser is shown the page, or sent on to where it goes from there."""
    return browser.get(path or "/", buffered=True).status_code in {200, 302}


def exports_left_out(app: Flask) -> set[str]:
    """The CSV files that a generated list says it has not."""
    lists = [view for view in app.extensions["appbuilder"].baseviews if hasattr(view, "exports")]
    return {f"{view.endpoint}.export" for view in lists if not view.exports}
