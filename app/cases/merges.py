"""Merge two records of one child, and undo a merge."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import aliased

from app.accounts.tables.invitations import Invitation
from app.accounts.tables.memberships import is_unconfirmed
from app.accounts.tables.people import Person
from app.cases.bars import check_no_one_invited_back, copy_bars
from app.cases.links import lock_child, see_to_unattended_forms
from app.cases.moved_copies import readdress
from app.cases.tables import Case
from app.cases.unfinished import organisations_owing
from app.children.events import MergeUndone
from app.children.tables import Child, ChildLink, ChildMerge
from app.core.database.locks import hold_comparing
from app.core.database.row_filter import bypass_row_filter, set_principal
from app.core.errors import FieldError, Forbidden, InvalidState, ValidationFailed
from app.core.names import search_name
from app.core.roles import WorkflowRole
from app.core.unit_of_work import UnitOfWork
from app.core.wording import N_, Wording
from app.documents.tables import Document
from app.forms.confidentiality import note_contact_risk
from app.forms.may_know import ask_about_merge
from app.forms.named_later import keep_named_from_queues
from app.forms.queries.shares import end_shares, with_people_of_another_record
from app.forms.tables.forms import Form
from app.messages.tables import Message
from app.organisations.tables import Organisation

MOVING: tuple[type[Any], ...] = (ChildLink, Case, Form, Document, Message, Invitation)
"""The tables whose rows belong to a child and move with a merge; a case before its form, as a decision locks them."""
FILLED_IN = ("upn", "nhs_number", "known_as", "address", "postcode")
"""Details copied to the record in use where it has none."""
LONGEST_REASON = 500
_POINTERS = ("possible_duplicate_of_id", "merged_into_id")
_PLAIN = {"synchronize_session": False}


@dataclass(frozen=True)
class MergedRecord:
    """A record that was merged into another, and when."""

    merge_id: int
    name: str
    date_of_birth: date
    merged_at: datetime


def merge_records(work: UnitOfWork, newer: Child, older: Child, *, despite: bool = False) -> ChildMerge:
    """Move every row of the newer record to the older one and return the merge, which lists what moved.

    Raises ValidationFailed when both records have the same form open, when a person or organisation that the
    SEN team removed from one record is linked to the other, or, unless the officer confirmed (`despite`), when a
    form of one record may name a person linked to the other who must not know, or a person of the name or the
    organisation of such a removed one is linked. Even then, those named who would see the child only through a
    queue do not see it.
    """
    newer_id, older_id = newer.id, older.id
    hold_comparing(work.session)  # a child added at this moment may be found similar to one of these
    for each in sorted((newer_id, older_id)):
        lock_child(work, each)
    _check_no_one_comes_back(work, newer_id, older_id)
    check_no_one_invited_back(work, newer_id, older_id)
    _check_confirmed(work, newer_id, older_id)
    if not despite:
        ask_about_merge(work, newer_id, older_id)
    moved: dict[str, Any] = {"filled_in": _fill_in(newer, older)}
    if newer.contact_risk != older.contact_risk:
        note_contact_risk(work, older if newer.contact_risk else newer)
    newer.possible_duplicate_of_id = None
    newer.merged_into_id = older_id
    work.session.flush()
    with _all_rows(work, "two records of one child are merged"):
        moved["ended_links"] = _end_doubled_links(work, newer_id, older_id)
        _withdraw_doubled_invitations(work, newer_id, older_id)
        try:
            for table in MOVING:
                moved[table.__tablename__] = _move(work, table, "child_id", newer_id, older_id)
        except IntegrityError as doubled:
            text = N_(
                "Both records have the same form or request open. Cancel, withdraw or decide one of the two, then merge the "
                "records"
            )
            raise ValidationFailed(FieldError("answer", Wording(text))) from doubled
        readdress(work.session, [older_id], moved["ended_links"])
        for pointer in _POINTERS:
            moved[pointer] = _move(work, Child, pointer, newer_id, older_id, but=newer_id)
    keep_named_from_queues(work, [older_id])
    return work.add(
        ChildMerge(
            child_id=older_id,
            merged_child_id=newer_id,
            merged_by_id=work.me.user_id,
            moved=moved,
            created_at=work.now,
        )
    )


def merges_of(work: UnitOfWork, child_id: int) -> Sequence[MergedRecord]:
    """Return the records merged into this one, without undone merges, newest first; for the SEN team."""
    _team_only(work)
    work.get(Child, child_id)
    merged = aliased(Child)
    with _all_rows(work, "the SEN team reads which records were merged"):
        rows = work.session.execute(
            select(
                ChildMerge.id,
                merged.forenames,
                merged.surname,
                merged.date_of_birth,
                ChildMerge.created_at,
            )
            .join(merged, merged.id == ChildMerge.merged_child_id)
            .where(ChildMerge.child_id == child_id, ChildMerge.undone_at.is_(None))
            .order_by(ChildMerge.id.desc())
        ).all()
    return [MergedRecord(row[0], f"{row[1]} {row[2]}".strip(), row[3], row[4]) for row in rows]


def merge_to_undo(work: UnitOfWork, merge_id: int) -> tuple[Child, MergedRecord]:
    """Return the record in use and the one merged into it. Raises InvalidState when the merge is undone."""
    _team_only(work)
    child_id = work.get(ChildMerge, merge_id).child_id
    found = next((each for each in merges_of(work, child_id) if each.merge_id == merge_id), None)
    if found is None:
        raise InvalidState("undo_merge")
    return work.get(Child, child_id), found


def undo_merge(work: UnitOfWork, merge_id: int, reason: str) -> ChildMerge:
    """Undo a merge and return it: rows that came with the merged record go back to it.

    Rows added since the merge stay with the record in use, except the consents of people who are linked to the other
    record only: their givers could no longer read or withdraw them. What was sent to a person by name they read as long as
    they are linked to the record that it is about; a form shared meanwhile with a person who is now linked to the other
    record only is no longer shared with them. Raises InvalidState when it is undone already, and
    ValidationFailed without a reason.
    """
    _team_only(work)
    if not reason.strip() or len(reason) > LONGEST_REASON:
        raise ValidationFailed(
            FieldError("reason", Wording(N_("Enter why the records are for different children")))
        )
    merge = work.get(ChildMerge, merge_id)
    child = lock_child(work, merge.child_id)  # raises NotFound when it is merged into another itself
    undone = work.session.execute(
        update(ChildMerge)
        .where(ChildMerge.id == merge.id, ChildMerge.undone_at.is_(None))
        .values(undone_at=work.now, undone_by_id=work.me.user_id),
        execution_options=_PLAIN,
    )
    if undone.rowcount != 1:  # type: ignore[attr-defined]
        raise InvalidState("undo_merge")
    _take_back(child, merge.moved["filled_in"])
    work.session.flush()
    child_id, merged_id, moved, merged_at = child.id, merge.merged_child_id, merge.moved, merge.created_at
    with _all_rows(work, "two merged records are two again"):
        for table in MOVING:
            _move_back(work, table, "child_id", moved.get(table.__tablename__, []), child_id, merged_id)
        for pointer in _POINTERS:
            _move_back(work, Child, pointer, moved[pointer], child_id, merged_id)
        _open_again(work, moved["ended_links"], child_id)
        forms = [*moved["form"], *_return_consents(work, child_id, merged_id)]
        of_forms = and_(Document.form_id.in_(forms), Document.child_id == child_id)
        work.session.execute(
            update(Document).where(of_forms).values(child_id=merged_id), execution_options=_PLAIN
        )
        of_requests = and_(Case.request_id.in_(forms), Case.child_id == child_id)
        work.session.execute(
            update(Case).where(of_requests).values(child_id=merged_id), execution_options=_PLAIN
        )
        of_cases = Document.case_id.in_(select(Case.id).where(Case.child_id == merged_id))
        work.session.execute(
            update(Document).where(of_cases, Document.child_id == child_id).values(child_id=merged_id),
            execution_options=_PLAIN,
        )
        readdress(work.session, [child_id, merged_id])
        end_shares(work.session, with_people_of_another_record((child_id, merged_id)), work.now)
        work.session.expire_all()
        copy_bars(work, child_id, merged_id, merged_at)
        copy_bars(work, merged_id, child_id, merged_at)
        work.session.flush()
        back: dict[str, Any] = {"merged_into_id": None}
        if child.contact_risk:  # the flag may be meant for either of them
            back["contact_risk"] = True
        work.session.execute(
            update(Child).where(Child.id == merged_id).values(**back), execution_options=_PLAIN
        )
    for each in (child_id, merged_id):  # the author of a form of one record may be linked to the other only
        for organisation_id in organisations_owing(work, each):
            see_to_unattended_forms(work, each, organisation_id)
    # A form came while the records were one and names a person whose own link stays with the other record.
    keep_named_from_queues(work, [child_id, merged_id])
    work.record(MergeUndone(child_id=child_id, of_child_id=merged_id, reason=reason.strip()))
    return work.get(ChildMerge, merge_id)


def _check_confirmed(work: UnitOfWork, *child_ids: int) -> None:
    """Raise ValidationFailed for a record to which an unconfirmed person is linked.

    The merge would give them access to the other record.
    """
    statement = (
        select(Person.first_name, Person.last_name)
        .join(ChildLink, ChildLink.person_id == Person.id)
        .where(
            ChildLink.child_id.in_(child_ids),
            ChildLink.part == WorkflowRole.author,
            ChildLink.ended_at.is_(None),
            is_unconfirmed(ChildLink.person_id, ChildLink.organisation_id),
        )
    )
    for first, last in work.session.execute(statement.order_by(Person.id).limit(1)):
        text = N_(
            "%(name)s is not confirmed as working for their organisation yet. Confirm or refuse them under "
            "“People to confirm” before you merge these records"
        )
        raise ValidationFailed(FieldError("answer", Wording(text, name=f"{first} {last}")))


def _check_no_one_comes_back(work: UnitOfWork, newer_id: int, older_id: int) -> None:
    """Raise ValidationFailed for a person or organisation removed from one record and linked to the other."""
    removed, still = ChildLink, aliased(ChildLink)
    other = and_(
        still.child_id.in_((newer_id, older_id)),
        still.child_id != removed.child_id,
        still.ended_at.is_(None),
        or_(
            still.person_id == removed.person_id,
            and_(
                removed.person_id.is_(None),
                still.organisation_id == removed.organisation_id,
                or_(still.person_id.is_(None), still.through_queue.is_(True)),
            ),
        ),
    )
    found = work.session.execute(
        select(removed.person_id, removed.organisation_id)
        .join(still, other)
        .where(removed.child_id.in_((newer_id, older_id)), removed.barred.is_(True))
        .limit(1)
    ).first()
    if found is None:
        return
    person_id, organisation_id = found
    name = (
        work.get(Person, person_id).name
        if person_id is not None
        else work.get(Organisation, organisation_id or 0).name
    )
    text = N_(
        "You ended the involvement of %(name)s in one of the records, and they are linked to the other. "
        "Link them to both or end their involvement in both, then merge the records"
    )
    raise ValidationFailed(FieldError("answer", Wording(text, name=name)))


def _fill_in(newer: Child, older: Child) -> dict[str, list[Any]]:
    """Fill in what the older record lacks; return each detail's old and new value."""
    columns = [*FILLED_IN, "upn_missing_reason", "postcode_missing_reason"]
    before = {column: getattr(older, column) for column in columns}
    for column in FILLED_IN:
        if not before[column]:
            setattr(older, column, getattr(newer, column))
    if older.known_as != before["known_as"]:
        older.search_name = search_name(older.surname, older.forenames, older.known_as)
    for number in ("upn", "postcode"):
        if getattr(older, number):
            setattr(older, f"{number}_missing_reason", None)
    after = {column: getattr(older, column) for column in columns}
    return {column: [before[column], after[column]] for column in columns if before[column] != after[column]}


def _take_back(child: Child, filled_in: Mapping[str, Sequence[Any]]) -> None:
    """Give the details that a merge filled in their old values, where they were not changed since."""
    for column, (before, after) in filled_in.items():
        if getattr(child, column) == after:
            setattr(child, column, before)
    if "known_as" in filled_in:
        child.search_name = search_name(child.surname, child.forenames, child.known_as)


def _move(
    work: UnitOfWork, table: type[Any], column: str, from_id: int, to_id: int, *, but: int | None = None
) -> list[int]:
    held = getattr(table, column)
    criterion = held == from_id if but is None else and_(held == from_id, table.id != but)
    ids = list(work.session.scalars(select(table.id).where(criterion)))
    work.session.execute(update(table).where(criterion).values({column: to_id}), execution_options=_PLAIN)
    return ids


def _move_back(
    work: UnitOfWork, table: type[Any], column: str, ids: Sequence[int], from_id: int, to_id: int
) -> None:
    held = getattr(table, column)
    work.session.execute(
        update(table).where(table.id.in_(ids), held == from_id).values({column: to_id}),
        execution_options=_PLAIN,
    )


def _end_doubled_links(work: UnitOfWork, newer_id: int, older_id: int) -> list[int]:
    """End the newer record's links that the older record has too: the same person or queue, for the same organisation.

    Returns their ids.
    """
    doubled = and_(ChildLink.child_id == newer_id, ChildLink.ended_at.is_(None), _has_twin(older_id))
    ids = list(work.session.scalars(select(ChildLink.id).where(doubled)))
    work.session.execute(
        update(ChildLink).where(doubled).values(ended_at=work.now, ended_by_id=work.me.user_id),
        execution_options=_PLAIN,
    )
    return ids


def _withdraw_doubled_invitations(work: UnitOfWork, newer_id: int, older_id: int) -> None:
    """Withdraw the newer record's invitations of addresses that are invited to the older one too.

    An address can have one open invitation to a child.
    """
    is_open = (Invitation.accepted_at.is_(None), Invitation.withdrawn_at.is_(None))
    invited = select(Invitation.email).where(Invitation.child_id == older_id, *is_open)
    work.session.execute(
        update(Invitation)
        .where(Invitation.child_id == newer_id, Invitation.email.in_(invited), *is_open)
        .values(withdrawn_at=work.now),
        execution_options=_PLAIN,
    )


def _open_again(work: UnitOfWork, ids: Sequence[int], child_id: int) -> None:
    """Reopen the links that the merge ended, for people and organisations still linked to the record in use.

    Others, whose link was ended since or whose account was closed, stay ended.
    """
    still_linked = and_(ChildLink.id.in_(ids), _has_twin(child_id))
    work.session.execute(
        update(ChildLink).where(still_linked).values(ended_at=None, ended_by_id=None),
        execution_options=_PLAIN,
    )


def _has_twin(child_id: int) -> ColumnElement[bool]:
    """Return the criterion for a link that is open at this record too, by its person and organisation."""
    twin = aliased(ChildLink)
    return (
        select(twin.id)
        .where(
            twin.child_id == child_id,
            twin.ended_at.is_(None),
            twin.person_id.is_not_distinct_from(ChildLink.person_id),
            twin.organisation_id.is_not_distinct_from(ChildLink.organisation_id),
        )
        .correlate(ChildLink)
        .exists()
    )


def _return_consents(work: UnitOfWork, child_id: int, merged_id: int) -> list[int]:
    """Move the consents given since the merge by people who are linked to the merged record only. Return their ids."""
    linked = select(ChildLink.person_id).where(ChildLink.ended_at.is_(None), ChildLink.person_id.is_not(None))
    theirs = and_(
        Form.child_id == child_id,
        Form.kind == "consent",
        Form.author_id.in_(linked.where(ChildLink.child_id == merged_id)),
        Form.author_id.not_in(linked.where(ChildLink.child_id == child_id)),
    )
    ids = list(work.session.scalars(select(Form.id).where(theirs)))
    _move_back(work, Form, "child_id", ids, child_id, merged_id)
    return ids


@contextmanager
def _all_rows(work: UnitOfWork, reason: str) -> Iterator[None]:
    """Bypass row-level security: some rows are hidden from the SEN team but move with the record."""
    bypass_row_filter(work.session, reason)
    try:
        yield
    finally:
        set_principal(work.session, work.who)


def _team_only(work: UnitOfWork) -> None:
    if not work.me.in_sen_team:
        raise Forbidden("merge")
