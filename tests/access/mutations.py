"""Is the access matrix awake? Each guard is taken out in turn, and the matrix must say so: `python -m tests.access.mutations`.
With names after it (`python -m tests.access.mutations ChildView.add "the gate"`), only those guards are.

A guard is: who may see a table's rows, who may open a route, which workflow role a step of a form needs; and once each the form's
token, the session's row filter and the gate. Nothing is taken out of a file: what a running portal asks is changed for as
long as one look lasts. In short, a few of each kind are tried, others every day.
"""

import argparse
import json
import logging
import os
import random
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from unittest.mock import patch

from flask import Flask, request
from sqlalchemy import event, true
from sqlalchemy.orm import Session

from app import create_app
from app.core.clock import FixedClock
from app.core.database import row_filter
from app.core.roles import WorkflowRole, grants_of
from app.forms.rules.workflow import WORKFLOWS
from app.security import PortalSecurityManager
from app.views.web.access_control import PUBLIC
from tests import conftest
from tests.access import test_matrix as access
from tests.access.world import build_world
from tests.cast import Cast, seed_template
from tests.integration.core import test_policy_matrix as policies
from tests.integration.core.world import World as Family
from tests.make import Maker
from tests.unit import test_workflow as steps

NOTICED_AT_LEAST = 0.95
FEW = {"rule": 2, "route": 3, "workflow role": 2, "token": 1, "row filter": 0, "gate": 0}
"""How many of each kind are tried in short; the row filter and the gate have tests of their own that run every time."""

REPRESENTATIVES = ("sana", "pat", "olu", "mary", "ines")
"""One person of each role."""


@dataclass(frozen=True)
class Portal:
    """A portal with nothing but its cast, new for every look."""

    app: Flask
    database: Any

    @property
    def context(self) -> Any:
        """Return its services' context."""
        return self.app.extensions["app_context"]

    def afresh(self) -> tuple[Cast, Maker]:
        """As on the first morning."""
        self.database.fresh(self.context)
        cast = Cast(self.app)
        return cast, Maker(self.context, cast)


Look = Callable[[Portal], bool]


@dataclass(frozen=True)
class Mutant:
    """A guard that is gone, and the part of the matrix that looks where it stood."""

    kind: str
    name: str
    gone: Callable[[Portal], AbstractContextManager[Any]]
    faults: Look
    """Whether this part of the matrix finds anything wrong."""


# --- what may go --------------------------------------------------------------------------------------------


def rules() -> Iterator[Mutant]:
    """A table whose rows everyone sees."""
    for table in row_filter.ROW_POLICIES:

        def gone(_portal: Portal, table: Any = table) -> AbstractContextManager[Any]:
            return patch.dict(row_filter.ROW_POLICIES, {table: lambda _who: true()})

        def faults(portal: Portal, table: Any = table) -> bool:
            cast, make = portal.afresh()
            family = Family(portal.context, cast, make)
            return bool(policies.what_is_seen(family, table) != policies.policy_for(family, table))

        yield Mutant("rule", table.__name__, gone, faults)


def routes(app: Flask) -> Iterator[Mutant]:
    """A route that everyone with an account may open, whatever their role."""
    asked = PortalSecurityManager.has_access
    everyone = [grants_of(frozenset(roles)) for roles in _roles(app)]
    for rule in access.routes(app):
        page = access.permission_of(app, rule.endpoint)
        if rule.endpoint in PUBLIC | access.SHUT or all(page in grants for grants in everyone):
            continue  # every role has this grant: only the log-in is checked

        def gone(_portal: Portal, endpoint: str = rule.endpoint) -> AbstractContextManager[Any]:
            def opens(manager: Any, permission: str, view: str) -> bool:
                return request.endpoint == endpoint or asked(manager, permission, view)

            return patch.object(PortalSecurityManager, "has_access", opens)

        def faults(portal: Portal, rule: Any = rule) -> bool:
            cast, make = portal.afresh()
            world = build_world(portal.context, cast, make)
            people = [getattr(cast, key) for key in REPRESENTATIVES]
            return any(access.open_routes(portal.app, actor, world, [rule]) for actor in people)

        yield Mutant("route", rule.endpoint, gone, faults)


def _roles(app: Flask) -> list[Any]:
    cast = Cast(app)
    return [getattr(cast, key).principal.roles for key in REPRESENTATIVES]


def workflow_roles() -> Iterator[Mutant]:
    """A step of a form that any workflow role may take."""
    for kind, workflow in WORKFLOWS.items():
        for step in workflow.steps.values():

            def gone(
                _portal: Portal, workflow: Any = workflow, step: Any = step
            ) -> AbstractContextManager[Any]:
                return patch.dict(
                    workflow.steps, {step.name: replace(step, allowed_roles=frozenset(WorkflowRole))}
                )

            def faults(_portal: Portal, kind: str = kind) -> bool:
                return any(
                    _fails(steps.test_a_step_is_taken_only_by_the_right_role_from_the_right_state, *each)
                    for each in steps.EVERY
                    if each[0] == kind
                )

            yield Mutant("workflow role", f"{kind}: {step.name}", gone, faults)


def gates() -> Iterator[Mutant]:
    """The guards of every request."""
    yield Mutant("token", "the form's token", _without("csrf_protect"), _posts_need_a_token)
    yield Mutant("gate", "the gate", _without("check_access"), _strangers_are_let_in)
    yield Mutant("row filter", "the session's row filter", _without_row_filter, _reading_shows_only_ones_own)


def _without(name: str) -> Callable[[Portal], AbstractContextManager[Any]]:
    def gone(portal: Portal) -> AbstractContextManager[Any]:
        asked = portal.app.before_request_funcs
        left = [each for each in asked[None] if each.__name__ != name]
        assert len(left) == len(asked[None]) - 1, f"{name} is not asked before each request"
        return patch.dict(asked, {None: left})

    return gone


@contextmanager
def _without_row_filter(_portal: Portal) -> Iterator[None]:
    event.remove(Session, "do_orm_execute", row_filter.add_row_filter)
    try:
        yield
    finally:
        event.listen(Session, "do_orm_execute", row_filter.add_row_filter)


# --- who looks ----------------------------------------------------------------------------------------------


def _posts_need_a_token(portal: Portal) -> bool:
    cast, make = portal.afresh()
    world = build_world(portal.context, cast, make)
    return _fails(access.test_a_post_without_its_token_is_refused_everywhere, portal.app, cast, world)


def _strangers_are_let_in(portal: Portal) -> bool:
    cast, make = portal.afresh()
    world = build_world(portal.context, cast, make)
    return _fails(access.test_without_a_log_in_only_the_public_pages_open, portal.app, cast, world)


def _reading_shows_only_ones_own(portal: Portal) -> bool:
    cast, make = portal.afresh()
    world = build_world(portal.context, cast, make)
    return bool(access.faults_of_reading(portal.app, cast.sana, world))


def _fails(test: Callable[..., None], *given: Any) -> bool:
    """Whether a test of the suite fails, or breaks."""
    from _pytest.outcomes import Failed

    try:
        test(*given)
    except (Exception, Failed):
        return True
    return False


# --- the proof ----------------------------------------------------------------------------------------------


def every(app: Flask) -> list[Mutant]:
    """Every guard there is."""
    return [*rules(), *routes(app), *workflow_roles(), *gates()]


def some(mutants: Sequence[Mutant], day: int) -> list[Mutant]:
    """A few of each kind, others every day."""
    chance = random.Random(day)
    chosen = []
    for kind, few in FEW.items():
        chosen += chance.sample([each for each in mutants if each.kind == kind], few)
    return chosen


def named(mutants: Sequence[Mutant], names: Sequence[str]) -> list[Mutant]:
    """Only these. ValueError for a name that no guard has."""
    if unknown := set(names) - {each.name for each in mutants}:
        raise ValueError(f"no such guard: {', '.join(sorted(unknown))}")
    return [each for each in mutants if each.name in names]


def is_noticed(portal: Portal, mutant: Mutant) -> bool:
    """Whether the matrix finds something wrong without this guard."""
    with mutant.gone(portal):
        return mutant.faults(portal)


@contextmanager
def _portal(folder: Path, database: str | None) -> Iterator[Portal]:
    with patch.dict(os.environ, {"TEST_DATABASE_URL": database} if database else {}):
        prepared = conftest.TestDatabase(folder)
    app = create_app(conftest.settings_for(folder, prepared.url), FixedClock(conftest.MOMENT))
    app.testing = True
    seed_template(app)
    portal = Portal(app, prepared)
    prepared.keep(portal.context)
    prepared.fresh(portal.context)
    try:
        yield portal
    finally:
        portal.context.database.session.remove()
        prepared.drop(portal.context)


@dataclass(frozen=True)
class Finding:
    """One statement about the tests, with its figure and what was promised."""

    name: str
    figure: str
    limit: str
    met: bool


def findings(
    folder: Path, database: str | None, short: bool = False, names: Sequence[str] = ()
) -> Iterator[Finding]:
    """Take out every guard (in short: a few; or only those named), and count how often it is noticed."""
    today = datetime.now(UTC).date().toordinal()
    with _portal(folder, database) as portal:
        mutants = every(portal.app)
        few = some(mutants, today) if short else mutants
        tried = named(mutants, names) if names else few
        false_alarms = [each.name for each in tried if each.faults(portal)]
        unnoticed = []
        for each in tried:
            print(f"without {each.kind} {each.name}", file=sys.stderr, flush=True)
            if not is_noticed(portal, each):
                unnoticed.append(f"{each.kind} {each.name}")
    noticed = len(tried) - len(unnoticed)
    yield Finding(
        "The matrix finds nothing wrong while every guard is in place",
        ", ".join(false_alarms) or "nothing",
        "nothing",
        not false_alarms,
    )
    yield Finding(
        "Guards of access whose loss the tests notice",
        f"{noticed} of {len(tried)} tried, of {len(mutants)}"
        + (f"; not {', '.join(unnoticed)}" if unnoticed else ""),
        f"at least {NOTICED_AT_LEAST:.0%}",
        noticed >= NOTICED_AT_LEAST * len(tried),
    )


def main() -> int:
    """Try them all, or those named, and print what was found; 1 when a promise is broken."""
    parser = argparse.ArgumentParser(prog="python -m tests.access.mutations", description=__doc__)
    parser.add_argument("names", nargs="*", help="only these guards, by the names that a run prints")
    parser.add_argument("--short", action="store_true", help="a few guards of each kind, others every day")
    parser.add_argument("--database", help="a PostgreSQL server to create a database on; without it: SQLite")
    parser.add_argument("--json", type=Path, help="write the findings to this file as well")
    asked = parser.parse_args()
    logging.disable(logging.CRITICAL)
    with tempfile.TemporaryDirectory(prefix="mutations-") as folder:
        found = list(findings(Path(folder), asked.database, asked.short, asked.names))
    for one in found:
        print(f"{'met   ' if one.met else 'BROKEN'}  {one.name}: {one.figure} (promised: {one.limit})")
    if asked.json:
        asked.json.write_text(json.dumps([asdict(one) for one in found]) + "\n", encoding="utf-8")
    return 0 if all(one.met for one in found) else 1


if __name__ == "__main__":
    sys.exit(main())
