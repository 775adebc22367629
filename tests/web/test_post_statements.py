"""What pressing a button may cost. Pages are read all day and held to twelve; a button also writes what happened.

Besides finding and changing its rows, a press finds out whom to tell and what each one's own row filter shows them, and writes
messages, mail and audit in the same commit. Most stay within twelve; those that tell several people are named with what
they cost. None costs more when there are more rows or more people to tell: those are written in one insert each.
"""

import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import select

from app.core.roles import Profession
from app.models import Organisation, Registration
from tests.browser import post_with_token
from tests.cast import everything
from tests.newcomer import Newcomer
from tests.statements import BUDGET, counted
from tests.web.form_browser import typed
from tests.web.large_case import SECTION, LargeCase

Press = tuple[str, str, str, dict[str, Any]]

DEARER = {
    "add a child": 17,  # one of them on PostgreSQL only: its turn to be compared with the others
    "send a form": 17,
    "return a form": 23,  # three see to it that someone there gets it
    "accept a form": 16,
    "decide": 29,  # the case and the form of its request are locked; its duties end or go on, with the exceptions recorded for them
    "share": 17,
    "ask for advice": 38,  # a linked adviser is compared with what forms say and those removed; the duty starts
    "cancel advice": 13,
    "link a person": 26,  # their memberships are looked up; compared with whom a colleague removed, as those invited are
    "invite a parent": 17,
    "bring in a colleague": 26,  # compared with whom the SEN team removed
    "approve a registration": 38,  # compared with notes and removals of the children in each of their queues
    "link an organisation": 15,  # its people are compared with what forms say and with those removed
    "refuse a registration": 18,
    "end a link": 15,  # those in each queue of the child are compared with what forms say and with those removed
    "step back": 15,  # likewise; five statements, however many queues
    "write to everybody": 17,  # its readers, and whom of them their own row filter shows the child
}
"""What these may cost; all others no more than a page."""

WAITING_FOR_THE_CHAIN = {"sqlite": 0, "postgresql": 1}
"""On PostgreSQL a press that is audited asks for its turn at the audit's chain; on SQLite it has that turn already."""


@pytest.fixture
def case(context, cast, make) -> LargeCase:
    return LargeCase(context, cast, make)


def the_story(case: LargeCase, cast: Any) -> Iterator[Press]:
    """What it is called, who presses, where, and what was typed; in the order in which it happens."""
    child, body = f"/children/{case.child.id}", {"body": "Thank you.", "send_key": uuid.uuid4().hex}
    born = {"date_of_birth-day": "3", "date_of_birth-month": "5", "date_of_birth-year": "2016"}
    new = {
        "forenames": "Ada",
        "surname": "Newly",
        "address": "1 Road",
        "postcode": "BD9 4NQ",
        "upn": "B801200005001",
    }
    due = {"due_on-day": "4", "due_on-month": "1", "due_on-year": "2027"}
    yield "add a child", "sana", "/children/add", new | born
    yield (
        "save a section",
        "sana",
        f"/forms/{case.returned}/section/{SECTION}",
        typed(SECTION, 1, child_views="Today."),
    )
    yield (
        "save by itself",
        "sana",
        f"/forms/{case.returned}/section/{SECTION}/autosave",
        typed(SECTION, 2, child_views="2"),
    )
    yield "send a form", "sana", f"/forms/{case.returned}/submit", {"send_key": uuid.uuid4().hex}
    yield (
        "return a form",
        "olu",
        f"/forms/{case.sent_advice}/return",
        {"number": case.number(case.sent_advice), "reason": "Say more."},
    )
    yield "accept a form", "olu", f"/forms/{case.sent}/accept", {"number": case.number(case.sent)}
    yield (
        "decide",
        "olu",
        f"/cases/{case.accepted_case}/decide",
        {"decision": "agree", "reason": "Needs are not met."},
    )
    yield (
        "share",
        "olu",
        f"/forms/{case.sent}/sharing",
        {"number": case.number(case.sent), "share": ["professionals", *case.family], "basis": "consent"},
    )
    yield (
        "ask for advice",
        "olu",
        f"{child}/ask",
        {
            "form": "advice_health",
            "adviser": f"person-{cast.ann.id}-{cast.ann.principal.organisation_id}",
            "adviser_reason": "She knows.",
            "due_reason": "Agreed.",
            **due,
        },
    )
    yield "cancel advice", "olu", f"/advice/{case.advice}/cancel", {}
    yield "link a person", "olu", f"{child}/link/person/{cast.hana.membership_id}", {}
    yield "link an organisation", "olu", f"{child}/link/organisation/{case.idle}", {}
    yield "invite a parent", "olu", f"/invitations/child/{case.child.id}", {
        "first_name": "Gil", "last_name": "Shah", "email": f"{uuid.uuid4().hex}@mail.example", "relationship": "father",
    }  # fmt: skip
    yield (
        "bring in a colleague",
        "ann",
        f"/involvement/children/{case.child.id}/bring-in",
        {"colleague": cast.bob.id},
    )
    yield (
        "write to everybody",
        "olu",
        f"/messages/write?child_id={case.child.id}",
        body | {"to": "everybody", "subject": "A meeting"},
    )
    yield (
        "write to the team",
        "sana",
        "/messages/write",
        body | {"subject": "A question", "send_key": uuid.uuid4().hex},
    )
    yield "mark unread", "ann", f"/messages/{case.messages['ann']}/unread", {}
    yield "answer", "ann", f"/messages/{case.messages['ann']}/answer", body | {"send_key": uuid.uuid4().hex}
    yield (
        "approve a registration",
        "olu",
        f"/registrations/{case.newcomer}",
        {"decision": "approve", "organisation": str(case.idle)},
    )
    yield (
        "refuse a registration",
        "olu",
        f"/registrations/{case.ids['registration_id']}",
        {"decision": "refuse", "reason": "No."},
    )
    yield "end a link", "olu", f"{child}/link/{case.ids['link_id']}/end", {}
    yield "step back", "sana", f"/involvement/{case.own_link(cast.sana.id)}/step-back", {}


@pytest.mark.parametrize("more", [0, 8])
def test_a_press_costs_a_stated_number_of_statements_however_many_rows_and_readers(
    app, context, cast, case, mailbox, more
):
    with everything(context) as work:
        case.idle = work.add(Organisation(name="Idle Service", kind=Profession.health)).id
    newcomer = Newcomer(app, mailbox, "nadia@unknown.sch.example")
    newcomer.registers()
    newcomer.sets_up()
    with everything(context) as work:
        case.newcomer = work.session.scalars(
            select(Registration.id).where(Registration.email == newcomer.email)
        ).one()
    case.grow(more)
    cost, answers = {}, {}
    browsers = {who: getattr(cast, who).browser() for who in ("sana", "ann", "olu")}
    for name, who, path, fields in the_story(case, cast):
        with counted(context) as sent:
            answer = post_with_token(browsers[who], app, path, fields)
        cost[name], answers[name] = len(sent), answer.status_code
    assert {name: status for name, status in answers.items() if status not in (200, 302)} == {}
    turn = WAITING_FOR_THE_CHAIN[context.database.engine.dialect.name]
    dear = {name: number for name, number in cost.items() if number > DEARER.get(name, BUDGET) + turn}
    assert dear == {}
    assert set(DEARER) <= set(cost)
