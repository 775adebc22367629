"""Every answer of every route, errors and files included: its headers, its cookies, and that it is not cached.

The portal is under https here, as it is for a council, so that its cookies are those of a live portal.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_appbuilder import Model

from app import create_app
from app.core.clock import FixedClock
from app.core.unit_of_work import AppContext
from app.documents.documents import store_of
from app.models import Document
from app.views.web.assets import BUILD_PREFIX, manifest
from tests.access.test_matrix import address, routes
from tests.access.world import World, build_world
from tests.browser import token_for
from tests.cast import PASSWORD, Cast, everything
from tests.make import Maker
from tests.system.reader import faults_of
from tests.system.strange import BOUNDARY, parts_of

pytestmark = pytest.mark.proof

MEGABYTE = 1024 * 1024
IN_PARTS = f"multipart/form-data; boundary={BOUNDARY}"
PEOPLE = ["anonymous", "sana", "pat", "olu", "mary", "ines"]
"""One of each role, and a stranger."""


@pytest.fixture
def secure(app: Flask, clock: FixedClock) -> Iterator[Flask]:
    """The same portal on the same database, at an https address."""
    settings = replace(app.config["SETTINGS"], public_base_url="https://localhost")
    portal = create_app(settings, clock)
    yield portal
    database = portal.extensions["app_context"].database
    database.session.remove()
    database.engine.dispose()


@pytest.fixture
def people(secure: Flask) -> Cast:
    """The cast, at that address."""
    return Cast(secure)


@pytest.fixture
def world(context: AppContext, cast: Cast, make: Maker) -> Iterator[World]:
    built, files = build_world(context, cast, make), []
    for family in (built.ours, built.other):
        with everything(context) as work:
            key = work.get(Document, family.ids["document_id"]).storage_key
        place: Path = store_of(context).path(key)
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text("abc")
        files.append(place)
    yield built
    for place in files:  # the store outlives a test, and other tests' worlds have no files
        place.unlink()


def browser_of(people: Cast, who: str) -> FlaskClient:
    return people.anonymous() if who == "anonymous" else getattr(people, who).browser()  # type: ignore[no-any-return]


def press(browser: FlaskClient, portal: Flask, path: str, data: dict[str, Any], **how: Any) -> Any:
    """Press a form's button on a page of the same site: under https the browser's Referer is asked for."""
    headers = {"Referer": "https://localhost/", **how.pop("headers", {})}
    return browser.post(path, data=data | {"csrf_token": token_for(browser, portal)}, headers=headers, **how)


def every_row(context: AppContext) -> str:
    """A fingerprint of the whole database."""
    seen = hashlib.sha256()
    with context.database.engine.connect() as connection:
        for table in sorted(Model.metadata.tables.values(), key=lambda each: each.name):
            for row in connection.execute(table.select().order_by(*table.primary_key.columns)):
                seen.update(f"{table.name}{tuple(row)!r}".encode())
    return seen.hexdigest()


@pytest.mark.parametrize("who", PEOPLE)
def test_every_response_is_protected_and_not_cached(
    secure: Flask, people: Cast, world: World, who: str
) -> None:
    browser = browser_of(people, who)
    wrong, kinds = [], set[int]()
    for rule in routes(secure):
        path = address(rule, dict(world.ours.ids)) or "/"
        for method in ("GET", "HEAD", "OPTIONS") if who in {"anonymous", "olu"} else ("GET",):
            answer = browser.open(path, method=method)
            kinds.add(answer.status_code)
            wrong += [
                f"{method} {rule.endpoint} -> {answer.status_code}: {each}" for each in faults_of(answer)
            ]
            answer.close()
    assert wrong == []
    assert {200, 302} <= kinds, "the walk came past pages and redirects"


def test_a_file_that_was_uploaded_runs_nothing_wherever_it_is_opened(people: Cast, world: World) -> None:
    with people.olu.browser().get(f"/documents/{world.ours.ids['document_id']}/download") as answer:
        assert answer.status_code == 200 and answer.data == b"abc"
        assert faults_of(answer) == []
        assert answer.headers["Content-Security-Policy"].startswith("sandbox;")
        assert answer.headers["Content-Disposition"].startswith("attachment;")


def test_every_exported_list_is_a_file_and_not_cached(secure: Flask, people: Cast, world: World) -> None:
    taken_out = []
    for rule in routes(secure):
        if rule.endpoint.endswith(".export"):
            for person in (people.olu, people.ines):
                answer = person.browser().get(rule.rule)
                if answer.status_code == 200:
                    taken_out.append(rule.endpoint)
                    assert answer.mimetype == "text/csv"
                    assert answer.headers["Content-Disposition"].startswith("attachment;")
                    assert faults_of(answer) == []
    assert "ChildList.export" in taken_out


def test_static_files_are_protected_too_and_set_no_cookie(secure: Flask) -> None:
    found = [f"{BUILD_PREFIX}{name}" for name in manifest().values()]
    assert found
    found.append("/static/appbuilder/css/ab.css")
    for path in [
        *found,
        "/static/build/nothing.css",
        "/static/appbuilder/css/ab.css",
        "/static/../config.py",
    ]:
        with secure.test_client().get(path) as answer:
            assert answer.status_code == (200 if path in found else 404), path
            policy = answer.headers["Content-Security-Policy"]
            assert answer.headers.getlist("X-Content-Type-Options") == ["nosniff"], path
            assert "frame-ancestors 'none'" in policy and "unsafe" not in policy, path
            assert "Strict-Transport-Security" in answer.headers, path
            assert answer.status_code == 404 or "Set-Cookie" not in answer.headers, path
            assert "Server" not in answer.headers and "Access-Control-Allow-Origin" not in answer.headers, (
                path
            )


def test_logging_in_and_out_sets_no_cookie_that_others_can_read_send_or_set(
    secure: Flask, people: Cast
) -> None:
    browser = people.anonymous()
    answers = [browser.get("/login/"), browser.get("/language/pl")]
    answers.append(press(browser, secure, "/login/", {"email": people.ann.email, "password": PASSWORD}))
    assert answers[-1].location == "/login/code"
    answers.append(press(browser, secure, "/login/code", {"code": people.ann.code(), "remember": "y"}))
    assert answers[-1].location == "/"
    answers += [browser.get("/"), press(browser, secure, "/login/out", {})]
    set_cookies = [cookie for answer in answers for cookie in answer.headers.getlist("Set-Cookie")]

    assert [fault for answer in answers for fault in faults_of(answer)] == []
    assert any(cookie.startswith("__Host-sid=") for cookie in set_cookies)
    assert "Clear-Site-Data" in answers[-1].headers


# --- what goes wrong ------------------------------------------------------------------------------


def _ordinary_errors(secure: Flask, people: Cast, world: World) -> Iterator[tuple[int, Any]]:
    """An answer of every kind that is no page, each brought about as it happens."""
    olu, pat, anonymous = people.olu.browser(), people.pat.browser(), people.anonymous()
    yield 400, olu.post("/messages/write", data={})
    yield 400, anonymous.get("/login/", headers={"Host": "evil.example"})
    yield 401, anonymous.get("/account/", headers={"Accept": "application/json"})
    yield 403, pat.get("/send/")
    yield 404, olu.get("/there-is-no-such-page")
    yield 404, pat.get(f"/children/{world.other.ids['child_id']}")
    yield 405, olu.delete("/messages/")
    yield 409, press(olu, secure, f"/forms/{world.ours.ids['form_id']}/accept", {"number": "7"})
    yield 413, press(olu, secure, "/messages/write", {"body": "x" * (3 * MEGABYTE)})
    parts = parts_of([("body", "x" * (3 * MEGABYTE))], [])
    yield 413, olu.post("/messages/write", data=parts, content_type=IN_PARTS)
    most = {"CONTENT_LENGTH": str(27 * MEGABYTE)}
    yield 413, olu.post("/messages/write", data=b"x", content_type=IN_PARTS, environ_overrides=most)
    yield 422, press(anonymous, secure, "/login/", {})
    for _ in range(40):
        answer = press(anonymous, secure, "/login/", {"email": "a@b.example", "password": "x" * 12})
        if answer.status_code == 429:
            break
    yield 429, answer


def test_every_page_that_says_no_is_protected_like_any_other(
    secure: Flask, people: Cast, world: World
) -> None:
    wrong, seen = [], set[int]()
    for expected, answer in _ordinary_errors(secure, people, world):
        seen.add(expected)
        if answer.status_code != expected:
            wrong.append(f"{answer.request.path} answered {answer.status_code} and not {expected}")
        wrong += [f"{answer.status_code}: {fault}" for fault in faults_of(answer)]
    assert wrong == []
    assert seen == {400, 401, 403, 404, 405, 409, 413, 422, 429}


@pytest.mark.parametrize("path", ["/help/", "/messages/"])
def test_a_fault_of_our_own_is_protected_and_tells_nothing_of_itself(
    secure: Flask, people: Cast, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def breaks(**_given: object) -> None:
        raise RuntimeError("the inside of the house")

    endpoint = {"/help/": "HelpView.help", "/messages/": "MessageView.inbox"}[path]
    breaks._permission_name = "read"  # type: ignore[attr-defined]
    monkeypatch.setitem(secure.view_functions, endpoint, breaks)

    answer = people.olu.browser().get(path)

    assert answer.status_code == 500
    assert "inside of the house" not in answer.text and "Traceback" not in answer.text
    assert faults_of(answer) == []


# --- a form of another site -----------------------------------------------------------------------


@pytest.mark.parametrize("who", PEOPLE)
def test_a_post_without_a_token_of_ours_is_refused_everywhere_and_changes_nothing(
    secure: Flask, context: AppContext, people: Cast, world: World, who: str
) -> None:
    browser = browser_of(people, who)
    theirs = token_for(people.bob.browser(), secure)
    known = {key: str(value) for key, value in world.ours.ids.items()}
    before, wrong = every_row(context), []
    tries: list[dict[str, Any]] = [
        {"data": known},
        {"data": known | {"csrf_token": theirs[:-1]}},
        {"data": known | {"csrf_token": "0" * 40}},
        {"json": known},
        {"data": known, "headers": {"X-CSRFToken": "x"}},
    ]
    for rule in routes(secure):
        if "POST" not in (rule.methods or set()):
            continue
        path = address(rule, dict(world.ours.ids)) or "/"
        for how in tries if who == "olu" else tries[:2]:
            answer = browser.post(path, **how)
            if answer.status_code != 400:
                wrong.append(f"{rule.endpoint} -> {answer.status_code}")
            wrong += [f"{rule.endpoint}: {fault}" for fault in faults_of(answer)]
    assert wrong == []
    assert every_row(context) == before


def test_under_https_a_form_sent_from_another_site_is_refused_though_its_token_be_right(
    secure: Flask, context: AppContext, people: Cast
) -> None:
    browser = people.olu.browser()
    before = every_row(context)
    for referer in ("https://evil.example/", "http://localhost/", "", "https://localhost.evil.example/"):
        answer = press(browser, secure, "/login/out", {}, headers={"Referer": referer})
        assert answer.status_code == 400, referer
    assert every_row(context) == before
    assert press(browser, secure, "/login/out", {}).status_code == 302
    assert every_row(context) != before, "the same form from our own page does something"
