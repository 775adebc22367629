"""The floor: what the same pages cost as plain Flask, one tuned statement and one small template each.

Its pages show the same rows as the portal's, without row-level security, roles, audit, form tokens, content policy or
translations. It is not fit for use; it shows the least that the work costs.
"""

import json
import re
import sqlite3
from collections.abc import Callable
from datetime import UTC, date, datetime
from itertools import count
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import psycopg
import sqlalchemy as sa
from flask import Flask, abort, redirect, render_template, request, session

from app.cases.rules.status import NEXT_TEXTS, NOT_SENT, STATUS_TEXTS, CaseStatus, dates_of
from app.children.rules.school_years import school_year
from app.forms.definitions import FormDefinition, parse
from app.forms.rules.workflow import STATE_LABELS, FormState
from app.seed.files import form_seed
from bench.speed.apps import floor_statements as sql
from bench.speed.measured import Application, Ask, ask
from bench.speed.names import COMMON, MEASURED, RARE
from bench.speed.world import settings_for

SENCO_MENU = [("Home", "/"), ("Messages", "/messages/"), ("SEND area", "/send/")]
TEAM_MENU = [
    *SENCO_MENU[:2],
    ("Children and young people", "/people/"),
    ("Requests", "/requests/"),
    ("Advice", "/advice/"),
    ("Registrations", "/registrations/"),
]
MONTHS = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]
SECTION = "views"


class Database:
    """One database connection without an ORM."""

    def __init__(self, url: str, statements: list[str]) -> None:
        made, self.statements = sa.make_url(url), statements
        self.is_sqlite = made.get_backend_name() == "sqlite"
        if self.is_sqlite:
            self.connection: Any = sqlite3.connect(str(made.database), isolation_level=None, timeout=30)
            self.connection.execute("PRAGMA journal_mode=wal")
            self.connection.execute("PRAGMA synchronous=full")
        else:
            plain = made.set(drivername="postgresql").render_as_string(False)
            self.connection = psycopg.connect(plain, autocommit=True)
        self._written: dict[str, str] = {}

    def ask(self, statement: str, **values: Any) -> list[Any]:
        """Return the rows."""
        cursor = self.run(statement, **values)
        found: list[Any] = cursor.fetchall()
        return found

    def run(self, statement: str, **values: Any) -> Any:
        """Send a statement."""
        self.statements.append(statement)
        if self.is_sqlite:
            return self.connection.execute(statement, values)
        if statement not in self._written:
            self._written[statement] = re.sub(r":(\w+)", r"%(\1)s", statement)
        return self.connection.execute(self._written[statement], values)


def uk_date(text: str | None) -> str:
    """23 November 2026."""
    if not text:
        return ""
    day = date.fromisoformat(text[:10])
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"


def due(text: str | None, today: date) -> str:
    """Return the date and the number of days left."""
    if not text:
        return "Not sent yet"
    left = (date.fromisoformat(text[:10]) - today).days
    return f"{uk_date(text)} ({-left} days overdue)" if left < 0 else f"{uk_date(text)} ({left} days left)"


def year_of(born: str, today: date) -> str:
    """Return the year group by age."""
    return f"Year {school_year(date.fromisoformat(born[:10]), today)}"


def web(database: Database, definitions: dict[str, FormDefinition]) -> Flask:  # noqa: C901 - nine small pages
    """Return the floor's pages."""
    app = Flask(__name__, template_folder=str(Path(__file__).parent / "floor_pages"))
    app.secret_key = "only measured"  # noqa: S105

    def page(template: str, title: str, **context: Any) -> str:
        menu = SENCO_MENU if session["body"] else TEAM_MENU
        return render_template(
            template, title=title, name=session["name"], menu=menu, here=request.path, **context
        )

    @app.get("/")
    def home() -> str:
        today = date.today()  # noqa: DTZ011
        lines: dict[str, list[Any]] = {"unread": [], "message": [], "owed": []}
        for what, number, child, a, b, c, d in database.ask(sql.HOME, me=session["me"], body=session["body"]):
            lines[what].append(
                SimpleNamespace(
                    id=number, child=child, a=a, b=b, c=c, d=d, when=uk_date(c), due=due(c, today)
                )
                if what != "unread"
                else a
            )
        overdue = sum(one.c is not None and one.c[:10] < today.isoformat() for one in lines["owed"])
        return page(
            "home.html",
            "Home",
            unread=lines["unread"][0],
            messages=lines["message"],
            owed=lines["owed"],
            overdue=overdue,
        )

    @app.get("/send/")
    def mine() -> str:
        today = date.today()  # noqa: DTZ011
        children: dict[int, Any] = {}
        for number, name, born, standing, form, title, due_on, state in database.ask(
            sql.MINE, me=session["me"], body=session["body"]
        ):
            child = children.get(number)
            if child is None:
                status = STATUS_TEXTS.get(FormState(standing), NOT_SENT) if standing else NOT_SENT
                child = children[number] = SimpleNamespace(
                    id=number,
                    name=name,
                    born=uk_date(born),
                    year=year_of(born, today),
                    status=status,
                    owed=[],
                )
            if form is not None:
                child.owed.append(SimpleNamespace(id=form, title=title, state=state, due=due(due_on, today)))
        found = list(children.values())
        return page(
            "mine.html",
            "Special Educational Needs and Disabilities",
            children=found[:25],
            more=len(found) > 25,
        )

    def people(rows: list[Any], find: str) -> str:
        children = [
            SimpleNamespace(
                id=n,
                name=name,
                born=uk_date(born),
                setting=setting or "",
                upn=upn,
                nhs=nhs,
                added=uk_date(added),
            )
            for n, name, born, setting, upn, nhs, added in rows[:25]
        ]
        return page(
            "all.html", "Children and young people", children=children, more=len(rows) > 25, find=find
        )

    @app.get("/people/")
    def all_children() -> str:
        return people(database.ask(sql.ALL), "")

    @app.post("/people/")
    def search() -> str:
        find = request.form["find"].lower()
        return people(database.ask(sql.SEARCH, first=find, last=find + "\uffff"), find)

    @app.get("/children/<int:child>")
    def child(child: int) -> str:
        today = date.today()  # noqa: DTZ011
        lines: dict[str, list[Any]] = {"child": [], "person": [], "form": []}
        for what, number, a, b, c, d, e, f in database.ask(sql.CHILD, child=child):
            lines[what].append(SimpleNamespace(id=number, a=a, b=b, c=c, d=d, e=e, f=f))
        if not lines["child"]:
            abort(404)
        one = lines["child"][0]
        standing = None
        for form in lines["form"]:
            state = FormState(form.b)
            if form.e == "request" and form.f:
                standing = CaseStatus(state, date.fromisoformat(form.f[:10]))
            form.b, form.c = (
                STATE_LABELS[state],
                due(form.c, today) if state in (FormState.draft, FormState.asked) else "",
            )
        dates = [
            SimpleNamespace(
                label=each.label, due=due(each.due_on.isoformat(), today), regulation=each.regulation
            )
            for each in dates_of(standing)
        ]
        words = (
            (STATUS_TEXTS.get(standing.state), NEXT_TEXTS.get(standing.state)) if standing else (NOT_SENT, "")
        )
        return page(
            "child.html",
            "Summary",
            child=one,
            born=uk_date(one.b),
            year=year_of(one.b, today),
            people=lines["person"],
            forms=lines["form"],
            dates=dates,
            status=words[0],
            next=words[1],
        )

    definition = definitions["advice_education"]
    places = [section.id for section in definition.sections]
    questions = definition.section(SECTION)

    @app.get("/forms/<int:form>/section/<section>")
    def section(form: int, section: str) -> str:
        rows = database.ask(sql.SECTION, me=session["me"], body=session["body"], form=form, section=section)
        if not rows:
            abort(404)
        name, answers, version, saved = rows[0]
        held = json.loads(answers) if isinstance(answers, str) else answers
        return page(
            "section.html",
            questions.title,
            section=questions,
            child=name,
            answers=held,
            version=version,
            saved=uk_date(saved),
            place=places.index(section) + 1,
            places=len(places),
        )

    @app.post("/forms/<int:form>/section/<section>")
    def save(form: int, section: str) -> Any:
        values = {
            "form": form,
            "section": section,
            "version": int(request.form["version"]),
            "me": session["me"],
            "now": datetime.now(UTC).replace(tzinfo=None),
        }
        answers = json.dumps({q.id: request.form.get(q.id, "").strip() for q in questions.questions})
        database.run("BEGIN")
        stored = database.run(sql.KEEP, no=False, body=session["body"], **values).rowcount
        if stored == 1:
            database.run(sql.SAVE, answers=answers, **values)
        database.run("COMMIT")
        return (
            redirect(f"/forms/{form}/section/{places[places.index(section) + 1]}")
            if stored == 1
            else abort(409)
        )

    @app.get("/forms/<int:form>/read")
    def read(form: int) -> str:
        rows = database.ask(sql.READ, form=form)
        if not rows:
            abort(404)
        name, key, title, state, sender, sent, answers = rows[0]
        held = json.loads(answers) if isinstance(answers, str) else answers
        parts = [
            SimpleNamespace(
                id=part.id,
                title=part.title,
                lines=[_line(q, held.get(part.id, {}).get(q.id)) for q in part.questions],
            )
            for part in definitions[key].sections
            if part.id in held
        ]
        return page(
            "read.html",
            title,
            form=SimpleNamespace(title=title),
            child=name,
            state=STATE_LABELS[FormState(state)],
            sender=sender,
            sent=uk_date(sent),
            parts=parts,
        )

    return app


def _line(question: Any, value: Any) -> tuple[str, str, Any]:
    """Return a question's label and its answer or rows."""
    if question.kind == "table":
        return (
            question.label,
            "",
            [[(column.label, row.get(column.id, "")) for column in question.columns] for row in value or []],
        )
    if question.options and isinstance(value, str):
        value = next((option.label for option in question.options if option.value == value), value)
    elif isinstance(value, list):
        value = ", ".join(
            next((o.label for o in question.options if o.value == one), str(one)) for one in value
        )
    elif isinstance(value, dict):
        value = ", ".join(str(one) for one in value.values())
    return question.label, str(value or "Not provided"), None


def open_application(people: int) -> Application:
    """Return the floor for a county of this size."""
    app = Application(lambda *_: [], expected={"save": 302})
    database = Database(settings_for(people).database_url, app.statements)
    if not database.is_sqlite:
        database.run('CREATE INDEX IF NOT EXISTS floor_search ON child (search_name COLLATE "C")')
        app.backends = lambda: [database.connection.info.backend_pid]
    definitions = {key: parse(form_seed(key)["definition"]) for key in ("request", "advice_education")}
    flask = web(database, definitions)
    app.wsgi = flask.wsgi_app
    senco, officer = (_cookie(flask, database, name) for name in ("Sana", "Olu"))
    draft = database.ask(
        "SELECT id FROM form WHERE child_id = :c AND state = 'draft' ORDER BY id LIMIT 1", c=MEASURED
    )[0][0]
    sent = database.ask(
        "SELECT id FROM form WHERE child_id = :c AND kind = 'request' ORDER BY id LIMIT 1", c=MEASURED
    )[0][0]
    app.pages = {
        "home": lambda: Ask("/", senco),
        "mine": lambda: Ask("/send/", senco),
        "all": lambda: Ask("/people/", officer),
        "search": lambda: Ask("/people/", officer, {"find": RARE}),
        "search_common": lambda: Ask("/people/", officer, {"find": COMMON}),
        "child": lambda: Ask(f"/children/{MEASURED}", officer),
        "section": lambda: Ask(f"/forms/{draft}/section/{SECTION}", senco),
        "save": _saves(app, f"/forms/{draft}/section/{SECTION}", senco),
        "read": lambda: Ask(f"/forms/{sent}/read", officer),
    }
    return app


def _cookie(flask: Flask, database: Database, first_name: str) -> str:
    row = database.ask(
        "SELECT id, first_name, last_name, organisation_id, profession FROM ab_user WHERE first_name = :n ORDER BY id LIMIT 1",
        n=first_name,
    )[0]
    held = {"me": row[0], "name": f"{row[1]} {row[2]}", "body": row[3] if row[4] == "school" else None}
    serializer = flask.session_interface.get_signing_serializer(flask)  # type: ignore[attr-defined]
    return f"session={serializer.dumps(held)}"


def _saves(app: Application, path: str, cookie: str) -> Callable[[], Ask]:
    numbers = count(1)

    def save() -> Ask:
        # Others write into the same section between our requests, so the version is looked up, as a page would.
        page = ask(app.wsgi, Ask(path, cookie)).body
        version = page.partition(b'name="version" value="')[2].partition(b'"')[0].decode()
        written = {
            "version": version,
            "child_views": f"I like drawing and I want to stay with my friends. {'I was asked again. ' * 5}{next(numbers)}",
            "child_views_how": "own_words",
            "parent_views": "She needs people who know her. We would like to be values early. " * 5,
            "then": "continue",
        }
        return Ask(path, cookie, written)

    return save
