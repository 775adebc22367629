"""The portal itself: every page as its role, with a log-in that the portal's own service opened."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from itertools import count
from typing import Any

from flask import Flask
from sqlalchemy import event, select

from app import create_app
from app.accounts.saved_submissions import form_mark
from app.accounts.sessions import open_session
from app.core.activity_limits import SEARCHES
from app.core.database.row_filter import bypass_row_filter
from app.core.roles import Role
from app.core.unit_of_work import AppContext, unit_of_work
from app.models import Form, Person
from app.views.web import searching
from bench.fixtures import principal_of
from bench.speed.measured import Application, Ask, ask
from bench.speed.names import COMMON, MEASURED, RARE
from bench.speed.world import settings_for

SECTION = "views"
NOT_ASKING = ("BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE", "PRAGMA", "SET ")


def open_application(people: int) -> Application:
    """Return the portal for a county of this size."""
    web, app = open_portal(people)
    context: AppContext = web.extensions["app_context"]
    senco, officer = (log_in(web, app, name) for name in ("Sana", "Olu"))
    draft, sent = _form(context, "draft"), _form(context, "submitted")
    page = {
        "home": lambda: Ask("/", senco),
        "mine": lambda: Ask("/send/", senco),
        "all": lambda: Ask("/people/list/", officer),
        "search": searches(app, officer, RARE),
        "search_common": searches(app, officer, COMMON),
        "child": lambda: Ask(f"/children/{MEASURED}", officer),
        "section": lambda: Ask(f"/forms/{draft}/section/{SECTION}", senco),
        "save": _saves(app, f"/forms/{draft}/section/{SECTION}", senco),
        "read": lambda: Ask(f"/forms/{sent}/read", officer),
        "team_home": lambda: Ask("/", officer),
        "overdue": lambda: Ask("/advice/list/?show=overdue", officer),
        "duplicates": lambda: Ask("/people/list/?show=duplicates", officer),
        "inbox": lambda: Ask("/messages/", officer),
        "requests": lambda: Ask("/requests/list/", officer),
        "advice": lambda: Ask("/advice/list/?_oc_AdviceList=received_on&_od_AdviceList=desc", officer),
        "letters": lambda: Ask("/team-messages/list/", officer),
        "requests_common": searches(app, officer, COMMON, "/requests/list/"),
    }
    app.pages.update(page)
    return app


def open_portal(people: int | str) -> tuple[Flask, Application]:
    """Return the portal on the database of this size, or of the county, and what measures it."""
    web = create_app(settings_for(people))
    context: AppContext = web.extensions["app_context"]
    # Each search is counted as always, but the limit on searches is off here.
    vars(searching)["SEARCHES"] = replace(SEARCHES, within=timedelta(milliseconds=1))
    app = Application(web.wsgi_app, expected={"save": 302})
    pids: set[int] = set()

    @event.listens_for(context.database.engine, "before_cursor_execute")
    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if not statement.lstrip().upper().startswith(NOT_ASKING):
            app.statements.append(statement)

    @event.listens_for(context.database.engine, "checkout")
    def remember(connection: Any, *_rest: Any) -> None:
        if not context.database.is_sqlite:
            pids.add(connection.info.backend_pid)

    app.backends = lambda: pids
    return web, app


def log_in(web: Flask, app: Application, first_name: str) -> str:
    """Return the cookie of a person of the cast, who is logged in and has had a page: with the values of Flask-Login.

    The use case creates the row, the portal signs the cookie.
    """
    context: AppContext = web.extensions["app_context"]
    with context.database.open() as session:
        bypass_row_filter(session, "somebody to measure as is looked up")
        found = session.scalars(select(Person).where(Person.first_name == first_name)).first()
        assert found is not None  # noqa: S101
        who = principal_of(found, *[Role[row.name] for row in found.roles])
    with unit_of_work(context, who) as work:
        sid = open_session(work, who.user_id, "email")
    serializer = web.session_interface.get_signing_serializer(web)  # type: ignore[attr-defined]
    held = {
        "sid": sid,
        "_user_id": str(who.user_id),
        "_fresh": True,
        "csrf_token": form_mark(context, who.user_id, who.organisation_id),
    }
    cookie = f"{web.config['SESSION_COOKIE_NAME']}={serializer.dumps(held)}"
    set_there = ask(app.wsgi, Ask("/", cookie)).cookies
    return "; ".join(f"{name}={value}" for name, value in set_there.items()) or cookie


def _form(context: AppContext, state: str) -> int:
    with context.database.open() as session:
        bypass_row_filter(session, "a form to measure is looked up")
        found = select(Form.id).where(Form.child_id == MEASURED).order_by(Form.id)
        found = found.where(Form.state == "draft" if state == "draft" else Form.kind == "request")
        return session.scalars(found).first() or 0


def _token(body: bytes) -> str:
    return body.partition(b'name="csrf-token" content="')[2].partition(b'"')[0].decode()


def searches(app: Application, cookie: str, name: str, path: str = "/people/list/") -> Callable[[], Ask]:
    """Names are posted; the token is that of the list's own page."""
    tokens: list[str] = []

    def search() -> Ask:
        if not tokens:
            tokens.append(_token(ask(app.wsgi, Ask(path, cookie)).body))
        return Ask(path, cookie, {"find": name, "csrf_token": tokens[0]})

    return search


def _saves(app: Application, path: str, cookie: str) -> Callable[[], Ask]:
    """Each save changes a word of the current page; fetching that page is not measured."""
    numbers = count(1)

    def save() -> Ask:
        page = ask(app.wsgi, Ask(path, cookie)).body
        written = {
            "csrf_token": _token(page),
            "version": _value(page, b'name="version"'),
            "questions-shown": _value(page, b'name="questions-shown"'),
            "child_views": f"I like drawing and I want to stay with my friends. {'I was asked again. ' * 5}{next(numbers)}",
            "child_views_how": "own_words",
            "parent_views": "She needs people who know her. We would like to be told early. " * 5,
            "then": "continue",
        }
        return Ask(path, cookie, written)

    return save


def _value(page: bytes, after: bytes) -> str:
    return page.partition(after)[2].partition(b'value="')[2].partition(b'"')[0].decode()
