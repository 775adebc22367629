"""Every route again, asked in ways no page asks: other people's numbers in the query and in JSON, numbers that are none,
methods nobody declared. And the matrix's positive twin: every door opens to somebody, else a house of 404s would pass."""

import logging

import pytest
from flask import Flask
from itsdangerous import URLSafeTimedSerializer

from app.core.unit_of_work import AppContext
from app.models import OutboxMail
from app.views.web.access_control import PUBLIC
from tests.access.test_matrix import (
    ENDS_THE_LOG_IN,
    SHUT,
    address,
    door_of,
    routes,
)
from tests.access.world import CANARY, World, build_world, fingerprint
from tests.browser import token_for
from tests.cast import Cast, everything
from tests.make import Maker

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


def told(browser, answer) -> str:
    """All that an answer gives away: page, headers, and what is in the cookie."""
    carried = browser.get_cookie("sid")
    inside = ""
    if carried is not None:
        inside = str(URLSafeTimedSerializer("x").loads_unsafe(carried.value)[1])
        with browser.session_transaction() as cookie:
            inside += str(dict(cookie))
    return answer.get_data(as_text=True) + str(answer.headers) + inside


def gives_away(browser, answer) -> bool:
    return CANARY.lower() in told(browser, answer).lower()


def posted_mail(context: AppContext) -> str:
    """Every mail that was written down or lies in the demo's mail folder."""
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


def test_a_method_nobody_declared_is_refused_and_changes_nothing(
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


NEEDS_A_STATE = {
    "MessageList.show": "a message to the SEN team (tests/security/test_views_are_kept.py)",
    "SavedSubmissionView.show": "something that was kept",
    "DuplicateView.settle": "a possible duplicate",
    "FormView.section": "a section of the form (tests/web/test_forms.py)",
    "FormView.compare": "two who typed at once",
    "FormView.check": "a draft of one's own (tests/web/test_forms.py)",
    "DocumentView.download": "a file on the disk (tests/web/test_documents.py)",
    "ColleagueView.refuse": "a colleague who waits to be confirmed (tests/security/test_registration_trust.py)",
    "ColleagueView.end": "a colleague to be ended by their lead (tests/security/test_attacks_by_staff.py)",
    "InvolvementView.step_back": "one's own link (tests/web/test_send_area.py)",
    "DecideView.decide": "a request that was received",
    "DecideView.correct": "a decided request (tests/web/test_casework.py)",
    "AskView.cancel": "advice that was not sent",
    "FormView.withdraw": "a draft",
    "FormView.send_back": "a request as its authors sent it",
    "FormView.accept": "a request as its authors sent it",
    "FormView.undo_accept": "an accepted request (tests/web/test_returning.py)",
}
"""Doors that open only at a certain moment: their own tests open them."""


def test_every_door_opens_to_somebody(app: Flask, cast: Cast, world: World) -> None:
    people = [cast.olu, cast.mary, cast.ines, cast.sana, cast.ann, cast.pat]
    browsers = {actor.key: actor.browser() for actor in people}
    lists = [view for view in app.extensions["appbuilder"].baseviews if hasattr(view, "exports")]
    not_taken_out = {f"{view.endpoint}.export" for view in lists if not view.exports}
    shut = []
    for rule in routes(app):
        if "GET" not in (rule.methods or set()) or rule.endpoint in PUBLIC | SHUT:
            continue
        if rule.endpoint in not_taken_out:
            continue
        path = address(rule, dict(world.ours.ids)) or "/"
        if not any(browsers[actor.key].get(path).status_code in {200, 302} for actor in people):
            shut.append(rule.endpoint)

    assert set(shut) <= set(NEEDS_A_STATE), sorted(set(shut) - set(NEEDS_A_STATE))
    assert all(door_of(app, endpoint) for endpoint in NEEDS_A_STATE), "a door that is gone"
