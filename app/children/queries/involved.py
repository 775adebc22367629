"""The people and queues involved with a child."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from app.accounts.tables.memberships import is_unconfirmed
from app.accounts.tables.people import Person
from app.children.tables import ChildLink
from app.core.database.compiled_query import CompiledQuery
from app.core.roles import FAMILY_ROLES, WorkflowRole
from app.organisations.tables import Organisation


def full_name(first: str | None, last: str | None) -> str:
    """Return first and last name as one; an empty text where there is no person."""
    return f"{first} {last or ''}".strip() if first else ""


@dataclass(frozen=True)
class Involved:
    """A person, or an organisation's queue, linked to a child now."""

    link_id: int
    part: WorkflowRole
    relationship: str
    person_id: int | None
    person_name: str
    organisation_id: int | None
    organisation_name: str
    since: datetime
    through_queue: bool
    """The link came through the organisation's queue, so a colleague can take over."""
    is_unconfirmed: bool = False
    """Employment at the organisation has not been confirmed yet."""

    @property
    def in_queue(self) -> bool:
        """Return whether the link is the queue's own, not yet assigned to a person."""
        return self.person_id is None


_INVOLVED = CompiledQuery(
    select(
        ChildLink.id,
        ChildLink.part,
        ChildLink.relationship_to_child,
        ChildLink.person_id,
        Person.first_name,
        Person.last_name,
        ChildLink.organisation_id,
        Organisation.name,
        ChildLink.created_at,
        ChildLink.through_queue,
        is_unconfirmed(ChildLink.person_id, ChildLink.organisation_id),
    )
    .outerjoin(Person, Person.id == ChildLink.person_id)
    .outerjoin(Organisation, Organisation.id == ChildLink.organisation_id)
    .where(ChildLink.child_id == bindparam("child"), ChildLink.ended_at.is_(None))
    .order_by(ChildLink.id)
)


def involved_with(session: Session, child_id: int) -> list[Involved]:
    """Return who is linked to a child now: professionals first, then queues, then the family."""
    rows = _INVOLVED.rows(session, child=child_id)
    found = [
        Involved(
            r[0],
            r[1],
            r[2],
            r[3],
            full_name(r[4], r[5]),
            r[6],
            r[7] or "",
            r[8],
            r[9],
            bool(r[10]),
        )
        for r in rows
    ]
    return sorted(found, key=lambda each: (each.part in FAMILY_ROLES, each.in_queue))
