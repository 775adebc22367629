"""Flask-AppBuilder as it comes, on the same rows: what a portal costs that is made with it and nothing else.

A list and a record page a table, its own log-in, roles in its own tables, its own templates. The SENCO's list is
narrowed by a base filter, as its manual shows. Relations are shown and never offered as drop-downs: a list of a hundred
thousand names to choose from would make any comparison easy.
"""

import json
import re
from collections.abc import Callable
from itertools import count
from typing import Any

import sqlalchemy as sa
from flask import Flask, g
from flask_appbuilder import AppBuilder, Model, ModelView
from flask_appbuilder.models.sqla.filters import FilterInFunction
from flask_appbuilder.models.sqla.interface import SQLAInterface
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import relationship, scoped_session, sessionmaker

from bench.speed.measured import Application, Ask, ask
from bench.speed.names import COMMON, MEASURED, RARE


class JsonAsText(sa.types.TypeDecorator[str]):
    """The portal's JSON on PostgreSQL, which stock AppBuilder edits as a text."""

    impl = sa.Text
    cache_ok = True

    def bind_expression(self, bindparam: Any) -> Any:
        """Text in."""
        return sa.cast(bindparam, JSONB)

    def column_expression(self, column: Any) -> Any:
        """Text out."""
        return sa.cast(column, sa.Text)


PASSWORD = "only-measured-here"  # noqa: S105


class Organisation(Model):
    """A school, setting or service."""

    __tablename__ = "organisation"
    id = sa.Column(sa.Integer, primary_key=True)
    name = sa.Column(sa.Text)

    def __repr__(self) -> str:
        return str(self.name)


class Child(Model):
    """A child."""

    __tablename__ = "child"
    id = sa.Column(sa.Integer, primary_key=True)
    forenames = sa.Column(sa.Text)
    surname = sa.Column(sa.Text)
    search_name = sa.Column(sa.Text)
    date_of_birth = sa.Column(sa.Date)
    address = sa.Column(sa.Text)
    postcode = sa.Column(sa.Text)
    upn = sa.Column(sa.Text)
    nhs_number = sa.Column(sa.Text)
    created_at = sa.Column(sa.DateTime)
    setting_id = sa.Column(sa.Integer, sa.ForeignKey("organisation.id"))
    setting = relationship(Organisation)

    def name(self) -> str:
        """Forenames and surname."""
        return f"{self.forenames} {self.surname}"


class ChildLink(Model):
    """Who is involved."""

    __tablename__ = "child_link"
    id = sa.Column(sa.Integer, primary_key=True)
    child_id = sa.Column(sa.Integer)
    person_id = sa.Column(sa.Integer)
    ended_at = sa.Column(sa.DateTime)


class SectionDraft(Model):
    """A section that is being filled in."""

    __tablename__ = "section_draft"
    id = sa.Column(sa.Integer, primary_key=True)
    form_id = sa.Column(sa.Integer)
    section = sa.Column(sa.Text)
    answers = sa.Column(sa.Text().with_variant(JsonAsText(), "postgresql"))
    version = sa.Column(sa.Integer)


class Submission(Model):
    """What was sent."""

    __tablename__ = "submission"
    id = sa.Column(sa.Integer, primary_key=True)
    form_id = sa.Column(sa.Integer)
    number = sa.Column(sa.Integer)
    answers = sa.Column(sa.Text().with_variant(JsonAsText(), "postgresql"))
    submitted_at = sa.Column(sa.DateTime)


COLUMNS = ["name", "date_of_birth", "setting", "upn", "nhs_number", "created_at"]


class ChildModelView(ModelView):
    """All children."""

    datamodel = SQLAInterface(Child)
    list_columns = COLUMNS
    show_columns = [*COLUMNS, "address", "postcode"]
    search_columns = ["surname", "date_of_birth", "upn", "nhs_number"]
    base_order = ("id", "desc")
    page_size = 25


def _mine() -> list[int]:
    link = ChildLink.__table__
    statement = sa.select(link.c.child_id).where(
        link.c.person_id == g.bench_person, link.c.ended_at.is_(None)
    )
    return list(g.bench_session.scalars(statement))


class MyChildModelView(ChildModelView):
    """The children a person is linked to."""

    datamodel = SQLAInterface(Child)
    base_filters = [["id", FilterInFunction, _mine]]


class DraftModelView(ModelView):
    """Drafts."""

    datamodel = SQLAInterface(SectionDraft)
    list_columns = ["form_id", "section"]
    edit_columns = ["section", "answers"]


class SubmissionModelView(ModelView):
    """What was sent."""

    datamodel = SQLAInterface(Submission)
    list_columns = ["form_id", "number"]
    show_columns = ["number", "submitted_at", "answers"]


def open_application(url: str) -> Application:
    """Stock AppBuilder on this database."""
    flask = Flask("stock")
    flask.config.update(
        SECRET_KEY="only measured",  # noqa: S106
        SQLALCHEMY_DATABASE_URI=url,
        AUTH_TYPE=1,
        FAB_API_SWAGGER_UI=False,
        RATELIMIT_ENABLED=False,
    )
    engine = sa.create_engine(url)
    session: Any = scoped_session(sessionmaker(engine))
    flask.teardown_appcontext(lambda _error: session.remove())
    app = Application(flask.wsgi_app, expected={"save": 302})
    pids: set[int] = set()
    with flask.app_context():
        builder = AppBuilder(flask, session)
        for view, name in (
            (ChildModelView, "Children"),
            (MyChildModelView, "Mine"),
            (DraftModelView, "Drafts"),
            (SubmissionModelView, "Submissions"),
        ):
            builder.add_view(view, name, category="SEND")
        if builder.sm.find_user("stock") is None:
            builder.sm.add_user(
                "stock", "Stock", "Officer", "stock@bench.example", builder.sm.find_role("Admin"), PASSWORD
            )
        rows = _rows(session)
        _listen(app, engine, pids)
        session.remove()

    @flask.before_request
    def remember() -> None:
        g.bench_person, g.bench_session = rows["senco"], session

    app.backends = lambda: pids
    cookie = _log_in(app)
    app.pages = {
        "home": lambda: Ask("/", cookie),
        "mine": lambda: Ask("/mychildmodelview/list/", cookie),
        "all": lambda: Ask("/childmodelview/list/", cookie),
        "search": lambda: Ask(f"/childmodelview/list/?_flt_0_surname={RARE}", cookie),
        "search_common": lambda: Ask(f"/childmodelview/list/?_flt_0_surname={COMMON}", cookie),
        "child": lambda: Ask(f"/childmodelview/show/{MEASURED}", cookie),
        "section": lambda: Ask(f"/draftmodelview/edit/{rows['draft']}", cookie),
        "save": _saves(app, f"/draftmodelview/edit/{rows['draft']}", cookie),
        "read": lambda: Ask(f"/submissionmodelview/show/{rows['sent']}", cookie),
    }
    return app


def _rows(session: Any) -> dict[str, int]:
    draft = sa.text(
        "SELECT d.id FROM section_draft d JOIN form f ON f.id = d.form_id WHERE f.child_id = :c AND d.section = 'current'"
    )
    sent = sa.text(
        "SELECT s.id FROM submission s JOIN form f ON f.id = s.form_id WHERE f.child_id = :c AND f.kind = 'request'"
    )
    senco = sa.text("SELECT id FROM ab_user WHERE first_name = 'Sana' ORDER BY id LIMIT 1")
    return {
        "draft": session.scalar(draft, {"c": MEASURED}),
        "sent": session.scalar(sent, {"c": MEASURED}),
        "senco": session.scalar(senco),
    }


def _listen(app: Application, engine: sa.Engine, pids: set[int]) -> None:
    @sa.event.listens_for(engine, "before_cursor_execute")
    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        app.statements.append(statement)

    @sa.event.listens_for(engine, "checkout")
    def remember(connection: Any, *_rest: Any) -> None:
        if engine.dialect.name == "postgresql":
            pids.add(connection.info.backend_pid)


def _log_in(app: Application) -> str:
    page = ask(app.wsgi, Ask("/login/"))
    found = re.search(rb'name="csrf_token"[^>]*value="([^"]+)"', page.body)
    form = {"username": "stock", "password": PASSWORD, "csrf_token": found[1].decode() if found else ""}
    answer = ask(app.wsgi, Ask("/login/", f"session={page.cookies['session']}", form))
    assert answer.status == 302, answer.body[:500]  # noqa: S101
    return f"session={answer.cookies['session']}"


def _saves(app: Application, path: str, cookie: str) -> Callable[[], Ask]:
    held: dict[str, str] = {}
    numbers = count(1)

    def save() -> Ask:
        if not held:
            page = ask(app.wsgi, Ask(path, cookie))
            found = re.search(rb'name="csrf_token"[^>]*value="([^"]+)"', page.body)
            held["csrf_token"] = found[1].decode() if found else ""
            if "session" in page.cookies:
                held["cookie"] = f"session={page.cookies['session']}"
        answers = json.dumps({"current_support": [], "support_effect": f"It helps. {next(numbers)}"})
        return Ask(
            path,
            held.get("cookie", cookie),
            {"csrf_token": held["csrf_token"], "section": "current", "answers": answers},
        )

    return save
