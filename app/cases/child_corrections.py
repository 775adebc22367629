"""Corrections of a child's record: by the SEN team, and by its author while the request is a draft."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Integer, bindparam, or_, select

from app.cases.duplicates import known_child_like
from app.children.child_details import NewChild, check_details, columns_of, identity_of
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
    """The corrected details, the version of the record they were entered over, and the reason."""

    details: NewChild
    setting_id: int | None
    reason: str
    version: int


def may_correct(work: UnitOfWork, child_id: int) -> bool:
    """Return whether this person may correct the record now.

    The SEN team always may. A linked professional may while their organisation's request is a draft and
    nothing about the child has been sent to the SEN team, but not where an address is confidential, because
    the page shows it.
    """
    if work.me.in_sen_team:
        return True
    if not work.me.has(Role.professional) or not is_linked(work, child_id):
        return False
    draft = work.session.scalars(
        select(Request.id)
        .join(Child, Child.id == Request.child_id)
        .where(
            Child.contact_risk.is_(False),
            Request.child_id == child_id,
            Request.organisation_id == work.me.organisation_id,
            Request.state == FormState.draft,
        )
        .limit(1)
    ).first()
    return draft is not None and not _anything_sent(work, child_id)


def correct_child(work: UnitOfWork, child_id: int, correction: Correction) -> dict[str, list[Any]]:
    """Correct a child's details and return each changed detail with its old and new value.

    Raises Forbidden for a person who may not correct the record. Raises ValidationFailed for invalid details,
    or when the record was changed since the page was opened, so that no one's changes are overwritten.
    """
    work.get(Child, child_id)
    if not may_correct(work, child_id):
        raise Forbidden("correct_child")
    if faults := _faults(work, correction):
        raise ValidationFailed(*faults)
    identity = identity_of(correction.details)
    like = known_child_like(
        work, identity, other_than=child_id
    )  # this query must run before the record is loaded
    child = work.get(Child, child_id)
    if child.version != correction.version:
        text = N_(
            "Someone has changed this record since you opened the page. Check the details and save again"
        )
        raise ValidationFailed(FieldError("reason", Wording(text)))
    wanted = columns_of(correction.details, identity)
    if work.me.in_sen_team:
        wanted["setting_id"] = correction.setting_id
    changes = {
        name: [getattr(child, name), value] for name, value in wanted.items() if getattr(child, name) != value
    }
    if not changes:
        return {}
    for name, (_old, new) in changes.items():
        setattr(child, name, new)
    child.search_name = search_name(child.surname, child.forenames, child.known_as)
    work.record(ChildCorrected(child_id=child_id, changes=_plain(changes), reason=correction.reason.strip()))
    if like is not None and child.possible_duplicate_of_id is None and child.id > like:
        child.possible_duplicate_of_id = like
        work.record(PossibleDuplicateFound(child_id=child_id, of_child_id=like))
    work.session.flush()
    return changes


def _faults(work: UnitOfWork, correction: Correction) -> list[FieldError]:
    faults = check_details(correction.details, work.today)
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
    """Return whether any form about the child was ever sent, by anyone: then the SEN team knows the child."""
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
    """Return the changes as values that the audit log can store as JSON."""
    return {
        name: [value.isoformat() if isinstance(value, date) else value for value in values]
        for name, values in changes.items()
    }
