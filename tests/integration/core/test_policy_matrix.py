"""Every person against every table: what each may see, row by row, and that every single rule is felt when it goes."""

import pytest
from flask_appbuilder.security.sqla.models import ApiKey, RegisterUser
from sqlalchemy import false, select, true

from app.core.database.policies import ROW_POLICIES
from app.core.unit_of_work import unit_of_work
from app.models import (
    Child,
    ChildName,
    Form,
    LogInChallenge,
    MailedLink,
    OutboxMail,
    Person,
    Submission,
    Throttle,
)
from tests.cast import Actor
from tests.integration.core.policy import POLICY
from tests.integration.core.world import World

TABLES = sorted(ROW_POLICIES, key=lambda table: table.__name__)
PEOPLE = ["sana", "tom", "rhys", "ann", "bob", "hana", "idris", "sol", "olu", "mary", "ines", "pat", "quinn"]


@pytest.fixture
def world(context, cast, make):
    return World(context, cast, make)


def of_table(world, table):
    """The world's rows of one table: name to number."""
    wanted = Actor if table is Person else table
    return {name: number_of(row) for name, row in world.rows.items() if isinstance(row, wanted)}


def number_of(row):
    """What tells this row from others, or the column that does: of a name's words, the child whose name it is."""
    return row.child_id if ChildName in (row, type(row)) else row.id


def seen(work, table):
    """The numbers of all rows that this person sees."""
    return set(work.session.scalars(select(number_of(table))))


def what_is_seen(world, table):
    """Every person against the world's rows of one table."""
    named = of_table(world, table)
    found = {name: set() for name in named}
    for key in PEOPLE:
        with getattr(world.cast, key).works() as work:
            visible = seen(work, table)
        for name, number in named.items():
            if number in visible:
                found[name].add(key)
    return found


def policy_for(world, table):
    return {name: POLICY[name] for name in of_table(world, table)}


def test_everyone_sees_exactly_what_the_policy_says(world):
    assert {table.__name__: what_is_seen(world, table) for table in TABLES} == {
        table.__name__: policy_for(world, table) for table in TABLES
    }


def test_the_policy_speaks_of_every_row_in_the_world_and_of_no_other(world):
    assert set(POLICY) == set(world.rows)


def test_without_a_principal_nothing_is_seen(world, context):
    assert all(of_table(world, table) for table in TABLES)
    with unit_of_work(context, None) as work:
        assert {table.__name__: seen(work, table) for table in TABLES} == {
            table.__name__: set() for table in TABLES
        }


SHUT_ANYWAY = {OutboxMail, LogInChallenge, Throttle, MailedLink, RegisterUser, ApiKey}
"""No one may read these, so no one notices when they are shut."""


@pytest.mark.parametrize("instead", [true, false])
def test_a_rule_that_is_lost_or_slammed_is_noticed(world, monkeypatch, instead):
    unnoticed = []
    for table in set(TABLES) - (SHUT_ANYWAY if instead is false else set()):
        with monkeypatch.context() as broken:
            broken.setitem(ROW_POLICIES, table, lambda _who: instead())
            if what_is_seen(world, table) == policy_for(world, table):
                unnoticed.append(table.__name__)
    assert unnoticed == []


@pytest.mark.parametrize("part", ["_is_written_by", "_is_open_to", "linked_children"])
def test_every_part_of_the_rules_is_felt(world, monkeypatch, part):
    from app.core.database import row_filter
    from app.forms import policies

    # The filter is built once per set of roles; here it is built from broken policies each time.
    monkeypatch.setattr(row_filter, "_build_filter_of_roles", row_filter._build_filter_of_roles.__wrapped__)
    everything = {
        "_is_written_by": lambda _who, _form: true(),
        "_is_open_to": lambda _who: true(),
        "linked_children": lambda _who: select(Child.__table__.c.id),
    }
    monkeypatch.setattr(policies, part, everything[part])
    assert what_is_seen(world, Form) != policy_for(world, Form)
    assert what_is_seen(world, Submission) != policy_for(world, Submission)
