"""Rows that were entered by hand, with nothing in their optional columns, are shown like any others."""

from contextlib import suppress
from datetime import date
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask_appbuilder import Model

from app.core.unit_of_work import AppContext
from app.forms.rules.workflow import FormState
from tests.access.test_matrix import address, routes
from tests.access.world import World, build_world
from tests.cast import Actor, Cast
from tests.make import Maker

NEEDED = {"ab_user": {"active"}}
"""Empty, these mean something else."""
TABLES = ["ab_user", "child", "child_link", "document", "form", "form_return", "invitation", "message"]
CHILD = """
    INSERT INTO child
        (forenames, surname, search_name, date_of_birth, added_by_id, created_at, known_as, address, postcode, version)
    VALUES ('Amina', 'Shah', 'shah amina', '2015-01-01', :who, '2026-01-01 00:00:00', '', '', '', 1)
"""


def empty(context: AppContext, table: str) -> None:
    """Take everything out of a table's optional columns that the database lets go."""
    rows = Model.metadata.tables[table]
    for column in rows.columns:
        if column.nullable and column.name not in NEEDED.get(table, set()):
            with suppress(sa.exc.IntegrityError), context.database.engine.begin() as connection:
                connection.execute(sa.update(rows).values({column: None}))


def broken(app: Flask, world: World, who: Actor) -> list[str]:
    """The pages that fail for this person, of every page about the family's rows."""
    browser, found = who.browser(), []
    for rule in routes(app):
        asks = "GET" in (rule.methods or set()) and rule.arguments
        path = address(rule, world.ours.ids) if asks else None  # type: ignore[arg-type]
        if path is not None and browser.get(path).status_code >= 500:
            found.append(path)
    return found


@pytest.mark.parametrize("table", TABLES)
def test_d10_rows_without_optional_values_open_for_the_sen_team(
    app: Flask, context: AppContext, cast: Cast, make: Maker, table: str
) -> None:
    world = build_world(context, cast, make)
    empty(context, table)

    assert broken(app, world, cast.olu) == []


@pytest.mark.parametrize("who", ["ann", "pat", "ines"])
def test_d10_a_child_entered_with_only_what_the_database_asks_for_opens(
    app: Flask, context: AppContext, cast: Cast, make: Maker, who: str
) -> None:
    world = build_world(context, cast, make)
    with context.database.engine.begin() as connection:
        connection.execute(sa.text(CHILD), {"who": cast.sana.id})
        number = connection.execute(sa.text("SELECT max(id) FROM child")).scalar_one()
        for table in ("child_link", "form"):
            change = sa.text(f"UPDATE {table} SET child_id = :new WHERE child_id = :old")  # noqa: S608
            connection.execute(change, {"new": number, "old": world.ours.ids["child_id"]})
    world.ours.ids["child_id"] = number  # type: ignore[index]

    assert broken(app, world, getattr(cast, who)) == []


@pytest.mark.parametrize("who", ["olu", "pat"])
def test_d10_a_request_with_a_decision_and_any_state_is_shown(
    context: AppContext, cast: Cast, make: Maker, who: str
) -> None:
    child = make.child((cast.pat,))
    browser = getattr(cast, who).browser()
    form = make.request(child, cast.sana, received_on=date(2026, 9, 1), decided_at=context.clock.now())
    for state in FormState:
        rows = Model.metadata.tables["form"]
        with context.database.engine.begin() as connection:
            connection.execute(sa.update(rows).where(rows.c.id == form.id).values(state=state))

        assert browser.get(f"/children/{child.id}").status_code == 200, state


@pytest.mark.parametrize("answers", [{}, {"summary": None}, {"summary": {}}, {"summary": {"x": None}}])
@pytest.mark.parametrize("table", ["section_draft", "submission"])
def test_d10_answers_with_missing_parts_are_shown(
    app: Flask, context: AppContext, cast: Cast, make: Maker, table: str, answers: dict[str, Any]
) -> None:
    world = build_world(context, cast, make)
    rows = Model.metadata.tables[table]
    with context.database.engine.begin() as connection:
        connection.execute(sa.update(rows).values(answers=answers))

    assert broken(app, world, cast.olu) == []
    assert cast.sana.browser().get(f"/forms/{world.ours.ids['draft_form_id']}").status_code == 200
