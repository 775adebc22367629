"""Correcting a child's record: by the SEN team, and by its author while the request is a draft."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Integer, bindparam, or_, select

from app.cases.duplicates import known_child_like
from app.children.child_details import NewChild, columns_of, identity_of, what_is_wrong
from app.children.events import ChildCorrected, PossibleDuplicateFound
from app.children.tables import Child
from app.core.database.row_filter import bypass_row_filter, set_principal
from app.core.errors import FieldError, Forbidden, ValidationFailed
from app.core.names import search_name
from app.core.roles import Role
from app.core.unit_of_work import UnitOfWork
from app.core.wording import N_, Wording
from app.forms.rules.workflow import FormState
from app.forms.tables.forms import Form, Request
from app.forms.workflow_roles import is_linked
from app.organisations.tables import Organisation

LONGEST_REASON = 500


@dataclass(frozen=True)
class Correction:
    """What was typed to correct a record, the version of the record it was typed over, and why."""

    typed: NewChild
    setting_id: int | None
    reason: str
    version: int


def may_correct(work: UnitOfWork, child_id: int) -> bool:
    """Whether this person may correct the record now.

    The SEN team always; a linked professional while their organisation's request is a draft and nothing about the
    child has been sent to the SEN team; never where an address must be kept secret, since the page shows it.
    """
    if work.me.in_sen_team:
        return True
    if not work.me.has(Role.professional) or not is_linked(work, child_id):
        return False
    if work.get(Child, child_id).contact_risk:
        return False
    draft = work.session.scalars(
        select(Request.id)
        .where(
            Request.child_id == child_id,
            Request.organisation_id == work.me.organisation_id,
            Request.state == FormState.draft,
        )
        .limit(1)
    ).first()
    return draft is not None and not _anything_sent(work, child_id)


def correct_child(work: UnitOfWork, child_id: int, correction: Correction) -> dict[str, list[Any]]:
    """Correct a child's details. Returns each changed detail with its old and new value; none, nothing was changed.

    Raises Forbidden for a person who may not correct the record, and ValidationFailed for what cannot be accepted, also when
    the record was changed since the page was opened: nothing that was typed is lost, and nothing is overwritten.
    """
    work.get(Child, child_id)
    if not may_correct(work, child_id):
        raise Forbidden("correct_child")
    if faults := _faults(work, correction):
        raise ValidationFailed(*faults)
    identity = identity_of(correction.typed)
    like = known_child_like(work, identity, other_than=child_id)  # asked before the row is loaded
    child = work.get(Child, child_id)
    if child.version != correction.version:
        text = N_(
            "Someone has changed this record since you opened the page. Check the details and save again"
        )
        raise ValidationFailed(FieldError("reason", Wording(text)))
    wanted = columns_of(correction.typed, identity)
    if work.me.in_sen_team:
        wanted["setting_id"] = correction.setting_id
    changes = {
        name: [getattr(child, name), value] for name, value in wanted.items() if getattr(child, name) != value
    }
    if not changes:
        return {}
    for name, (_old, new) in changes.items():
        setattr(child, name, new)
    child.search_name = search_name(child.surname, child.forenames)
    work.record(ChildCorrected(child_id=child_id, changes=_plain(changes), reason=correction.reason.strip()))
    if like is not None and child.possible_duplicate_of_id is None and child.id > like:
        child.possible_duplicate_of_id = like
        work.record(PossibleDuplicateFound(child_id=child_id, of_child_id=like))
    work.session.flush()
    return changes


def _faults(work: UnitOfWork, correction: Correction) -> list[FieldError]:
    faults = what_is_wrong(correction.typed, work.today)
    if correction.setting_id is not None and work.me.in_sen_team:
        work.get(Organisation, correction.setting_id)
    if not correction.reason.strip():
        faults.append(FieldError("reason", Wording(N_("Enter why you are changing the record"))))
    elif len(correction.reason) > LONGEST_REASON:
        faults.append(
            FieldError("reason", Wording(N_("Use %(longest)s characters or fewer"), longest=LONGEST_REASON))
        )
    return faults


def _anything_sent(work: UnitOfWork, child_id: int) -> bool:
    """Whether any form about the child was ever sent, by anyone: the SEN team knows the child from then on."""
    bypass_row_filter(work.session, "a draft's author asks whether the SEN team knows the child")
    try:
        return work.session.scalars(_SENT, {"child": child_id}).first() is not None
    finally:
        set_principal(work.session, work.who)


_SENT = (
    select(Form.id)
    .where(
        Form.child_id == bindparam("child", type_=Integer()),
        or_(Form.submitted_at.is_not(None), Form.received_on.is_not(None)),
    )
    .limit(1)
)


def _plain(changes: dict[str, list[Any]]) -> dict[str, list[Any]]:
    """The changes as the audit keeps them."""
    return {
        name: [value.isoformat() if isinstance(value, date) else value for value in values]
        for name, values in changes.items()
    }
