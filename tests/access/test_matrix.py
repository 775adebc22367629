"""Every route, as every person, with their own rows, other people's, and rows that do not exist.

There is no list to maintain: routes come from the running url_map, what a role may open from GRANTS and the views'
declared permissions, what a person may see from the world of two families. A new route is in the matrix by being there.
"""

import inspect
import re
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

import pytest
from flask import Flask
from werkzeug.routing import IntegerConverter, Rule

from app.core.database import row_filter
from app.core.roles import grants_of
from app.models import Person
from app.security import PortalSecurityManager
from app.views.web.access_control import PUBLIC
from tests.access.examples import generated_views
from tests.access.world import CANARY, SEES_OTHER, World, build_world, fingerprint
from tests.browser import post_with_token
from tests.cast import Actor

MISSING_ID = 2_000_000_000
HIDDEN = {"appbuilder.static"}
ENDS_THE_LOG_IN = {"LogInView.log_out"}


def permission_of(app: Flask, endpoint: str) -> tuple[str, str] | None:
    """The permission and level a route declares, from the view that AppBuilder registered it for."""
    name, _, method = endpoint.partition(".")
    for view in app.extensions["appbuilder"].baseviews:
        if view.endpoint == name and hasattr(app.view_functions[endpoint], "_permission_name"):
            return view.class_permission_name, view.get_method_permission(method)
    return None


def routes(app: Flask) -> Iterator[Rule]:
    """Every route, but static files."""
    for rule in app.url_map.iter_rules():
        if rule.endpoint not in HIDDEN and not rule.endpoint.endswith(".static"):
            yield rule


def key_of(rule: Rule, argument: str) -> str:
    """What an argument of a route is called in the world: a generated screen's row goes by the screen's name."""
    return f"{rule.endpoint.split('.')[0]}.pk" if argument == "pk" else argument


def belongs_to_no_family(app: Flask, rule: Rule, world: World) -> bool:
    """Whether everything that a route names is an account, or is the same for both families."""
    ours, other = world.ours.ids, world.other.ids
    screens = {f"{view.endpoint}.pk" for view in generated_views(app) if view.datamodel.obj is Person}
    accounts = {"person_id", "membership_id"} | screens
    named = [key_of(rule, argument) for argument in rule.arguments]
    return all(key in accounts or (key in ours and ours[key] == other[key]) for key in named)


def address(rule: Rule, ids: dict[str, object]) -> str | None:
    """The route's address with these rows in it; None when it takes something the world has none of."""
    values: dict[str, object] = {}
    for argument in rule.arguments:
        key = key_of(rule, argument)
        if key in ids:
            values[argument] = ids[key]
        elif argument in {"section", "question", "code", "token", "number", "key", "locale", "log_in_id"}:
            values[argument] = 1 if argument in {"number", "log_in_id"} else "summary"
        else:
            values[argument] = ids.get("anything", 1)
    built = rule.build(values)
    return built[1] if built else None


def steady(text: str) -> str:
    """A page without what differs each time it is drawn."""
    text = re.sub(r'(csrf[-_]token"[^>]*?(?:value|content)=")[^"]*', r"\1", text)
    text = re.sub(r'nonce="[^"]*"', "", text)
    text = re.sub(r"/\d+", "/0", text)  # the address asked for may stand in the answer
    return re.sub(r"[?&]back=[^\"&]*", "", text)


@pytest.fixture
def world(context, cast, make) -> World:
    return build_world(context, cast, make)


def test_every_route_declares_who_may_open_it(app):
    undeclared = [
        rule.endpoint
        for rule in routes(app)
        if rule.endpoint not in PUBLIC
        and permission_of(app, rule.endpoint) is None
        and rule.endpoint not in SHUT
    ]
    assert undeclared == []


SHUT = {"UtilView.back", "LocaleView.index"}
"""AppBuilder's own routes that cannot be left out; the gate answers that there is no such page."""


def test_every_public_route_still_exists(app):
    endpoints = {rule.endpoint for rule in app.url_map.iter_rules()}
    assert {name for name in PUBLIC if name not in endpoints and not name.endswith("static")} == set()


def test_routes_take_only_whole_numbers_and_known_words(app):
    odd = [
        f"{rule.endpoint}: {argument}"
        for rule in routes(app)
        for argument, converter in rule._converters.items()
        if not isinstance(converter, IntegerConverter)
        and argument not in {"pk", "section", "question", "code", "token", "locale", "key"}
    ]
    assert odd == []


@pytest.mark.parametrize(
    "who", ["sana", "rhys", "ann", "bob", "idris", "sol", "pat", "quinn", "olu", "mary", "ines"]
)
def test_reading_every_route_shows_each_person_only_what_is_theirs(app, context, cast, world, who):
    before = fingerprint(context)
    assert faults_of_reading(app, getattr(cast, who), world) == []
    if who not in SEES_OTHER:  # who may read it marks their own message as read by opening it
        assert fingerprint(context) == before, "reading changed the other family's rows"


@pytest.mark.parametrize("who", ["sana", "bob", "pat"])
def test_without_the_row_filter_the_matrix_is_full_of_faults(app, cast, world, who, monkeypatch):
    monkeypatch.setattr(row_filter, "ROW_POLICIES", {})
    faults = faults_of_reading(app, getattr(cast, who), world)
    assert [fault for fault in faults if "shows the other family" in fault]


def faults_of_reading(app: Flask, actor: Actor, world: World) -> list[str]:
    """What is wrong when this person opens every route with every person's rows."""
    browser = actor.browser()
    grants = grants_of(actor.principal.roles)
    wrong: list[str] = []
    for rule in routes(app):
        if "GET" not in (rule.methods or set()) or rule.endpoint in PUBLIC:
            continue
        permission = permission_of(app, rule.endpoint)
        for kind, ids in (
            ("ours", world.ours.ids),
            ("other", world.other.ids),
            ("nothing", {"anything": MISSING_ID}),
        ):
            path = address(rule, dict(ids))
            if path is None:
                continue
            for method in ("GET", "HEAD"):
                answer = browser.open(path, method=method)
                place = f"{method} {rule.endpoint} ({kind}) -> {answer.status_code}"
                may_open = permission in grants and rule.endpoint not in SHUT
                wrong += [f"{place}: {fault}" for fault in _faults(answer, may_open, actor.key)]
    return wrong


def _faults(answer: Any, may_open: bool, key: str) -> Iterator[str]:
    if answer.status_code >= 500:
        yield "broke"
    if not may_open and answer.status_code not in {403, 404}:
        yield "may not be opened"
    if key not in SEES_OTHER and _leaks(answer):
        yield "shows the other family"


@pytest.mark.parametrize("who", ["sana", "pat", "olu", "mary", "ines"])
def test_a_route_without_a_grant_is_refused_before_anything_is_read(app, cast, world, who):
    assert open_routes(app, getattr(cast, who), world, routes(app)) == []


@pytest.mark.parametrize("who", ["pat", "ines"])
def test_without_access_control_every_route_is_found_open(app, cast, world, who, monkeypatch):
    actor = getattr(cast, who)
    monkeypatch.setattr(PortalSecurityManager, "has_access", lambda *_asked: True)
    found = {opened.split()[1] for opened in open_routes(app, actor, world, routes(app))}
    not_theirs = {
        rule.endpoint
        for rule in routes(app)
        if rule.endpoint not in PUBLIC | SHUT
        and permission_of(app, rule.endpoint) not in grants_of(actor.principal.roles)
    }
    assert not_theirs and not_theirs - found == set()


def open_routes(app: Flask, actor: Actor, world: World, rules: Iterable[Rule]) -> list[str]:
    """The routes that this person's roles have no key to and that answer all the same: 404 and 409 are answers, too.

    A view that is begun and refuses then is an open route as well. The use case behind it may say 403 to the same people,
    but access control has to refuse, before anything is looked up and before what was typed is read.
    """
    browser, grants = actor.browser(), grants_of(actor.principal.roles)
    opened = []
    for rule in rules:
        permission, path = permission_of(app, rule.endpoint), address(rule, dict(world.ours.ids)) or "/"
        if rule.endpoint in PUBLIC | SHUT or permission in grants:
            continue
        for method in sorted((rule.methods or set()) & {"GET", "POST"}):
            with seen_to_begin(app.view_functions[rule.endpoint]) as begun:
                answer = browser.get(path) if method == "GET" else post_with_token(browser, app, path, {})
            if answer.status_code != 403:
                opened.append(f"{method} {rule.endpoint} -> {answer.status_code}")
            elif begun:
                opened.append(f"{method} {rule.endpoint} -> refused, but only behind access control")
    return opened


@contextmanager
def seen_to_begin(view: Callable[..., Any]) -> Iterator[list[str]]:
    """Notes each time the view itself begins to run, behind the check that AppBuilder puts around it."""
    behind, begun = inspect.unwrap(view).__code__, []

    def note(frame: FrameType, happening: str, _given: Any) -> None:
        if happening == "call" and frame.f_code is behind:
            begun.append(frame.f_code.co_qualname)

    before = sys.getprofile()
    sys.setprofile(note)
    try:
        yield begun
    finally:
        sys.setprofile(before)


def _leaks(answer) -> bool:
    return CANARY.lower() in (answer.get_data(as_text=True) + str(answer.headers)).lower()


@pytest.mark.parametrize("who", ["sana", "ann", "bob", "idris", "pat", "ines"])
def test_another_familys_rows_look_like_rows_that_do_not_exist(app, cast, world, who):
    browser = getattr(cast, who).browser()
    grants = grants_of(getattr(cast, who).principal.roles)
    different: list[str] = []
    for rule in routes(app):
        if not rule.arguments or rule.endpoint in PUBLIC or belongs_to_no_family(app, rule, world):
            continue
        permission = permission_of(app, rule.endpoint)
        if permission is None or permission not in grants:
            continue
        other, nothing = address(rule, dict(world.other.ids)), address(rule, {"anything": MISSING_ID})
        if other is None or nothing is None or other == nothing:
            continue
        for method in sorted((rule.methods or set()) & {"GET", "POST"}):
            if method == "GET":
                first, second = browser.get(other), browser.get(nothing)
            else:
                first, second = (
                    post_with_token(browser, app, other, {}),
                    post_with_token(browser, app, nothing, {}),
                )
            if first.status_code != second.status_code or steady(first.text) != steady(second.text):
                different.append(f"{method} {rule.endpoint}: {first.status_code} and {second.status_code}")
    assert different == []


HANDING_OVER = {"UserView.close", "UserView.roles"}
"""An administrator who closes an account ends its links: tests/integration/cases/test_handover.py says what goes where."""


@pytest.mark.parametrize("who", ["sana", "ann", "bob", "idris", "sol", "pat", "ines"])
def test_no_post_changes_another_familys_rows(app, context, cast, world, who):
    actor = getattr(cast, who)
    before = fingerprint(context)
    theirs = {key: str(value) for key, value in world.other.ids.items()}
    bodies = [
        {},
        theirs,
        theirs | {"state": "accepted", "rowid": theirs["child_id"], "find": CANARY, "reason": "x"},
    ]
    wrong: list[str] = []
    for rule in routes(app):
        if "POST" not in (rule.methods or set()) or rule.endpoint in ENDS_THE_LOG_IN | HANDING_OVER:
            continue
        for body in bodies:
            browser = actor.browser()
            path = address(rule, dict(world.other.ids))
            if path is None:
                continue
            answer = post_with_token(browser, app, path, body)
            if answer.status_code >= 500:
                wrong.append(f"{rule.endpoint} -> {answer.status_code}")
            if _leaks(answer) and CANARY not in body.get("find", ""):
                wrong.append(f"{rule.endpoint} -> shows the other family")
    assert wrong == []
    assert fingerprint(context) == before


def test_without_a_log_in_only_the_public_pages_open(app, cast, world):
    browser = cast.anonymous()
    wrong: list[str] = []
    for rule in routes(app):
        if rule.endpoint in PUBLIC:
            continue
        path = address(rule, dict(world.ours.ids))
        for method in sorted((rule.methods or set()) & {"GET", "POST"}):
            if path is None:
                continue
            answer = browser.get(path) if method == "GET" else post_with_token(browser, app, path, {})
            to_log_in = answer.status_code == 302 and answer.location.startswith("/login")
            if not to_log_in:
                wrong.append(f"{method} {rule.endpoint} -> {answer.status_code} {answer.location}")
    assert wrong == []


def test_a_post_without_its_token_is_refused_everywhere(app, cast, world):
    browser = cast.olu.browser()
    accepted = []
    for rule in routes(app):
        if "POST" in (rule.methods or set()):
            answer = browser.post(address(rule, dict(world.ours.ids)) or "/", data={})
            if answer.status_code != 400:
                accepted.append(f"{rule.endpoint} -> {answer.status_code}")
    assert accepted == []
