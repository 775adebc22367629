"""A compiled query gives everyone what the same statement gives them through the session, and no more."""

import importlib
import pkgutil
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Column, Integer, MetaData, String, Table, bindparam, literal_column, select, text
from sqlalchemy.exc import DBAPIError, OperationalError, ProgrammingError

import app
from app.cases import decisions
from app.core.database.compiled_query import CompiledQuery
from app.core.database.row_filter import bypass_row_filter, set_principal
from app.forms.rules.workflow import FormState, WorkflowRole
from app.models import Child, ChildLink, Form
from tests.cast import everything
from tests.statements import counted
from tests.web.large_case import LargeCase

PEOPLE = ("sana", "ann", "bob", "olu", "mary", "pat", "ines", "hana")

WITHOUT_ROWS = {"signed_in._WHO_IS", "caseload._LINKEDShow.closed"}
"""No log-in has this hash, and no case is closed."""


def _every_compiled_query() -> dict[str, CompiledQuery]:
    found = {}
    for module in pkgutil.walk_packages(app.__path__, "app."):
        if module.name.split(".")[1] in {"views", "seed", "models"}:
            continue
        names = vars(importlib.import_module(module.name))
        for name, value in names.items():
            several = value.items() if isinstance(value, dict) else [("", value)]
            short = module.name.rpartition(".")[2]
            found |= {f"{short}.{name}{key}": one for key, one in several if isinstance(one, CompiledQuery)}
    return found


COMPILED_QUERIES = _every_compiled_query()


def _params(query: CompiledQuery, case: LargeCase, who: Any) -> dict[str, Any]:
    """A value that exists for every parameter of the query."""
    known: dict[str, Any] = {
        "me": who.user_id,
        "my_organisation": who.organisation_id,
        "child": case.child.id,
        "case": case.accepted_case,
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
        "soon": case.context.clock.today() + timedelta(days=7),
        "sid_hash": "none",
        "word": "a",
        "past": "b",
    }
    return {name: known[name] for name in query.statement.compile().params if name in known}


def _assigned_from_the_queue(case: LargeCase, cast: Any) -> None:
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


@pytest.mark.parametrize("name", COMPILED_QUERIES)
def test_everyone_gets_what_the_session_gives_them(cast, make, context, name):
    case = LargeCase(context, cast, make)
    with cast.olu.works() as work:
        decisions.agree_to_assess(work, case.accepted_case, decisions.Decided("Needs are not met."))
    _assigned_from_the_queue(case, cast)
    case.grow(3)
    query, seen = COMPILED_QUERIES[name], 0
    for who in [*(getattr(cast, key).principal for key in PEOPLE), None]:
        with context.database.open() as session:
            set_principal(session, who)
            params = _params(query, case, who or cast.sana.principal)
            expected = _same(session.execute(query.statement, params))
            assert _same(query.rows(session, **params)) == expected
            seen += len(expected)
    assert seen or name in WITHOUT_ROWS


@pytest.mark.parametrize("name", COMPILED_QUERIES)
def test_a_querys_own_values_are_written_into_its_sql(name):
    """With a parameter instead, the planner could not use a partial index. SQLAlchemy adds the kind of a form's class and
    the name of a role by itself; no partial index is on these."""
    compiled = COMPILED_QUERIES[name].statement.compile()
    constants = {name for bind, name in compiled.bind_names.items() if not bind.required}
    assert {name.rpartition("_")[0] for name in constants} <= {"kind", "name"}


def test_the_limit_and_the_querys_values_are_literals(cast, make, context):
    for number in range(3):
        make.child(surname=f"O'Neill {number}%")
    names = CompiledQuery(
        select(Child.surname)
        .where(Child.surname.like("O'Neill%"), Child.surname != bindparam("but"))
        .order_by(Child.id)
        .limit(bindparam("most", type_=Integer(), literal_execute=True))
    )
    with counted(context) as sent, cast.olu.works() as work:
        found = {most: names.rows(work.session, but="O'Neill 1%", most=most) for most in (1, 2, 1)}
    assert found == {1: [("O'Neill 0%",)], 2: [("O'Neill 0%",), ("O'Neill 2%",)]}
    asked = [each.replace("%%", "%") for each in sent if "LIMIT" in each]
    assert [each.rpartition("LIMIT ")[2].split()[0] for each in asked] == ["1", "2", "1"]
    assert all("O''Neill%" in each for each in asked)


def test_a_change_not_written_yet_is_found(cast, make):
    child = make.child(linked=(cast.ann,), surname="Before")
    names = CompiledQuery(select(Child.surname).where(Child.id == bindparam("child")))
    with cast.ann.works() as work:
        work.get(Child, child.id).surname = "After"
        assert names.rows(work.session, child=child.id) == [("After",)]


def test_the_next_reader_has_their_own_row_filter(cast, make, context):
    child = make.child(linked=(cast.ann,), surname="Secret")
    names = CompiledQuery(select(Child.surname).where(Child.id == bindparam("child")))
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
    with context.database.open() as without_principal:
        assert names.rows(without_principal, child=child.id) == []


@pytest.mark.parametrize("count", [1, 2, 3, 5, 25])
def test_an_expanding_parameter_takes_a_list_of_any_length(cast, make, context, count):
    children = [make.child(linked=(cast.ann,), surname=f"Child{number}") for number in range(6)]
    some = CompiledQuery(select(Child.id).where(Child.id.in_(bindparam("children", expanding=True))))
    wanted = [child.id for child in children[:count]]
    with cast.ann.works() as work:
        assert sorted(row[0] for row in some.rows(work.session, children=wanted)) == sorted(wanted)


def test_an_empty_list_finds_nothing(cast, make):
    make.child(linked=(cast.ann,))
    some = CompiledQuery(select(Child.id).where(Child.id.in_(bindparam("children", expanding=True))))
    with cast.ann.works() as work:
        assert some.rows(work.session, children=[]) == []


def test_values_have_the_types_that_the_session_gives_them(cast, make):
    form = make.request(make.child(linked=(cast.sana,)), cast.sana)
    query = CompiledQuery(
        select(Form.state, Form.created_at, Form.due_on).where(Form.state == FormState(form.state))
    )
    with cast.sana.works() as work:
        assert query.rows(work.session) == [tuple(row) for row in work.session.execute(query.statement)]
        assert isinstance(query.rows(work.session)[0][0], FormState)


def test_a_missing_parameter_is_an_error(cast, context):
    names = CompiledQuery(select(Child.surname).where(Child.id == bindparam("child")))
    with cast.ann.works() as work, pytest.raises(Exception, match="child"):
        names.rows(work.session)


def test_an_error_of_the_database_is_that_of_any_statement(context):
    broken = CompiledQuery(select(Table("not_there", MetaData(), Column("id", Integer))))
    with context.database.open() as session:
        with pytest.raises((OperationalError, ProgrammingError)) as raised:
            broken.rows(session)
        session.rollback()
        assert not raised.value.connection_invalidated
        assert session.scalar(select(1)) == 1


def test_an_error_does_not_name_the_parameters(context):
    broken = CompiledQuery(
        select(Table("not_there", MetaData(), Column("name", String))).where(
            literal_column("name") == bindparam("wanted", type_=String())
        )
    )
    with context.database.open() as session, pytest.raises(DBAPIError) as raised:
        broken.rows(session, wanted="Amira Example")
    assert "Amira" not in str(raised.value)


def test_a_connection_that_was_cut_is_given_up(context):
    if context.database.is_sqlite:
        pytest.skip("SQLite has no server that could cut a connection")
    one = CompiledQuery(select(literal_column("1", Integer).label("one")))
    with context.database.open() as session, context.database.open() as killer:
        assert one.rows(session) == [(1,)]
        number = session.scalar(text("SELECT pg_backend_pid()"))
        killer.execute(text("SELECT pg_terminate_backend(:number)"), {"number": number})
        with pytest.raises(OperationalError) as raised:
            one.rows(session)
        assert raised.value.connection_invalidated
        session.rollback()
        assert one.rows(session) == [(1,)]


def test_listeners_to_statements_are_called(context):
    one = CompiledQuery(select(literal_column("1", Integer).label("one")))
    with counted(context) as sent, context.database.open() as session:
        one.rows(session)
    assert [each for each in sent if each.startswith("SELECT")] == ["SELECT 1 AS one"]
