"""The tables: they come up, go down and come up again with something in each, and are what the models say."""

import subprocess
import sys
import threading
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask_appbuilder import Model

from app.core.audit import chain
from app.core.database import locks, migrations
from app.core.database.migrations import FOLDER, alone, config_for, newest_revision
from app.core.unit_of_work import AppContext
from app.models import AuditRow
from app.seed.files import form_seeds
from devtools.databases import own_database
from tests.conftest import settings_for
from tests.databases import TestDatabase

FIRST = "0001"
ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def empty_url(prepared, tmp_path):
    """An empty database, on whichever kind the tests run on."""
    database: TestDatabase = prepared[1]
    with own_database(database.server, tmp_path) as url:
        yield url


def to(url: str, revision: str) -> None:
    """Up or down to here."""
    go = command.upgrade if revision == "head" else command.downgrade
    go(config_for(url), revision)


@pytest.fixture
def engine(empty_url):
    engine = sa.create_engine(empty_url)
    yield engine
    engine.dispose()


def tables(engine: sa.Engine) -> set[str]:
    return set(sa.inspect(engine).get_table_names()) - {"alembic_version"}


ENTERED_BY_ITSELF = {"child_name", "duty_rule", "notice_template", "published_figure", "reminder_rule"}
"""The words of names, which the database enters with the child, and what migrations enter: the
rules of duties and reminders, the texts of notices, and published figures."""


def fill_every_table(connection: sa.Connection) -> None:
    """One row in every table, each column with something of its kind, parents before children."""
    schema = sa.MetaData()
    schema.reflect(connection)
    for table in schema.sorted_tables:
        if table.name not in {"alembic_version", *ENTERED_BY_ITSELF}:
            # A table that points at itself can only point at the row that is being written, or at none.
            own = {key.parent.name for key in table.foreign_keys if key.column.table is table}
            # A file is of a form or of a case, never of both.
            own |= {"case_id"} if table.name == "document" else set()
            row = {column.name: something(column) for column in table.columns if column.name not in own}
            connection.execute(sa.insert(table).values(row))


def something(column: sa.Column) -> object:
    """A value this column takes; 1 for every number, so that foreign keys find their row."""
    kind = column.type
    if isinstance(kind, sa.Boolean):
        return True
    if isinstance(kind, sa.Integer):
        return 1
    if isinstance(kind, sa.DateTime):
        return datetime(2026, 11, 23, 9, 30, tzinfo=UTC).replace(tzinfo=None)
    if isinstance(kind, sa.Date):
        return date(2026, 11, 23)
    if isinstance(kind, sa.JSON):
        return {"said": "something"}
    if isinstance(kind, sa.LargeBinary):
        return b"x"
    return "x"[: getattr(kind, "length", None) or 1]


def counts(connection: sa.Connection) -> dict[str, int]:
    names = sa.inspect(connection).get_table_names()
    return {
        name: connection.execute(sa.select(sa.func.count()).select_from(sa.table(name))).scalar_one()
        for name in names
    }


def test_tables_go_up_down_and_up_again_with_a_row_in_every_one(empty_url, engine):
    to(empty_url, "head")
    first = tables(engine)
    with engine.begin() as connection:
        fill_every_table(connection)
    with engine.connect() as connection:
        filled = counts(connection)
        assert filled.pop("duty_rule") > 30, "every duty has its rule"
        assert filled.pop("reminder_rule") == 5
        assert filled.pop("published_figure") == 2
        assert filled.pop("notice_template") == 8
        assert set(filled.values()) == {1}, "every table has its row"

    to(empty_url, "base")
    assert tables(engine) == set()

    to(empty_url, "head")
    assert tables(engine) == first == set(Model.metadata.tables)
    with engine.begin() as connection:
        fill_every_table(connection)


def test_each_step_down_and_up_again_keeps_every_row(empty_url, engine):
    """All but the first step, which makes the tables; a table that a step adds goes with it."""
    to(empty_url, "head")
    with engine.begin() as connection:
        fill_every_table(connection)
    with engine.connect() as connection:
        before = counts(connection)

    to(empty_url, FIRST)
    with engine.connect() as connection:
        older = counts(connection)
    to(empty_url, "head")

    with engine.connect() as connection:
        again = counts(connection)
    remaining = {name: rows for name, rows in before.items() if name in older}
    assert older == remaining, "going down lost rows of tables that stay"
    assert {name: again[name] for name in older} == remaining, "coming up again lost rows"


def test_after_going_down_and_up_the_audit_still_refuses_to_be_changed(empty_url, engine):
    for revision in ("head", FIRST, "head"):
        to(empty_url, revision)
    with engine.begin() as connection:
        fill_every_table(connection)

    with pytest.raises(sa.exc.DBAPIError, match="append-only"), engine.begin() as connection:
        connection.execute(sa.delete(AuditRow.__table__))


def enter_child(connection: sa.Connection, number: int, search_name: str, **columns: object) -> None:
    schema = sa.MetaData()
    schema.reflect(connection, only=["child"])
    child = schema.tables["child"]
    own = {"id": number, "possible_duplicate_of_id": None, "merged_into_id": None, "search_name": search_name}
    own["known_as"] = ""
    row = {column.name: something(column) for column in child.columns} | own | columns
    connection.execute(sa.insert(child).values(row))


def test_children_there_before_their_names_had_a_table_are_found_by_their_names(empty_url, engine):
    to(empty_url, "head")
    to(empty_url, "0004")
    with engine.begin() as connection:
        fill_every_table(connection)
        enter_child(connection, 2, "van der berg amina amina")
        enter_child(connection, 3, "berg zoe", merged_into_id=2)
        enter_child(connection, 4, "")

    for revision in ("head", "0004", "head"):
        to(empty_url, revision)
    with engine.begin() as connection:
        enter_child(connection, 5, "shah ravi")
        words = sorted(connection.execute(sa.text("SELECT child_id, word FROM child_name")).all())
    assert words == [(1, "x"), (2, "amina"), (2, "berg"), (2, "der"), (2, "van"), (5, "ravi"), (5, "shah")]


def enter(connection: sa.Connection, table: str, number: int, /, **columns: object) -> None:
    """One row, with something of its kind in every column that is not named."""
    schema = sa.MetaData()
    schema.reflect(connection, only=[table])
    remaining = schema.tables[table]
    row = {column.name: something(column) for column in remaining.columns if not column.nullable}
    connection.execute(sa.insert(remaining).values(row | {"id": number} | columns))


def test_a6_links_and_advice_made_twice_are_cleaned_before_only_one_may_be_open(empty_url, engine):
    to(empty_url, "head")
    to(empty_url, "0010")
    with engine.begin() as connection:
        fill_every_table(connection)
        enter(connection, "ab_user", 2, username="left", email="left@x.example", active=False)
        for number in (1, 2):
            enter(connection, "ab_role", 10 + number, name=("sen_officer", "professional")[number - 1])
        enter(connection, "ab_user", 3, username="olu", email="olu@x.example", active=True)
        connection.execute(sa.text("INSERT INTO ab_user_role (id, user_id, role_id) VALUES (9, 3, 11)"))
        for number in (2, 3, 4):
            enter_child(connection, number, "")
        ended = datetime(2026, 11, 1)
        links = {
            10: {"child_id": 2, "person_id": 1, "organisation_id": 1},
            11: {"child_id": 2, "person_id": 1, "organisation_id": 1},
            12: {"child_id": 2, "organisation_id": 1},
            13: {"child_id": 2, "organisation_id": 1},
            14: {"child_id": 3, "person_id": 2, "organisation_id": 1},
            15: {"child_id": 4, "person_id": 1, "organisation_id": 1, "ended_at": ended, "ended_by_id": 3},
            16: {"child_id": 4, "person_id": 1, "organisation_id": 1, "ended_at": ended, "ended_by_id": 1},
        }
        for number, columns in links.items():
            enter(connection, "child_link", number, part="author", **columns)
        for number, state in ((10, "asked"), (11, "draft"), (12, "asked"), (13, "submitted")):
            enter(
                connection,
                "form",
                number,
                kind="advice",
                state=state,
                child_id=2,
                organisation_id=1,
                author_id=1,
            )
        enter(
            connection, "form", 14, kind="advice", state="draft", child_id=3, organisation_id=1, author_id=2
        )

    with engine.begin() as connection:
        if (
            connection.dialect.name == "postgresql"
        ):  # rows entered with their number leave the sequence behind
            last = (
                "SELECT setval(pg_get_serial_sequence('child_link', 'id'), (SELECT max(id) FROM child_link))"
            )
            connection.execute(sa.text(last))
    to(empty_url, "head")

    with engine.connect() as connection:
        still_open = connection.execute(
            sa.text(
                "SELECT id, child_id, person_id FROM child_link WHERE ended_at IS NULL AND id >= 10 ORDER BY id"
            )
        ).all()
        barred = connection.scalars(sa.text("SELECT id FROM child_link WHERE barred")).all()
        forms = connection.execute(
            sa.text("SELECT id, state, author_id FROM form WHERE id >= 10 ORDER BY id")
        ).all()
    assert [tuple(row) for row in still_open] == [(10, 2, 1), (12, 2, None), (17, 3, None)]
    assert list(barred) == [15], "what the SEN team ended, and not what a person ended for themselves"
    assert [tuple(row) for row in forms] == [
        (10, "cancelled", 1),
        (11, "draft", 1),
        (12, "cancelled", 1),
        (13, "submitted", 1),
        (14, "draft", None),
    ]


def test_the_tables_are_what_the_models_say(empty_url, engine):
    to(empty_url, "head")

    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Model.metadata) == []


def test_two_that_prepare_one_database_at_once_both_succeed(empty_url, engine, tmp_path):
    """As two machines do that are deployed in the same minute; the demo is written once."""
    environ = {
        "PATH": "/usr/bin:/bin",
        "PORTAL_MODE": "demo",
        "DATA_DIR": str(tmp_path),
        "DATABASE_URL": empty_url,
    }
    settings_for(tmp_path, empty_url)  # makes the demo's keys
    running = [
        subprocess.Popen(
            [sys.executable, "run.py", "prepare"],
            cwd=ROOT,
            env=environ,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        for _ in range(3)
    ]
    outputs = [process.communicate(timeout=180)[0] for process in running]

    assert [process.returncode for process in running] == [0, 0, 0], outputs
    assert "".join(outputs).count("cases are ready") == 1
    with engine.connect() as connection:
        held = counts(connection)
    assert (held["alembic_version"], held["form_template"]) == (1, len(form_seeds()))


def test_a_second_preparation_waits_until_the_first_is_done(context: AppContext):
    order: list[str] = []

    def other() -> None:
        with alone(context.database):
            order.append("the other begins")

    with alone(context.database):
        waiting = threading.Thread(target=other)
        waiting.start()
        waiting.join(0.5)
        order.append("the first is done")
    waiting.join(30)

    assert order == ["the first is done", "the other begins"]


def test_the_newest_migration_is_found_without_alembic():
    assert newest_revision() == ScriptDirectory(str(FOLDER)).get_current_head()


def test_b5_names_entered_before_get_their_joined_words_and_lose_them_going_down(empty_url, engine):
    to(empty_url, "head")
    to(empty_url, "0015")
    with engine.begin() as connection:
        fill_every_table(connection)
        enter_child(connection, 2, "mc donald jo", surname="Mc Donald", forenames="Jo")
        enter_child(connection, 3, "shah amina", surname="Shah", forenames="Amina")

    def words():
        with engine.connect() as connection:
            found = connection.execute(
                sa.text("SELECT child_id, word FROM child_name ORDER BY child_id, word")
            )
            return [tuple(row) for row in found]

    before = words()
    to(empty_url, "head")
    assert sorted([*before, (2, "mcdonald")]) == words()
    to(empty_url, "0015")
    assert words() == before


def test_names_that_children_are_known_by_get_their_words_and_lose_them_going_down(empty_url, engine):
    to(empty_url, "head")
    to(empty_url, "0021")
    with engine.begin() as connection:
        fill_every_table(connection)
        name = {"surname": "Shah", "forenames": "Mohammed Ali"}
        for number, known_as in ((2, "Mo-Jo"), (3, "Ali"), (4, "")):
            stored = "shah mohammed ali mohammedali"
            enter_child(connection, number, stored, **name, known_as=known_as, add_key=None)

    def stored():
        with engine.connect() as connection:
            found = connection.execute(sa.text("SELECT id, search_name FROM child WHERE id > 1 ORDER BY id"))
            return [row[1] for row in found]

    before = stored()
    to(empty_url, "head")
    assert stored() == [f"{before[0]} mo jo mojo", before[1], before[2]]
    with engine.connect() as connection:
        keys = connection.execute(sa.text("SELECT word, spelling FROM child_name WHERE child_id = 2"))
        assert {row[0]: row[1] for row in keys}.items() >= {"mohammed": "mmd", "shah": "s", "jo": "g"}.items()
    to(empty_url, "0021")
    assert stored() == before


def test_no_two_locks_of_postgresql_have_one_number():
    """`prepare` holds one of them while it enters the demo's children, for which it takes another."""
    numbers = [locks._COMPARING, migrations._PREPARING, chain._CHAIN_LOCK]
    assert len(set(numbers)) == len(numbers)


def test_where_people_work_moves_to_memberships_and_back(empty_url, engine):
    to(empty_url, "head")
    to(empty_url, "0020")
    confirmed = datetime(2026, 11, 1, 9, 30)
    with engine.begin() as connection:
        fill_every_table(connection)
        enter(connection, "organisation", 2, name="Beck Nursery")
        schools = {"organisation_id": 2, "job_title": "Deputy head"}
        enter(connection, "ab_user", 2, username="nadia", email="nadia@x.example", **schools)
        enter(connection, "ab_user", 3, username="pat", email="pat@x.example", leads_organisation=False)
        enter(
            connection,
            "ab_user",
            4,
            username="sana",
            email="sana@x.example",
            organisation_id=1,
            organisation_confirmed_at=confirmed,
            organisation_confirmed_by_id=3,
            leads_organisation=True,
        )
        for number, mark in ((3, "of pat"), (4, "of sana")):
            enter(connection, "kept_post", number, person_id=number, key_hash=mark)
    statement = sa.text(
        "SELECT id, organisation_id, job_title, organisation_confirmed_at, organisation_confirmed_by_id, "
        "leads_organisation FROM ab_user ORDER BY id"
    )
    with engine.connect() as connection:
        before = connection.execute(statement).all()

    to(empty_url, "head")
    with engine.connect() as connection:
        memberships = connection.execute(
            sa.text(
                "SELECT person_id, organisation_id, job_title, confirmed_at IS NULL, confirmed_by_id, leads "
                "FROM membership WHERE acted_for AND ended_at IS NULL AND person_id > 1 ORDER BY person_id"
            )
        ).all()
    assert [tuple(row) for row in memberships] == [
        (2, 2, "Deputy head", True, None, True),
        (4, 1, None, False, 3, True),
    ]
    with engine.connect() as connection:
        saved = connection.execute(
            sa.text("SELECT person_id, organisation_id FROM kept_post WHERE person_id > 1 ORDER BY person_id")
        ).all()
    assert [tuple(row) for row in saved] == [(3, None), (4, 1)], "sent for where its author worked"

    to(empty_url, "0020")
    with engine.connect() as connection:
        assert connection.execute(statement).all() == before
    to(empty_url, "head")


def test_requests_get_a_case_that_goes_back_to_their_form(empty_url, engine):
    to(empty_url, "head")
    to(empty_url, "0022")
    received, decided = date(2026, 11, 2), date(2026, 11, 20)
    with engine.begin() as connection:
        fill_every_table(connection)
        for number, state, changes in (
            (10, "draft", {}),
            (11, "returned", {"received_on": received, "due_on": date(2026, 12, 14)}),
            (12, "assessing", {"received_on": received, "due_on": date(2027, 3, 22), "decided_on": decided}),
            (13, "not_assessing", {"received_on": received, "decided_on": decided, "decision_reason": "No."}),
        ):
            enter(
                connection, "form", number, kind="request", state=state, **({"decision_reason": ""} | changes)
            )
        enter(connection, "decision", 10, form_id=13, number=1, outcome="not_assessing", reason="No.")
    columns = "id, state, received_on, due_on, decided_on, decision_reason"
    requests = sa.text(f"SELECT {columns} FROM form WHERE id > 9 ORDER BY id")  # noqa: S608 - the words above
    with engine.connect() as connection:
        before = connection.execute(requests).all()

    to(empty_url, "head")
    with engine.connect() as connection:
        forms = connection.execute(
            sa.text("SELECT id, state, due_on FROM form WHERE id > 9 ORDER BY id")
        ).all()
        cases = connection.execute(
            sa.text(
                "SELECT request_id, state, received_on, due_on, decided_on FROM ehc_case WHERE request_id > 9 ORDER BY id"
            )
        ).all()
        of_case = (
            "SELECT request_id FROM ehc_case JOIN decision ON case_id = ehc_case.id WHERE decision.id = 10"
        )
        assert connection.execute(sa.text(of_case)).scalar() == 13
    assert [tuple(row) for row in forms] == [
        (10, "draft", None), (11, "returned", None), (12, "decided", None), (13, "decided", None)
    ]  # fmt: skip
    assert [(row[0], row[1], *map(str, row[2:])) for row in cases] == [
        (11, "received", "2026-11-02", "2026-12-14", "None"),
        (12, "assessing", "2026-11-02", "2027-03-22", "2026-11-20"),
        (13, "not_assessing", "2026-11-02", "None", "2026-11-20"),
    ]

    to(empty_url, "0022")
    with engine.connect() as connection:
        assert connection.execute(requests).all() == before
    to(empty_url, "head")
