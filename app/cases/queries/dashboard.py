"""Queries for the home page: what is open, limited to what this person may see."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Integer, and_, bindparam, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from app.accounts.tables.account_changes import OrganisationChange, ProposalState
from app.accounts.tables.log_in import Registration, RegistrationState
from app.accounts.tables.memberships import Membership
from app.accounts.tables.people import Person
from app.cases.queries.child_page import MessageLine
from app.cases.tables import PLAN_DUE_CASES, UNDECIDED_CASES, Case
from app.children.tables import Child
from app.core.database.compiled_query import CompiledQuery
from app.core.roles import Principal, Role
from app.forms.rules.workflow import FormState
from app.forms.tables.forms import (
    AWAITED_ADVICE,
    Consent,
    Form,
    forms_in,
)
from app.messages.tables import Message

COUNT_UP_TO = 1000
TO_CONFIRM = (
    Membership.confirmed_at.is_(None),
    Membership.ended_at.is_(None),
    Membership.person.has(and_(Person.active.is_(True), Person.roles.any(name=Role.professional.name))),
)
"""Memberships of professionals with an active account that have not been confirmed yet."""


@dataclass(frozen=True)
class Waiting:
    """The numbers of open tasks of the SEN team."""

    new_requests: int
    to_decide: int
    late_cases: int
    submitted_advice: int
    overdue_advice: int
    registrations: int
    to_confirm: int
    organisation_changes: int
    messages: int
    duplicates: int


def waiting_for_team(session: Session, today: date) -> Waiting:
    """Return how many tasks of each kind the SEN team has, in one statement; each count stops at 1,000."""
    return Waiting(*_WAITING.one(session, today=today))


def _count(column: InstrumentedAttribute[int], *criteria: ColumnElement[bool]) -> ColumnElement[int]:
    few = select(column).where(*criteria).limit(COUNT_UP_TO).subquery()
    return select(func.count()).select_from(few).scalar_subquery()


# Compiled once because every home page runs it; the reader's id is a bind parameter.
_WAITING = CompiledQuery(
    select(
        _count(Form.id, forms_in("request", [FormState.submitted])),
        _count(Case.id, UNDECIDED_CASES),
        (
            _count(Case.id, UNDECIDED_CASES, Case.excused.is_(False), Case.due_on < bindparam("today"))
            + _count(Case.id, PLAN_DUE_CASES, Case.excused.is_(False), Case.due_on < bindparam("today"))
        ).label("late_cases"),
        _count(Form.id, forms_in("advice", [FormState.submitted])),
        _count(Form.id, AWAITED_ADVICE, Form.due_on < bindparam("today")),
        _count(Registration.id, Registration.state == RegistrationState.waiting),
        _count(Membership.id, *TO_CONFIRM),
        _count(OrganisationChange.id, OrganisationChange.state == ProposalState.waiting),
        _count(Message.id, Message.recipient_id.is_(None), Message.read_at.is_(None)),
        _count(Child.id, Child.possible_duplicate_of_id.is_not(None)),
    )
)


_TO_CONFIRM_HERE = CompiledQuery(
    select(
        _count(
            Membership.id,
            *TO_CONFIRM,
            Membership.organisation_id == bindparam("organisation", type_=Integer()),
        )
    )
)


def people_to_confirm(session: Session, who: Principal) -> int:
    """Return how many people this lead still has to confirm as employed by the organisation."""
    (number,) = _TO_CONFIRM_HERE.one(session, organisation=who.organisation_id)
    return int(number)


@dataclass(frozen=True)
class CaseDue:
    """A case in which the council has a duty to do by a day."""

    child_id: int
    child_name: str
    due_on: date
    excused: bool = False
    """An exception is recorded for it."""


def decisions_due(session: Session, limit: int = 5) -> Sequence[CaseDue]:
    """Return the cases in which the council still has to decide whether to assess, the earliest deadline first."""
    return _cases_due(_DECISIONS, session, limit)


def plans_due(session: Session, limit: int = 5) -> Sequence[CaseDue]:
    """Return the assessments after which a final plan is due, with the earliest deadline first."""
    return _cases_due(_PLANS, session, limit)


def _cases_due(query: CompiledQuery, session: Session, limit: int) -> list[CaseDue]:
    return [
        CaseDue(child_id, f"{forenames} {surname}".strip(), due_on, excused)
        for child_id, forenames, surname, due_on, excused in query.rows(session, most=limit)
    ]


def _due(wanted: ColumnElement[bool]) -> CompiledQuery:
    """Return the query for these cases, with the earliest deadline first."""
    found: Any = (
        select(Case.child_id, Child.forenames, Child.surname, Case.due_on, Case.excused)
        .join(Child, Child.id == Case.child_id)
        .where(wanted, Case.due_on.is_not(None))
        .order_by(Case.due_on, Case.id)
    )
    return CompiledQuery(found.limit(bindparam("most", type_=Integer(), literal_execute=True)))


_DECISIONS = _due(UNDECIDED_CASES)
_PLANS = _due(PLAN_DUE_CASES)


@dataclass(frozen=True)
class InboxInBrief:
    """The number of unread messages, and the newest messages, read or unread."""

    unread: int
    newest: Sequence[MessageLine]


def inbox_in_brief(session: Session, who: Principal, limit: int = 5) -> InboxInBrief:
    """Return this person's newest messages; for the SEN team also those to its shared inbox."""
    boxes = [_TO_ME.rows(session, me=who.user_id, most=limit)]
    if who.in_sen_team:  # two queries: each uses its own index, and neither sorts all messages
        boxes.append(_TO_TEAM.rows(session, most=limit))
    rows = sorted((row for box in boxes for row in box), key=lambda row: row[0], reverse=True)[:limit]
    return InboxInBrief(
        unread=sum(box[0][-1] for box in boxes if box),
        newest=[MessageLine(row[0], row[1], row[2], row[3], row[4] is None, row[5]) for row in rows],
    )


def _in_brief(for_me: Callable[[type[Message]], ColumnElement[bool]]) -> CompiledQuery:
    """Return the query for the newest messages, each with the number of unread ones.

    An empty inbox gives no row, and then none is unread.
    """
    counted = aliased(Message)
    unread = select(func.count(counted.id)).where(for_me(counted), counted.read_at.is_(None))
    columns = (
        Message.id,
        Message.subject,
        Message.sender_name,
        Message.created_at,
        Message.read_at,
        Message.letter,
        unread.scalar_subquery(),
    )
    newest: Any = select(*columns).where(for_me(Message)).order_by(Message.id.desc())
    return CompiledQuery(newest.limit(bindparam("most", type_=Integer(), literal_execute=True)))


_TO_ME = _in_brief(lambda message: message.recipient_id == bindparam("me"))
_TO_TEAM = _in_brief(lambda message: message.recipient_id.is_(None))


@dataclass(frozen=True)
class FamilyChild:
    """One child of a family, with the parent's own consent form if it is to be filled in."""

    child_id: int
    name: str
    consent_to_fill_in: int | None


def children_of(session: Session, who: Principal) -> Sequence[FamilyChild]:
    """Return the children this parent is linked to, with their own consent form if it is to be filled in."""
    if not who.has(Role.parent):
        return []
    waiting = (
        select(Consent.child_id, func.max(Consent.id).label("form_id"))
        .where(
            Consent.state == FormState.draft,
            Consent.author_id == who.user_id,
            Consent.recorded_by_team.is_(False),
        )
        .group_by(Consent.child_id)
        .subquery()
    )
    rows = session.execute(
        select(Child.id, Child.forenames, Child.surname, waiting.c.form_id)
        .outerjoin(waiting, waiting.c.child_id == Child.id)
        .order_by(Child.date_of_birth, Child.id)
    )
    return [FamilyChild(row[0], f"{row[1]} {row[2]}".strip(), row[3]) for row in rows]
