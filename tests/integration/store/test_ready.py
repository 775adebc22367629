"""A ready statement gives everybody what the same statement gives them through the ORM, and nobody more."""

import importlib
import pkgutil
from typing import Any

import pytest
from sqlalchemy import Column, Integer, MetaData, String, Table, bindparam, literal_column, select, text
from sqlalchemy.exc import DBAPIError, OperationalError, ProgrammingError

import app
from app.cases import decisions
from app.core.database.compiled_query import Ready
from app.core.database.engine import connection_of
from app.core.database.row_filter import bypass_row_filter, set_principal
from app.core.roles import WorkflowRole
from app.forms.rules.workflow import FormState
from app.models import Child, ChildLink, Form
from tests.cast import everything
from tests.statements import counted
from tests.web.busy_case import BusyCase

PEOPLE = ("sana", "ann", "bob", "olu", "mary", "pat", "ines", "hana")


NOTHING_TO_SEE = {"signed_in._WHO_IS", "caseload._LINKEDShow.closed"}
"""Nobody's log-in has this number, and no case is closed."""


def _every_ready() -> dict[str, Ready]:
    found = {}
    for module in pkgutil.walk_packages(app.__path__, "app."):
        if module.name.split(".")[1] in {"views", "seed", "models"}:
            continue
        held = vars(importlib.import_module(module.name))
        for name, value in held.items():
            several = value.items() if isinstance(value, dict) else [("", value)]
            short = module.name.rpartition(".")[2]
            found |= {f"{short}.{name}{key}": one for key, one in several if isinstance(one, Ready)}
    return found


READY = _every_ready()
ONLY_POSTGRESQL = {"chain._HOLD_CHAIN"}


def _told(ready: Ready, case: BusyCase, who: Any) -> dict[str, Any]:
    """Something that there is, for every place a statement leaves open."""
    known: dict[str, Any] = {
        "me": who.user_id,
        "my_organisation": who.organisation_id,
        "child": case.child.id,
        "children": [case.child.id, 1, 2],
        "form": case.sent,
        "number": case.number(case.sent),
        "organisation": who.organisation_id,
        "draft": 1,
        "submissions": [1, 2, 3],
        "message": 1,
        "most": 50,
        "before": 0,
        "kept": 0,
        "today": case.context.clock.today(),
        "sid_hash": "none",
        "word": "a",
        "past": "b",
    }
    wanted = {name for name in ready.statement.compile().params if name in known} | set(ready.lists)
    return {name: known[name] for name in wanted}


def _assigned_from_the_queue(case: BusyCase, cast: Any) -> None:
    """A child that a colleague took from the queue of Ann's organisation."""
    with everything(case.context) as work:
        work.add(
            ChildLink(
                child_id=case.twin.id,
                person_id=cast.bob.id,
                organisation_id=cast.bob.principal.organisation_id,
                part=WorkflowRole.author,
                through_queue=True,
                linked_by_id=cast.olu.id,
                taken_up_at=case.context.clock.now(),
            )
        )


def _same(rows: Any) -> list[str]:
    return sorted(repr(tuple(row)) for row in rows)


@pytest.mark.parametrize("name", READY)
def test_everybody_gets_what_the_orm_gives_them(cast, make, context, name):
    if name in ONLY_POSTGRESQL and context.database.is_sqlite:
        pytest.skip("never asked of SQLite")
    case = BusyCase(context, cast, make)
    with cast.olu.works() as work:
        decisions.agree_to_assess(work, case.accepted, "Needs are not met.")
    _assigned_from_the_queue(case, cast)
    case.grow(3)
    ready, seen = READY[name], 0
    for who in [*(getattr(cast, key).principal for key in PEOPLE), None]:
        with context.database.open() as session:
            set_principal(session, who)
            told = _told(ready, case, who or cast.sana.principal)
            expected = _same(session.execute(ready.statement, told))
            assert _same(ready.rows(session, **told)) == expected
            seen += len(expected)
    assert seen or name in NOTHING_TO_SEE
    for made in [one for each in ready._made.values() for one in each.values()]:
        assert not made.known, "PostgreSQL would plan without knowing what the statement says itself"


def test_how_many_rows_are_wanted_is_written_into_the_statement(cast, make, context):
    for number in range(3):
        make.child(surname=f"O'Neill {number}%")
    names = Ready(
        select(Child.surname)
        .where(Child.surname.like("O'Neill%"), Child.surname != bindparam("but"))
        .order_by(Child.id)
        .limit(bindparam("most", type_=Integer())),
        spelt=["most"],
    )
    with cast.olu.works() as work:
        found = {most: names.rows(work.session, but="O'Neill 1%", most=most) for most in (1, 2, 1)}
    assert found == {1: [("O'Neill 0%",)], 2: [("O'Neill 0%",), ("O'Neill 2%",)]}
    written = {made.sql.replace("%%", "%") for each in names._made.values() for made in each.values()}
    assert {sql.rpartition("LIMIT ")[2].split()[0] for sql in written} == {"1", "2"}
    assert all("O''Neill%" in sql for sql in written)


def test_a_change_not_saved_yet_is_found(cast, make):
    child = make.child(linked=(cast.ann,), surname="Before")
    names = Ready(select(Child.surname).where(Child.id == bindparam("child")))
    with cast.ann.works() as work:
        work.get(Child, child.id).surname = "After"
        assert names.rows(work.session, child=child.id) == [("After",)]


def test_the_next_reader_has_their_own_row_filter(cast, make, context):
    child = make.child(linked=(cast.ann,), surname="Secret")
    names = Ready(select(Child.surname).where(Child.id == bindparam("child")))
    with context.database.open() as session:
        for who, expected in (
            (cast.ann, [("Secret",)]),
            (cast.bob, []),
            (cast.olu, [("Secret",)]),
            (cast.bob, []),
        ):
            set_principal(session, who.principal)
            assert names.rows(session, child=child.id) == expected
        set_principal(session, None)
        assert names.rows(session, child=child.id) == []
        bypass_row_filter(session, "a test bypasses the row filter")
        assert names.rows(session, child=child.id) == [("Secret",)]
    with context.database.open() as nobodys:
        assert names.rows(nobodys, child=child.id) == []


@pytest.mark.parametrize("count", [1, 2, 3, 5, 25])
def test_lists_of_any_length_find_what_is_in_them(cast, make, context, count):
    children = [make.child(linked=(cast.ann,), surname=f"Child{number}") for number in range(6)]
    some = Ready(
        select(Child.id).where(Child.id.in_(bindparam("children", expanding=True))), lists=["children"]
    )
    wanted = [child.id for child in children[:count]]
    with cast.ann.works() as work:
        assert sorted(row[0] for row in some.rows(work.session, children=wanted)) == sorted(wanted)


def test_values_come_back_as_the_orm_gives_them(cast, make):
    form = make.request(make.child(linked=(cast.sana,)), cast.sana)
    asked = Ready(select(Form.state, Form.created_at, Form.due_on).where(Form.state == FormState(form.state)))
    with cast.sana.works() as work:
        assert asked.rows(work.session) == [tuple(row) for row in work.session.execute(asked.statement)]
        assert isinstance(asked.rows(work.session)[0][0], FormState)


def test_a_place_that_is_not_filled_is_an_error(cast, context):
    names = Ready(select(Child.surname).where(Child.id == bindparam("child")))
    with cast.ann.works() as work, pytest.raises(Exception, match="child"):
        names.rows(work.session)


def test_an_error_of_the_database_is_told_as_by_any_other_statement(context):
    broken = Ready(select(Table("not_there", MetaData(), Column("id", Integer))))
    with context.database.open() as session:
        with pytest.raises((OperationalError, ProgrammingError)) as told:
            broken.rows(session)
        session.rollback()
        assert not told.value.connection_invalidated
        assert session.scalar(select(1)) == 1


def test_a_word_that_was_looked_for_is_not_in_the_error(context):
    broken = Ready(
        select(Table("not_there", MetaData(), Column("name", String))).where(
            literal_column("name") == bindparam("wanted", type_=String())
        )
    )
    with context.database.open() as session, pytest.raises(DBAPIError) as told:
        broken.rows(session, wanted="Amira Example")
    assert "Amira" not in str(told.value)


def test_a_connection_that_was_cut_is_put_away(context):
    if context.database.is_sqlite:
        pytest.skip("SQLite's database is a file, and nobody cuts it off")
    one = Ready(select(literal_column("1", Integer).label("one")))
    with context.database.open() as session, context.database.open() as killer:
        assert one.rows(session) == [(1,)]
        number = session.scalar(text("SELECT pg_backend_pid()"))
        killer.execute(text("SELECT pg_terminate_backend(:number)"), {"number": number})
        with pytest.raises(OperationalError) as told:
            one.rows(session)
        assert told.value.connection_invalidated
        session.rollback()
        assert one.rows(session) == [(1,)]


def test_whoever_listens_to_statements_hears_of_it(context):
    one = Ready(select(literal_column("1", Integer).label("one")))
    with counted(context) as heard, context.database.open() as session:
        one.rows(session)
    assert [each for each in heard if each.startswith("SELECT")] == ["SELECT 1 AS one"]


def test_the_next_transaction_asks_through_its_own_connection(context):
    with context.database.open() as session:
        first = connection_of(session)
        assert connection_of(session) is first
        session.rollback()
        assert connection_of(session) is not first
        with session.begin_nested():
            inner = connection_of(session)
        assert connection_of(session) is inner
