"""Data for proofs: people with accounts, and advice that is filled in and ready to submit.

Children, requests for advice and one filled form per person are created by the use cases. The other forms get copies of
the answers, because filling in ten thousand forms would prove nothing more.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import insert, select, text, update

from app.accounts.passwords import passwords_of
from app.cases import advice_requests, children
from app.children.child_details import NewChild
from app.core import rate_limits
from app.core.activity_limits import ADDED
from app.core.database.row_filter import bypass_row_filter
from app.core.roles import Principal, Role
from app.core.unit_of_work import AppContext, UnitOfWork, unit_of_work
from app.forms import drafts
from app.forms.form_context import load_form_for_update
from app.forms.form_facts import known_facts
from app.forms.rules.workflow import FormState
from app.models import Form, Person, SectionDraft
from app.seed.cast import CAST
from app.seed.filled import filled_answers
from app.seed.people import seed_people
from bench.smtp_server import SmtpServer
from bench.stack import Stack

PASSWORD = "five-otters-under-the-weir"  # noqa: S105 - of accounts that exist only during the proof
SENDERS = tuple(player.key for player in CAST if player.role is Role.professional)
"""Eight people who give advice."""
ADVICE = "advice_health"
AT_ONCE = 25
"""Children added in one unit of work."""

_form, _draft = Form.__table__, SectionDraft.__table__


@dataclass(frozen=True)
class Player:
    """A person with an account and a browser."""

    key: str
    email: str
    principal: Principal


class Fixtures:
    """The people of a new portal."""

    def __init__(self, stack: Stack) -> None:
        self.context: AppContext = stack.context
        with self.context.database.open() as session:
            bypass_row_filter(session, "people are entered for a proof")
            people = seed_people(session, self.context.clock, passwords_of(self.context).hash(PASSWORD))
            self.players = {
                player.key: Player(player.key, player.email, principal_of(people[player.key], player.role))
                for player in CAST
            }
            session.commit()

    def work(self, key: str) -> Any:
        """Open a unit of work as this person."""
        return unit_of_work(self.context, self.players[key].principal)

    def advice_ready_to_send(self, each: int) -> dict[str, list[int]]:
        """Create this many filled-in forms for each of the eight people. Return their ids by person."""
        forms: dict[str, list[int]] = {key: [] for key in SENDERS}
        for first in range(0, each, AT_ONCE):
            born = self._children(first, min(each, first + AT_ONCE))
            with self.work("olu") as work:
                for child_id in born:
                    for key in SENDERS:
                        forms[key].append(self._ask(work, child_id, key))
            self._analyze()
        for key, numbers in forms.items():
            if numbers:
                self._fill(key, numbers)
        self._analyze()
        return forms

    def _analyze(self) -> None:
        """Collect statistics, as a database does by itself over a day, so that it plans well."""
        with self.context.database.open() as session:
            session.execute(text("ANALYZE"))
            session.commit()

    def _children(self, first: int, last: int) -> list[int]:
        with self.work("sana") as work:
            added = [children.add_child(work, _child(number)).child_id for number in range(first, last)]
            # A proof adds more children than one person may in an hour.
            rate_limits.forget(work, ADDED, f"person {work.me.user_id}")
            return added

    def _ask(self, work: UnitOfWork, child_id: int, key: str) -> int:
        person = self.players[key].principal.user_id
        asked = advice_requests.ask_for_advice(
            work,
            child_id,
            ADVICE,
            person_id=person,
            adviser_reason="Works with the child.",
            note="Please advise.",
        )
        return asked.id

    def _fill(self, key: str, numbers: list[int]) -> None:
        self.fill(key, numbers[0])
        with self.context.database.open() as session:
            bypass_row_filter(session, "the same answers are put under a proof's other forms")
            written = [dict(row) for row in session.execute(_drafts_of(numbers[0])).mappings()]
            rows = [draft | {"form_id": number} for number in numbers[1:] for draft in written]
            if rows:
                session.execute(insert(_draft), rows)
                moved = update(_form).where(_form.c.id.in_(numbers[1:]))
                session.execute(moved.values(state=FormState.draft))
            session.commit()

    def fill(self, key: str, form_id: int) -> None:
        """Fill in a form, section by section, as its author."""
        filled: Mapping[str, Any] = {}
        while True:
            with self.work(key) as work:
                opened = load_form_for_update(work, form_id)
                if not filled:
                    facts = known_facts(work, opened.form, opened.definition)
                    name, today = self.players[key].principal.name, work.today.isoformat()
                    filled = filled_answers(opened.definition, facts, signed_by=name, signed_on=today)
                open_ones = [one.id for one in opened.sections if one.id not in opened.drafts]
                if not open_ones:
                    return
                drafts.save_section(work, opened, open_ones[0], filled.get(open_ones[0], {}), 0)

    def log_in(self, stack: Stack, key: str, mail: SmtpServer, keep: bool = True) -> Any:
        """Log this person in through the pages and return the browser."""
        browser = stack.browser(keep)
        browser.log_in(self.players[key].email, PASSWORD, mail)
        return browser


def _drafts_of(form_id: int) -> Any:
    columns = [column for column in _draft.c if column.name not in ("id", "form_id")]
    return select(*columns).where(_draft.c.form_id == form_id)


def principal_of(person: Person, *roles: Role) -> Principal:
    """Return the principal of a person with these roles, for the organisation that they act for."""
    membership = person.membership
    return Principal(
        person.id,
        person.name,
        frozenset(roles),
        person.profession,
        membership.organisation_id if membership is not None else None,
        is_confirmed=membership is not None and membership.confirmed_at is not None,
    )


def _child(number: int) -> NewChild:
    return NewChild(
        forenames=_name(f"forename {number}"),
        surname=_name(f"surname {number}"),
        date_of_birth=date(2012, 1, 1) + timedelta(days=2 * number),
        address="1 Proof Street\nBradford",
        postcode="BD9 4NQ",
        upn_missing_reason="UNX",
    )


def _name(of: str) -> str:
    """Return a name of eight letters that is like no other's."""
    digits = hashlib.sha256(of.encode()).hexdigest()[:8]
    return digits.translate(str.maketrans("0123456789abcdef", "bcdfghjklmnprstv")).capitalize()
