"""The county's cases: a request about every child, advice, what was sent, messages and the audit's chain.

Two in a hundred cases are open now, and all forty of the measured SENCO's; the rest is history, as in a county that
has held its records for years. Only the measured forms hold whole answers: nothing reads the others' answers, and a
county of them would fill the disk with one text a hundred thousand times.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from app.cases.duties import FROM_RECEIPT
from app.cases.duty_rules import RULE_COLUMNS, rule_from
from app.cases.rules.case_numbers import case_number
from app.cases.rules.case_states import CaseState, Channel, RequestSource
from app.cases.rules.duties import Ending, Rules, due_on
from app.core.audit.chain import seal_of
from app.forms.definitions import FormDefinition, parse
from app.forms.rules.workflow import FormState
from app.models import (
    AuditRow,
    Case,
    Duty,
    Form,
    FormTemplate,
    FormVersion,
    Message,
    SectionDraft,
    Submission,
)
from app.seed.bulk import put
from app.seed.files import form_seed
from app.seed.filled import filled_answers
from bench.speed.names import MEASURED

if TYPE_CHECKING:
    from bench.speed.seed import County

OPEN = (
    (FormState.draft, 20),
    (FormState.submitted, 15),
    (FormState.returned, 5),
    (FormState.accepted, 15),
    (FormState.decided, 45),
)
SENT = frozenset(FormState) - {FormState.draft, FormState.asked}
SHORT = {"why": {"why_now": "As it was told at the time."}}


def cases(county: County) -> None:
    """Enter the cases of this county."""
    book = CaseBook(county)
    put(county.connection, Form.__table__, book.forms())
    put(county.connection, Case.__table__, book.cases())
    put(county.connection, Duty.__table__, book.duties())
    put(county.connection, SectionDraft.__table__, book.drafts())
    put(county.connection, Submission.__table__, book.submissions())
    put(county.connection, Message.__table__, book.messages())
    put(county.connection, AuditRow.__table__, book.audit())


class CaseBook:
    """What is entered, table by table."""

    def __init__(self, county: County) -> None:
        self.county, self.chance, self.now = county, county.chance, county.now
        self.versions = {
            key: _version(county.connection, key)
            for key in ("request", "advice_psychology", "advice_education")
        }
        self.rules = Rules(map(rule_from, county.connection.execute(sa.select(*RULE_COLUMNS))))
        self.case_forms: list[tuple[int, str, int, FormState, int, str]] = []
        """By form: number, kind, child, state, author, template."""
        self.received: list[tuple[int, CaseState, date]] = []
        """The form of each request that was sent, the state of its case, and the day it was received."""
        self.states = [state for state, share in OPEN for _ in range(share)]

    def forms(self) -> Iterator[dict[str, Any]]:
        """Create a request per child, and two pieces of advice if it is assessed."""
        for index, (school, senco, service, worker) in enumerate(self.county.home):
            is_open = senco == self.county.senco or index % 50 == 11
            state = self.states[index * 37 % 100] if is_open else FormState.decided
            if index + 1 == MEASURED:
                state = FormState.decided
            days = self.chance.randrange(5, 60) if is_open else self.chance.randrange(200, 2000)
            yield self._form("request", "request", index + 1, state, senco, school, days)
            if not self._receive(len(self.case_forms), state, is_open or index + 1 == MEASURED, days):
                continue
            yield self._form(
                "advice", "advice_education", index + 1, self._advice(is_open, index), senco, school, days
            )
            if service is not None:
                state = self._advice(is_open, index + 1)
                yield self._form("advice", "advice_psychology", index + 1, state, worker, service, days)

    def _receive(self, form: int, state: FormState, is_open: bool, days: int) -> bool:
        """Note the case of a request that was sent, and return whether the council assesses in it."""
        if state not in SENT:
            return False
        outcome = CaseState.received
        if state is FormState.decided:
            declined = not is_open and self.chance.random() >= 0.8
            outcome = CaseState.not_assessing if declined else CaseState.assessing
        self.received.append((form, outcome, (self.now - timedelta(days=days)).date()))
        return outcome is CaseState.assessing

    def cases(self) -> Iterator[dict[str, Any]]:
        """Create the case of each request that was sent; call it after `forms`."""
        for place, (form, state, received_on) in enumerate(self.received, start=1):
            yield {
                "number": case_number(received_on.year, place),
                "child_id": self.case_forms[form - 1][2],
                "request_id": form,
                "source": RequestSource.school,
                "channel": Channel.portal,
                "statutory": True,
                "received_on": received_on,
                "state": state,
                "due_on": self._next_due_on(state, received_on),
                "decided_on": None if state is CaseState.received else received_on + timedelta(days=30),
                "note": "",
                "version": 1,
                "created_at": self.now,
            }

    def _next_due_on(self, state: CaseState, received_on: date) -> date | None:
        if state is CaseState.not_assessing:
            return None
        key = "decide_to_assess" if state is CaseState.received else "final_plan"
        return self.rules.due_on(key, received_on)

    def duties(self) -> Iterator[dict[str, Any]]:
        """Create the duties of each case that start with its request; call it after `cases`, which number themselves."""
        for case_id, (_form, state, received_on) in enumerate(self.received, start=1):
            for key in FROM_RECEIPT:
                rule = self.rules.rule(key, received_on)
                ending = None
                if state is not CaseState.received and key == "decide_to_assess":
                    ending = Ending.done
                elif state is CaseState.not_assessing:
                    ending = Ending.not_needed
                yield {
                    "case_id": case_id,
                    "key": key,
                    "rule_id": rule.id,
                    "starts_on": received_on,
                    "due_on": due_on(rule, received_on),
                    "ending": ending,
                    "ended_on": None if ending is None else received_on + timedelta(days=30),
                    "created_at": self.now,
                }

    def _advice(self, is_open: bool, index: int) -> FormState:
        if index == MEASURED - 1:
            return FormState.draft
        choice = (
            FormState.asked,
            FormState.draft,
            FormState.submitted,
            FormState.accepted,
            FormState.accepted,
        )
        return choice[index % 5] if is_open else FormState.accepted

    def _form(
        self, kind: str, key: str, child: int, state: FormState, author: int | None, body: int, days: int
    ) -> dict[str, Any]:
        number = len(self.case_forms) + 1
        self.case_forms.append((number, kind, child, state, author or 0, key))
        began = self.now - timedelta(days=days)
        sent = began if state in SENT else None
        return {
            "id": number,
            "kind": kind,
            "child_id": child,
            "form_version_id": self.versions[key],
            "state": state,
            "author_id": author,
            "organisation_id": body,
            "asked_by_id": self.county.officer if kind == "advice" else None,
            "asked_on": began.date() if kind == "advice" else None,
            "due_on": (began + timedelta(days=42)).date() if kind == "advice" else None,
            "received_on": sent.date() if sent else None,
            "submitted_at": sent,
            "version": 1,
            "created_at": began,
        }

    def drafts(self) -> Iterator[dict[str, Any]]:
        """Create the drafts; complete ones for the measured child."""
        for number, _, child, state, author, key in self.case_forms:
            if state is FormState.draft:
                whole = filled_answers(_definition(key)) if child == MEASURED else {"about": {}}
                for section, answers in whole.items():
                    yield {
                        "form_id": number,
                        "section": section,
                        "answers": answers,
                        "saved_by_id": author or self.county.senco,
                        "saved_at": self.now,
                        "version": 1,
                        "created_at": self.now,
                    }

    def submissions(self) -> Iterator[dict[str, Any]]:
        """Create the submissions; complete ones for the measured child."""
        for number, _, child, state, author, key in self.case_forms:
            if state in SENT:
                yield {
                    "form_id": number,
                    "number": 1,
                    "answers": filled_answers(_definition(key)) if child == MEASURED else SHORT,
                    "checksum": "",
                    "send_key": str(number),
                    "submitted_by_id": author or self.county.senco,
                    "submitted_at": self.now - timedelta(days=40),
                    "created_at": self.now,
                }

    def messages(self) -> Iterator[dict[str, Any]]:
        """Three a child to those involved, two to the SEN team; few are unread."""
        for number in range(5 * self.county.people):
            child = number // 5 + 1
            _, senco, _, worker = self.county.home[child - 1]
            to = None if number % 5 > 2 else (senco, worker or senco, senco)[number % 5]
            unread = (
                number % 50 == 3 if to is None and child % 20 == 0 else to is not None and child % 20 == 1
            )
            at = self.now - timedelta(minutes=5 * self.county.people - number)
            yield {
                "recipient_id": to,
                "sender_name": "SEN team" if to else "Sana Iqbal, Heaton Beck Primary School",
                "from_team": to is not None,
                "subject": f"About the visit on day {number % 28 + 1}",
                "body": "Please see the form. Thank you for your help.",
                "facts": {},
                "child_id": child,
                "event_key": f"bench:{number}",
                "read_at": None if unread else at,
                "created_at": at,
            }

    def audit(self) -> Iterator[dict[str, Any]]:
        """Five lines a child, in one unbroken chain."""
        key, seal = self.county.context.settings.audit_keys[0], ""
        for number in range(5 * self.county.people):
            row = {
                "at": self.now - timedelta(seconds=5 * self.county.people - number),
                "event": "ChildViewed",
                "actor_id": self.county.home[number // 5][1],
                "actor_name": "Somebody",
                "organisation_id": None,
                "child_id": number // 5 + 1,
                "facts": {},
                "address_hash": "",
                "device": "",
            }
            seal = seal_of(key, seal, row)
            yield row | {"seal": seal, "created_at": row["at"]}


def _version(connection: sa.Connection, key: str) -> int:
    template, version = FormTemplate.__table__, FormVersion.__table__
    statement = sa.select(version.c.id).join(template, template.c.id == version.c.template_id)
    return int(connection.execute(statement.where(template.c.key == key)).scalar_one())


_read: dict[str, FormDefinition] = {}


def _definition(key: str) -> FormDefinition:
    if key not in _read:
        _read[key] = parse(form_seed(key)["definition"])
    return _read[key]
