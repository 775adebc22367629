"""A HEAD to any address changes nothing for any person, and is answered as the GET would be."""

from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_appbuilder import Model

from app.core.unit_of_work import AppContext
from app.models import AuditRow, Message
from tests.access.test_matrix import address, routes
from tests.access.world import World, build_world
from tests.cast import Cast, everything
from tests.make import Maker

COUNTS = {"throttle"}
"""Rows that count a HEAD as well: else a HEAD would be a way past the limit."""

ALWAYS_ON_RECORD = {"AccessDenied", "DocumentDownloaded"}
"""What a HEAD learns no less than a GET: that a page is refused, what a file is called."""

DRAWN_EACH_TIME = {"AccountView.authenticator"}
"""Its picture holds a new secret each time, so that no two answers are of one length."""

SAME = ("Content-Length", "Content-Type", "Location", "Cache-Control", "Content-Disposition")


@pytest.fixture
def world(context: AppContext, cast: Cast, make: Maker) -> World:
    return build_world(context, cast, make)


def rows(context: AppContext) -> dict[str, list[Any]]:
    """Everything in the database, but for what the audit records for any method."""
    found = {}
    with context.database.engine.connect() as connection:
        for table in Model.metadata.tables.values():
            if table.name not in COUNTS:
                lines = connection.execute(table.select().order_by(*table.primary_key.columns)).mappings()
                found[table.name] = [
                    line for line in lines if table.name != "audit" or line["event"] not in ALWAYS_ON_RECORD
                ]
    return found


def opened(app: Flask, world: World) -> Iterator[tuple[str, str]]:
    """Every page that a GET may ask for, with this family's rows in its address: what was sent, and a draft."""
    ids = dict(world.ours.ids)
    drafted = ids | {"form_id": ids["draft_form_id"]}
    for rule in routes(app):
        if "GET" in (rule.methods or set()):
            yield rule.endpoint, address(rule, ids) or "/"
            if "form_id" in rule.arguments:
                yield rule.endpoint, address(rule, drafted) or "/"


def enters(cast: Cast, who: str) -> FlaskClient:
    return cast.anonymous() if who == "anonymous" else getattr(cast, who).browser()  # type: ignore[no-any-return]


@pytest.mark.parametrize("who", ["anonymous", "sana", "pat", "olu", "ines"])
def test_a_head_changes_nothing(app: Flask, context: AppContext, cast: Cast, world: World, who: str) -> None:
    _changes_nothing(app, context, cast, world, who, "HEAD")


@pytest.mark.parametrize("who", ["sana", "ines"])
def test_a_head_in_small_letters_is_a_head(
    app: Flask, context: AppContext, cast: Cast, world: World, who: str
) -> None:
    """Werkzeug finds the page for it; code that then asks "is this a HEAD?" must get yes."""
    _changes_nothing(app, context, cast, world, who, "head")


def _changes_nothing(
    app: Flask, context: AppContext, cast: Cast, world: World, who: str, method: str
) -> None:
    browser, wrong = enters(cast, who), []
    context.clock.forward(minutes=5)  # type: ignore[attr-defined]
    before = rows(context)
    for endpoint, path in opened(app, world):
        answer = browser.get(path, environ_overrides={"REQUEST_METHOD": method})
        after = rows(context)
        wrong += [f"{endpoint} changes {table}" for table in after if after[table] != before[table]]
        wrong += [f"{endpoint} sets a cookie"] if "Set-Cookie" in answer.headers else []
        wrong += [f"{endpoint} has a body"] if answer.data else []
        before = after
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("who", ["anonymous", "sana", "olu"])
def test_a_head_is_answered_as_the_get_would_be(app: Flask, cast: Cast, world: World, who: str) -> None:
    browser, different = enters(cast, who), []
    for endpoint, path in opened(app, world):
        looked = browser.head(path)
        with browser.get(path) as got:
            first, second = (_stable_part(each, endpoint) for each in (looked, got))
        different += [f"{endpoint}: {first}, and GET {second}"] if first != second else []
    assert not different, "\n".join(different)


def _stable_part(answer: Any, endpoint: str) -> list[Any]:
    names = SAME[1:] if endpoint in DRAWN_EACH_TIME else SAME
    return [answer.status_code, *map(answer.headers.get, names)]


def test_a_get_still_does_what_it_did(app: Flask, context: AppContext, cast: Cast, make: Maker) -> None:
    """The message that a HEAD left unread is read by opening it, and the audit says so."""
    message = make.message(cast.sana, subject="s", body="b")
    browser = cast.sana.browser()
    for method, unread in (("HEAD", True), ("GET", False)):
        assert browser.open(f"/messages/{message.id}", method=method).status_code == 200
        with everything(context) as work:
            assert (work.get(Message, message.id).read_at is None) is unread


def test_a_refused_page_is_recorded_for_every_method(app: Flask, context: AppContext, cast: Cast) -> None:
    with everything(context) as work:
        before = work.session.query(AuditRow).filter_by(event="AccessDenied").count()
    assert cast.sana.browser().head("/audit/").status_code == 403
    with everything(context) as work:
        assert work.session.query(AuditRow).filter_by(event="AccessDenied").count() == before + 1
