"""Queries of the audit log: by child, person, kind of event and period."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session

from app.accounts.tables.people import Person
from app.children.queries.finding import child_matches, named_like
from app.children.tables import Child, ChildLink
from app.core.audit.table import AuditRow
from app.core.database.engine import use_custom_plans
from app.forms.rules.form_titles import title_of
from app.forms.tables.forms import Form, FormTemplate, FormVersion
from app.organisations.tables import Organisation

_child = Child.__table__  # a plain table on purpose: see _records_of

LINES = 50
FEW = 20


@dataclass(frozen=True)
class Wanted:
    """The criteria of a search in the audit log; None matches all."""

    child_id: int | None = None
    actor_id: int | None = None
    event: str | None = None
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True)
class AuditLine:
    """One row of the audit log, with the names of the people and children in it."""

    id: int
    at: datetime
    event: str
    actor_name: str
    organisation: str
    """The organisation that a professional acted for."""
    facts: dict[str, Any]
    address_hash: str
    device: str
    child_id: int | None
    child_name: str
    person: str
    form: str


@dataclass(frozen=True)
class AuditLines:
    """One page, newest first, and the key of the next page."""

    lines: Sequence[AuditLine]
    older: int | None


def audit_lines(session: Session, wanted: Wanted, before: int | None = None) -> AuditLines:
    """Return one page of matching rows. Names are fetched for the whole page at once."""
    statement = select(AuditRow).order_by(AuditRow.id.desc()).limit(LINES + 1)
    if wanted.child_id is not None:
        statement = statement.where(AuditRow.child_id.in_(_records_of(wanted.child_id)))
    if wanted.actor_id is not None:
        statement = statement.where(AuditRow.actor_id == wanted.actor_id)
    if wanted.event is not None:
        statement = statement.where(AuditRow.event == wanted.event)
    if wanted.since is not None:
        statement = statement.where(AuditRow.at >= wanted.since)
    if wanted.until is not None:
        statement = statement.where(AuditRow.at < wanted.until)
    if before is not None:
        statement = statement.where(AuditRow.id < before)
    rows = session.scalars(statement).all()
    page = rows[:LINES]
    # All five queries run every time, so that the time of a page does not depend on its rows.
    children = _children(session, {row.child_id for row in page if row.child_id})
    people = _people(session, _ids_of(page, "person_id"))
    linked = _linked(session, _ids_of(page, "link_id"))
    forms = _forms(session, _ids_of(page, "form_id"))
    organisations = _organisations(session, {row.organisation_id for row in page if row.organisation_id})
    lines = [
        AuditLine(
            id=row.id,
            at=row.at,
            event=row.event,
            actor_name=row.actor_name,
            organisation=organisations.get(row.organisation_id or 0, ""),
            facts=row.facts,
            address_hash=row.address_hash,
            device=row.device,
            child_id=row.child_id,
            child_name=children.get(row.child_id or 0, ""),
            person=people.get(row.facts.get("person_id", 0)) or linked.get(row.facts.get("link_id", 0), ""),
            form=forms.get(row.facts.get("form_id", 0), ""),
        )
        for row in page
    ]
    return AuditLines(lines, page[-1].id if len(rows) > LINES else None)


def _records_of(child_id: int) -> Select[tuple[int]]:
    """Return the query for the child's record and those merged into it.

    Row-level security hides merged records, but their history belongs to this child.
    """
    return select(_child.c.id).where(or_(_child.c.id == child_id, _child.c.merged_into_id == child_id))


def _ids_of(rows: Sequence[AuditRow], fact: str) -> set[int]:
    return {row.facts[fact] for row in rows if isinstance(row.facts.get(fact), int)}


def _children(session: Session, numbers: Collection[int]) -> dict[int, str]:
    rows = session.execute(select(Child.id, Child.forenames, Child.surname).where(Child.id.in_(numbers)))
    return {row[0]: f"{row[1]} {row[2]}".strip() for row in rows}


def _organisations(session: Session, numbers: Collection[int]) -> dict[int, str]:
    rows = session.execute(select(Organisation.id, Organisation.name).where(Organisation.id.in_(numbers)))
    return {row[0]: row[1] for row in rows}


def _people(session: Session, numbers: Collection[int]) -> dict[int, str]:
    rows = session.execute(
        select(Person.id, Person.first_name, Person.last_name).where(Person.id.in_(numbers))
    )
    return {row[0]: f"{row[1]} {row[2]}".strip() for row in rows}


def _linked(session: Session, numbers: Collection[int]) -> dict[int, str]:
    """Return the name of each link's person, or organisation with its queue."""
    rows = session.execute(
        select(ChildLink.id, Person.first_name, Person.last_name, Organisation.name)
        .outerjoin(Person, Person.id == ChildLink.person_id)
        .outerjoin(Organisation, Organisation.id == ChildLink.organisation_id)
        .where(ChildLink.id.in_(numbers))
    )
    return {row[0]: f"{row[1]} {row[2]}".strip() if row[1] else row[3] or "" for row in rows}


def _forms(session: Session, numbers: Collection[int]) -> dict[int, str]:
    rows = session.execute(
        select(Form.id, FormTemplate.title, Form.statutory)
        .join(FormVersion, FormVersion.id == Form.form_version_id)
        .join(FormTemplate, FormTemplate.id == FormVersion.template_id)
        .where(Form.id.in_(numbers))
    )
    return {row[0]: title_of(row[1], row[2]) for row in rows}


def find_people(session: Session, text: str) -> list[tuple[int, str, str]]:
    """Return a few accounts whose name contains every word: id, name, email address."""
    words = text.split()[:5]
    if not words:
        return []
    rows = session.execute(
        select(Person.id, Person.first_name, Person.last_name, Person.email)
        .where(*(named_like(word, Person.first_name, Person.last_name) for word in words))
        .order_by(Person.last_name, Person.id)
        .limit(FEW)
    )
    return [(row[0], f"{row[1]} {row[2]}".strip(), row[3]) for row in rows]


def find_children(session: Session, text: str) -> list[tuple[int, str, date]]:
    """Return a few children by name, date of birth or number: id, name, date of birth."""
    if not text:
        return []
    use_custom_plans(session)
    # Filtered in a subquery and sorted outside it: otherwise PostgreSQL reads all names in order until enough
    # match.
    found = (
        select(Child.id, Child.forenames, Child.surname, Child.date_of_birth, Child.search_name)
        .where(child_matches(text))
        .cte("found")
        .prefix_with("MATERIALIZED", dialect="postgresql")
    )
    rows = session.execute(
        select(found.c.id, found.c.forenames, found.c.surname, found.c.date_of_birth)
        .order_by(found.c.search_name, found.c.id)
        .limit(FEW)
    )
    return [(row[0], f"{row[1]} {row[2]}".strip(), row[3]) for row in rows]


def child_name(session: Session, child_id: int) -> str | None:
    """Return a child's name, or None where there is no such child."""
    return _children(session, [child_id]).get(child_id)


def person_name(session: Session, person_id: int) -> str | None:
    """Return a person's name, or None where there is no such account."""
    return _people(session, [person_id]).get(person_id)
