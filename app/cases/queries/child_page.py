"""Queries for a child's page. Row-level security applies, so each reader gets the rows they may see."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import cast

from sqlalchemy import Integer, and_, bindparam, exists, or_, select, true
from sqlalchemy.orm import Session

from app.accounts.tables.memberships import OPEN_AND_CONFIRMED, Membership, is_unconfirmed
from app.accounts.tables.people import Person
from app.cases.duty_rules import RULE_COLUMNS, rule_from
from app.cases.queries.standing import DUTY_DATES, STANDING
from app.cases.rules.duties import DutyDates, Rules
from app.cases.rules.status import CaseStatus, primary_case
from app.cases.tables import DutyRule
from app.children.queries.finding import named_like
from app.children.queries.involved import full_name
from app.children.tables import Child, ChildLink
from app.core.database.compiled_query import CompiledQuery
from app.core.database.row_mapper import JoinMapper, RowMapper, attach
from app.core.roles import Principal
from app.forms.rules.form_titles import purpose_of, title_of
from app.forms.rules.paragraphs import Paragraph
from app.forms.rules.workflow import FormState
from app.forms.tables.forms import Form, FormTemplate, FormVersion
from app.messages.tables import Message
from app.organisations.tables import Organisation


@dataclass(frozen=True)
class FormLine:
    """One form about a child, as lists show it."""

    id: int
    kind: str
    title: str
    state: FormState
    due_on: date | None
    asked_on: date | None
    received_on: date | None
    submitted_at: datetime | None
    author_id: int | None
    author_name: str
    organisation_id: int | None
    organisation_name: str
    recorded_by_team: bool
    decision_reason: str
    asking_note: str
    statutory: bool = True
    due_reason: str = ""
    adviser_reason: str = ""
    wanted_by: date | None = None
    author_is_unconfirmed: bool = False
    """The author's employment at the organisation has not been confirmed yet."""
    case: CaseStatus | None = None
    """The case of a request that the council received; None for other forms."""
    template_key: str = ""
    paragraph: Paragraph | None = None
    """The paragraph of reg. 6(1) under which advice was asked, where it is not the one of its form."""
    service: str = ""
    """The service of the organisation, or the person there, that was asked for advice."""

    @property
    def purpose(self) -> str:
        """Return the kind of the form, or "information" or "attention" where it is not statutory."""
        return purpose_of(self.kind, self.statutory)


@dataclass(frozen=True)
class MessageLine:
    """One message about a child."""

    id: int
    subject: str
    sender_name: str
    created_at: datetime
    is_unread: bool
    letter: str | None


# Compiled once because every page runs them; the child's id is a bind parameter.
_CHILD = JoinMapper(RowMapper(Child), RowMapper(Organisation, "id", "name"))
_CHILD_READ = CompiledQuery(
    select(*_CHILD.columns)
    .select_from(Child)
    .outerjoin(Organisation, Organisation.id == Child.setting_id)
    .where(Child.id == bindparam("child"))
)


def child_to_read(session: Session, child_id: int) -> Child | None:
    """Return a child with their school or setting, read-only; None where this reader may not see the child."""
    for row in _CHILD_READ.rows(session, child=child_id):
        child, setting = _CHILD.split(row)
        return cast(Child, attach(child, setting=setting))
    return None


_FORMS = CompiledQuery(
    select(
        Form.id,
        Form.kind,
        FormTemplate.title,
        Form.state,
        Form.due_on,
        Form.asked_on,
        Form.received_on,
        Form.submitted_at,
        Form.author_id,
        Person.first_name,
        Person.last_name,
        Form.organisation_id,
        Organisation.name,
        Form.recorded_by_team,
        Form.decision_reason,
        Form.asking_note,
        Form.statutory,
        Form.due_reason,
        Form.adviser_reason,
        Form.wanted_by,
        is_unconfirmed(Form.author_id, Form.organisation_id, Form.submitted_at),
        FormTemplate.key,
        Form.paragraph,
        Form.service,
    )
    .join(FormVersion, FormVersion.id == Form.form_version_id)
    .join(FormTemplate, FormTemplate.id == FormVersion.template_id)
    .outerjoin(Person, Person.id == Form.author_id)
    .outerjoin(Organisation, Organisation.id == Form.organisation_id)
    .where(Form.child_id == bindparam("child"))
    .order_by(Form.id)
)


def forms_about(session: Session, child_id: int, cases: Collection[CaseStatus] = ()) -> list[FormLine]:
    """Return the forms about a child that this reader may see: requests, advice, consent; newest last.

    Each request has its case of `cases`.
    """
    rows = _FORMS.rows(session, child=child_id)
    by_request = {each.request_id: each for each in cases}
    found = [
        FormLine(
            id=row[0],
            kind=row[1],
            title=title_of(row[2], row[16]),
            state=row[3],
            due_on=row[4],
            asked_on=row[5],
            received_on=row[6],
            submitted_at=row[7],
            author_id=row[8],
            author_name=full_name(row[9], row[10]),
            organisation_id=row[11],
            organisation_name=row[12] or "",
            recorded_by_team=row[13],
            decision_reason=row[14],
            asking_note=row[15],
            statutory=row[16],
            due_reason=row[17],
            adviser_reason=row[18],
            wanted_by=row[19],
            author_is_unconfirmed=bool(row[20]) and row[1] != "consent",
            case=by_request.get(row[0]),
            template_key=row[21],
            paragraph=row[22],
            service=row[23],
        )
        for row in rows
    ]
    order = {"request": 0, "advice": 1, "consent": 2}
    return sorted(found, key=lambda each: order[each.kind])


_STANDINGS = CompiledQuery(
    select(
        Child.id,
        STANDING.c.state,
        STANDING.c.received_on,
        STANDING.c.decided_on,
        STANDING.c.statutory,
        STANDING.c.form_state,
        STANDING.c.request_id,
        STANDING.c.id,
        STANDING.c.due_on,
        STANDING.c.excused,
        STANDING.c.views_invited_on,
    )
    .join(STANDING, STANDING.c.child_id == Child.id)
    .where(Child.id.in_(bindparam("children", expanding=True))),
)


def cases_of(session: Session, child_ids: Collection[int]) -> dict[int, list[CaseStatus]]:
    """Return the cases of each of these children that this reader may see, by child."""
    if not child_ids:
        return {}
    found: dict[int, list[CaseStatus]] = defaultdict(list)
    for child_id, *known in _STANDINGS.rows(session, children=list(child_ids)):
        found[child_id].append(CaseStatus(*known))
    return found


def statuses_of(session: Session, child_ids: Collection[int]) -> dict[int, CaseStatus]:
    """Return the case status of each of these children that this reader may see and that has a case."""
    found = {child_id: primary_case(cases) for child_id, cases in cases_of(session, child_ids).items()}
    return {child_id: standing for child_id, standing in found.items() if standing is not None}


_OF_CASE = and_(
    DUTY_DATES.c.rule_id == DutyRule.id,
    DUTY_DATES.c.case_id == bindparam("case"),
    DUTY_DATES.c.child_id == Child.id,
)
_DUTIES = CompiledQuery(
    select(
        *RULE_COLUMNS,
        DUTY_DATES.c.key,
        DUTY_DATES.c.starts_on,
        DUTY_DATES.c.due_on,
        DUTY_DATES.c.ending,
        DUTY_DATES.c.ended_on,
        DUTY_DATES.c.excused,
    )
    .select_from(Child)
    .join(DutyRule, true())
    .outerjoin(DUTY_DATES, _OF_CASE)
    .where(Child.id == bindparam("child"), or_(DUTY_DATES.c.id.is_not(None), DutyRule.key == "give_advice"))
    .order_by(DUTY_DATES.c.id)
)
"""The duties of a case with their rules, and the rule for advice, which says by when advice can be expected."""


def duties_of(session: Session, standing: CaseStatus, child_id: int) -> tuple[list[DutyDates], Rules]:
    """Return the latest duty of each key in a case, and the rules that its page needs."""
    found: dict[str, DutyDates] = {}
    rules = []
    for row in _DUTIES.rows(session, child=child_id, case=standing.case_id):
        rule = rule_from(row[: len(RULE_COLUMNS)])
        rules.append(rule)
        key, starts_on, due_on, ending, ended_on, excused = row[len(RULE_COLUMNS) :]
        if key is not None:
            found[key] = DutyDates(
                key, starts_on, due_on, rule.who, rule.regulation, ending, ended_on, excused
            )
    return list(found.values()), Rules(rules)


_MESSAGES = CompiledQuery(
    select(
        Message.id,
        Message.subject,
        Message.sender_name,
        Message.created_at,
        Message.read_at,
        Message.recipient_id,
        Message.letter,
    )
    .where(Message.child_id == bindparam("child"))
    .order_by(Message.created_at.desc(), Message.id.desc())
    .limit(bindparam("most", type_=Integer(), literal_execute=True)),
)


def messages_about(session: Session, who: Principal, child_id: int, limit: int) -> list[MessageLine]:
    """Return the newest messages about a child in the inboxes this reader may open."""
    rows = _MESSAGES.rows(session, child=child_id, most=limit)
    to_me = (
        {who.user_id, None} if who.in_sen_team else {who.user_id}
    )  # messages the reader sent are never unread
    return [
        MessageLine(row[0], row[1], row[2], row[3], row[4] is None and row[5] in to_me, row[6])
        for row in rows
    ]


@dataclass(frozen=True)
class Colleague:
    """A person of the reader's own organisation, and how they are linked to the child."""

    id: int
    name: str
    job_title: str
    is_linked: bool
    is_barred: bool
    """The SEN team ended their involvement with the child."""


def colleagues_of(session: Session, who: Principal, child_id: int) -> list[Colleague]:
    """Return this person's colleagues with an active account, by name."""
    of_child = and_(ChildLink.child_id == child_id, ChildLink.person_id == Person.id)
    rows = session.execute(
        select(
            Person.id,
            Person.first_name,
            Person.last_name,
            Membership.job_title,
            exists().where(
                of_child, ChildLink.organisation_id == who.organisation_id, ChildLink.ended_at.is_(None)
            ),
            exists().where(of_child, ChildLink.barred.is_(True)),
        )
        .join(Membership, Membership.person_id == Person.id)
        .where(
            Membership.organisation_id == who.organisation_id,
            OPEN_AND_CONFIRMED,
            Person.id != who.user_id,
            Person.active.is_(True),
            Person.roles.any(name="professional"),
        )
        .order_by(Person.last_name, Person.first_name)
        .limit(100)
    )
    return [Colleague(row[0], full_name(row[1], row[2]), row[3] or "", row[4], row[5]) for row in rows]


@dataclass(frozen=True)
class Candidate:
    """A person or organisation that a child can be linked to."""

    id: int
    name: str
    about: str
    organisation_id: int | None = None
    membership_id: int | None = None
    """The membership of a person, who is found once for each of their organisations."""


def professionals_named(session: Session, words: Collection[str], limit: int = 25) -> list[Candidate]:
    """Return professionals with an account whose name or organisation contains all these words."""
    statement = (
        select(
            Person.id,
            Person.first_name,
            Person.last_name,
            Membership.job_title,
            Organisation.name,
            Organisation.id,
            Membership.id,
        )
        .join(Membership, Membership.person_id == Person.id)
        .join(Organisation, Organisation.id == Membership.organisation_id)
        .where(Membership.ended_at.is_(None), Person.active.is_(True), Person.roles.any(name="professional"))
        .order_by(Person.last_name, Person.first_name, Person.id, Organisation.name)
        .limit(limit)
    )
    for word in words:
        statement = statement.where(
            or_(named_like(word, Person.first_name, Person.last_name), named_like(word, Organisation.name))
        )
    rows = session.execute(statement)
    return [
        Candidate(
            row[0], full_name(row[1], row[2]), ", ".join(filter(None, (row[3], row[4]))), row[5], row[6]
        )
        for row in rows
    ]


def organisations_named(session: Session, words: Collection[str], limit: int = 25) -> list[Candidate]:
    """Return organisations whose name contains all these words."""
    statement = select(Organisation.id, Organisation.name, Organisation.postcode).where(
        Organisation.active.is_(True)
    )
    for word in words:
        statement = statement.where(named_like(word, Organisation.name))
    rows = session.execute(statement.order_by(Organisation.name).limit(limit))
    return [Candidate(row[0], row[1], row[2]) for row in rows]


def advice_forms(session: Session) -> list[tuple[str, str]]:
    """Return the key and title of each form on which advice can be requested now."""
    rows = session.execute(
        select(FormTemplate.key, FormTemplate.title)
        .where(FormTemplate.key.startswith("advice_", autoescape=True), FormTemplate.retired.is_(False))
        .order_by(FormTemplate.title)
    )
    return [(row[0], row[1]) for row in rows]
