"""Every route, asked with whatever a program can send: nothing breaks, nothing is given away, nothing takes long.

`PROOF=full` asks each route hundreds of times, each time something else; otherwise a few times, each time the same.
`pytest -rP` tells how many requests each person sent and how they were answered.
"""

import html
import os
import re
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, Phase, given, settings
from werkzeug.routing import Rule

from app.core.unit_of_work import AppContext
from app.models import FormTemplate, FormVersion, Throttle
from tests.access.examples import generated_views
from tests.access.test_matrix import address, key_of, routes
from tests.access.world import CANARY, SEES_OTHER, World, build_world
from tests.browser import token_for
from tests.cast import Cast, everything
from tests.make import Maker
from tests.system.strange import Asked, Sender

pytestmark = [
    pytest.mark.proof,
    pytest.mark.slow,
    # Parts that break off in the middle leave their files to be closed by Python itself.
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]

FULL = os.environ.get("PROOF") == "full"
EXAMPLES = 100 if FULL else 1
LONGEST = 3.0
"""Seconds of this processor's own time that one answer may take, however busy the machine is."""

LAST = ("UserView.", "LogInView.log_out", "AccountView.", "ChangeEmailView.")
"""Routes that end a log-in or change who is logged in: tried when the rest has been."""

PEOPLE = ["anonymous", "bob", "sana", "pat", "olu", "ines"] if FULL else ["sana", "olu", "ines"]

VIEWS = Path(__file__).resolve().parents[2] / "app/views"
READ = re.compile(r"request\.(?:form|args|files|values|json)\.(?:get|getlist)\(\s*[\"']([^\"']+)")
NAMED = re.compile(r"\bname=\"([^\"]+)\"")


@pytest.fixture
def world(context: AppContext, cast: Cast, make: Maker) -> World:
    return build_world(context, cast, make)


def sections_of(context: AppContext) -> list[str]:
    """Every section that any form has."""
    with everything(context) as work:
        found = work.session.query(FormVersion.definition).join(FormTemplate).all()
    return sorted({section["id"] for (definition,) in found for section in definition["sections"]})


def names_asked(app: Flask, browser: FlaskClient, world: World, sections: list[str]) -> list[str]:
    """The names of fields: those the views read, those that stand on this person's pages, and AppBuilder's own."""
    found = {name for path in VIEWS.rglob("*.py") for name in READ.findall(path.read_text())}
    opened = [rule for rule in routes(app) if "GET" in (rule.methods or set())]
    pages = [address(rule, dict(world.ours.ids)) or "/" for rule in opened]
    pages += [f"/forms/{world.ours.ids['draft_form_id']}/section/{section}" for section in sections]
    for page in pages:
        with browser.get(page) as answer:
            found.update(html.unescape(name) for name in NAMED.findall(answer.text))
    for view in [each.endpoint for each in generated_views(app)]:
        found |= {f"page_{view}", f"psize_{view}", f"_oc_{view}", f"_od_{view}"}
    columns = ("child", "state", "name", "id", "email")
    found |= {f"_flt_{number}_{column}" for number in (0, 1, 7) for column in columns}
    return sorted(found - {"csrf_token", "viewport"})


def values_of(rule: Rule, world: World, sections: list[str]) -> dict[str, list[str]]:
    """For each place in a route's address, numbers and words that may really stand there."""
    found = {}
    for written in re.findall(r"<[^>]+>", rule.rule):
        argument = written.strip("<>").rpartition(":")[2]
        key = key_of(rule, argument)
        keys = ["form_id", "draft_form_id"] if key == "form_id" else [key]
        numbers = [
            str(family.ids[each])
            for family in (world.ours, world.other)
            for each in keys
            if each in family.ids
        ]
        found[written] = numbers or (sections if argument == "section" else ["1", "en", "summary"])
    return found


def asks(browser: FlaskClient, asked: Asked) -> Any:
    """Send it as it is."""
    return browser.open(
        asked.path,
        method=asked.method,
        query_string=asked.query,
        data=asked.body,
        headers=[*asked.headers, ("Content-Type", asked.content_type)],
    )


def faults_of(answer: Any, seconds: float, who: str) -> Iterator[str]:
    """What must not be, whatever was asked."""
    if answer.status_code >= 500 and answer.status_code != 501:
        yield f"broke with {answer.status_code}"
    if (
        who not in SEES_OTHER
        and CANARY.lower() in (answer.get_data(as_text=True) + str(answer.headers)).lower()
    ):
        yield "shows the other family"
    if seconds > LONGEST:
        yield f"took {seconds:.1f} s"


def in_order(app: Flask) -> list[Rule]:
    """Every route, the most upsetting last."""
    return sorted(routes(app), key=lambda rule: rule.endpoint.startswith(LAST))


def forget_tries(context: AppContext) -> None:
    """Switch off the rate limits; here the routes behind them are tested."""
    with everything(context) as work:
        work.session.query(Throttle).delete()


@pytest.mark.parametrize("who", PEOPLE)
def test_whatever_is_sent_to_any_route_breaks_nothing_and_opens_nothing(
    app: Flask, context: AppContext, cast: Cast, world: World, who: str
) -> None:
    def enter() -> FlaskClient:
        return cast.anonymous() if who == "anonymous" else getattr(cast, who).browser()  # type: ignore[no-any-return]

    sections = sections_of(context)
    names = names_asked(app, enter(), world, sections)
    known = sorted({str(one) for one in world.other.ids.values()})
    browser, wrong, answered = enter(), list[str](), Counter[int]()
    for rule in in_order(app):
        forget_tries(context)
        if rule.endpoint.startswith(LAST):
            browser = enter()
        sender = Sender(names, known, token_for(browser, app))
        wrong += faults_at(browser, who, rule, sender, values_of(rule, world, sections), answered)
    print(f"{who}: {answered.total()} requests, by answer: {dict(sorted(answered.items()))}")
    assert wrong == [], "\n".join(wrong)


def faults_at(
    browser: FlaskClient,
    who: str,
    rule: Rule,
    sender: Sender,
    values: dict[str, list[str]],
    answered: Counter[int],
) -> list[str]:
    """What goes wrong at one route; the smallest request that makes it go wrong is with it."""
    methods = sorted((rule.methods or set()) & {"GET", "POST"})

    @settings(
        max_examples=EXAMPLES * len(methods),
        deadline=None,
        database=None,
        derandomize=not FULL,
        phases=[Phase.generate, Phase.shrink] if FULL else [Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(sender.to(rule.rule, methods, values))
    def ask(asked: Asked) -> None:
        began = time.process_time()
        answer = asks(browser, asked)
        answered[answer.status_code] += 1
        found = list(faults_of(answer, time.process_time() - began, who))
        answer.close()
        assert not found, f"{who}: {rule.endpoint} {'; '.join(found)}: {asked}"

    try:
        ask()
    except Exception as fault:  # also what the test client itself would not swallow
        return [f"{type(fault).__name__}: {fault}"]
    return []
