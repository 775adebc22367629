"""Possible duplicate records of a child: found when a child is added, settled by the SEN team."""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, func, or_, select

from app.cases.merges import merge_records
from app.cases.tables import Case
from app.children.events import ChildViewed, DuplicateSettled
from app.children.rules.matching import Identity, first_match
from app.children.tables import Child, ChildLink
from app.core.database.locks import hold_comparing
from app.core.database.row_filter import bypass_row_filter, set_principal
from app.core.errors import Forbidden, InvalidState
from app.core.unit_of_work import UnitOfWork
from app.forms.tables.forms import Form
from app.messages.tables import Message

IDENTITY = (
    Child.forenames,
    Child.surname,
    Child.date_of_birth,
    Child.known_as,
    Child.postcode,
    Child.upn,
    Child.nhs_number,
    Child.id,
)
"""The columns of an Identity, in its order."""


def alike(details: Identity) -> list[ColumnElement[bool]]:
    """Return the criteria for a similar record: the same date of birth, UPN or NHS number."""
    criteria = [Child.date_of_birth == details.date_of_birth]
    if details.upn:
        criteria.append(Child.upn == details.upn)
    if details.nhs_number:
        criteria.append(Child.nhs_number == details.nhs_number)
    return criteria


def known_child_like(work: UnitOfWork, details: Identity, *, other_than: int | None = None) -> int | None:
    """Return the id of an existing child who may be the same, or None.

    Row-level security is bypassed, because the person adding may not see the other record. The same query
    runs whether there is such a child or not, so that its duration discloses nothing. Call this before
    loading anything else into the session.
    """
    hold_comparing(work.session)
    bypass_row_filter(work.session, "a new child is compared with all known children")
    try:
        rows = work.session.execute(
            select(*IDENTITY)
            .where(Child.merged_into_id.is_(None), Child.id != (other_than or 0), or_(*alike(details)))
            .order_by(Child.id)
        ).all()
    finally:
        set_principal(work.session, work.who)
    found = first_match(details, (Identity(*row) for row in rows))
    return found.child_id if found else None


def the_pair(work: UnitOfWork, child_id: int) -> tuple[Child, Child]:
    """Return the newer record and the older one it may duplicate; for the SEN team only.

    Raises InvalidState for a record that is not a possible duplicate.
    """
    _team_only(work)
    newer = work.get(Child, child_id)
    if newer.possible_duplicate_of_id is None:
        raise InvalidState("duplicate")
    return newer, work.get(Child, newer.possible_duplicate_of_id)


def compare(work: UnitOfWork, child_id: int) -> tuple[Child, Child]:
    """Return the two records and record in the audit log that both were viewed."""
    newer, older = the_pair(work, child_id)
    for each in (newer, older):
        work.record(ChildViewed(child_id=each.id))
    return newer, older


@dataclass(frozen=True)
class Moving:
    """How much of each kind belongs to a record and moves when it is merged."""

    cases: int
    forms: int
    people: int
    messages: int


def moving_of(work: UnitOfWork, child_id: int) -> Moving:
    """Return how much belongs to a record, to help the SEN team decide: one statement."""
    is_open = ChildLink.ended_at.is_(None)
    counted = [
        select(func.count()).where(table.child_id == child_id, *more).scalar_subquery()
        for table, more in ((Case, ()), (Form, ()), (ChildLink, (is_open,)), (Message, ()))
    ]
    return Moving(*work.session.execute(select(*counted)).one())


def same_child(work: UnitOfWork, child_id: int, *, despite: bool = False) -> Child:
    """Merge the newer record into the older one and return the older one.

    `despite`: the officer was warned that a form of one record names a person linked to the other who must
    not know, and confirmed.
    """
    newer, older = the_pair(work, child_id)
    merge = merge_records(work, newer, older, despite=despite)
    remaining_id, merged_id = merge.child_id, merge.merged_child_id
    work.record(DuplicateSettled(child_id=remaining_id, of_child_id=merged_id, same=True))
    return work.get(Child, remaining_id)


def different_children(work: UnitOfWork, child_id: int) -> Child:
    """Record that the two records are different children, and return the newer one."""
    newer, older = the_pair(work, child_id)
    newer.possible_duplicate_of_id = None
    work.record(DuplicateSettled(child_id=newer.id, of_child_id=older.id, same=False))
    return newer


def _team_only(work: UnitOfWork) -> None:
    if not work.me.in_sen_team:
        raise Forbidden("duplicate")
