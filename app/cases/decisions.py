"""Decisions whether to assess, made by the SEN team within six weeks of the request (reg. 5)."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from app.cases.events import AssessmentAgreed, AssessmentDeclined
from app.cases.tables import Decision
from app.core.errors import Conflict, FieldError, NotFound, ValidationFailed
from app.core.text_input import character_faults
from app.core.unit_of_work import UnitOfWork
from app.core.wording import N_, Wording
from app.forms.events import CorrectedNotToAssess, CorrectedToAssess
from app.forms.queries.forms import form_for_update
from app.forms.rules.form_deadlines import request_due_on
from app.forms.rules.workflow import REQUEST, FormState
from app.forms.tables.forms import Request
from app.forms.workflow_roles import workflow_roles_of

LONGEST_REASON = 4000


@dataclass(frozen=True)
class Decided:
    """The reasons for a decision and the day it was made (today where none is given)."""

    reason: str
    decided_on: date | None = None
    correction_reason: str = ""


def agree_to_assess(work: UnitOfWork, form_id: int, reason: str, decided_on: date | None = None) -> Request:
    """Record that the council will assess and return the request.

    The final plan is then due 20 weeks from the day of receipt.
    """
    request, _ = _record(work, form_id, "agree_to_assess", Decided(reason, decided_on))
    work.record(AssessmentAgreed(child_id=request.child_id, form_id=request.id))
    return request


def decline_to_assess(work: UnitOfWork, form_id: int, reason: str, decided_on: date | None = None) -> Request:
    """Record that the council will not assess, with the reasons, and return the request. Nothing more is due."""
    request, _ = _record(work, form_id, "decline_to_assess", Decided(reason, decided_on))
    work.record(AssessmentDeclined(child_id=request.child_id, form_id=request.id))
    return request


def correct_decision(work: UnitOfWork, form_id: int, assess: bool, decided: Decided) -> Request:
    """Replace a decision that was recorded wrongly and return the request.

    The earlier decision stays in the history. Raises ValidationFailed when there is no reason for the
    correction, or nothing differs from the earlier decision.
    """
    before = work.get(Request, form_id).state
    step_name, event = (
        ("correct_to_assess", CorrectedToAssess)
        if assess
        else ("correct_not_to_assess", CorrectedNotToAssess)
    )
    request, number = _record(work, form_id, step_name, decided)
    work.record(event(child_id=request.child_id, form_id=request.id, before=before.name, number=number))
    return request


def history_of(work: UnitOfWork, form_id: int) -> list[Decision]:
    """Return every decision on a request, newest first; empty for readers outside the SEN team."""
    found = select(Decision).where(Decision.form_id == form_id).order_by(Decision.number.desc())
    return list(work.session.scalars(found.options(joinedload(Decision.recorded_by))))


def _record(work: UnitOfWork, form_id: int, step_name: str, decided: Decided) -> tuple[Request, int]:
    request = form_for_update(work.session, form_id)
    if not isinstance(request, Request):
        raise NotFound("Request")
    step = REQUEST.step(step_name, request.state, workflow_roles_of(work, request))
    is_correction = step_name.startswith("correct")
    decided_on = decided.decided_on or work.today
    _check(work, request, step.end, decided, is_correction)
    number = work.session.scalars(select(func.max(Decision.number)).where(Decision.form_id == form_id)).one()
    number = (number or 0) + 1
    request.decision_reason, request.decided_on = decided.reason.strip(), decided_on
    request.state = step.end
    request.due_on = request_due_on(request.state, request.received_on)
    request.decided_at, request.decided_by_id = work.now, work.me.user_id
    decision = Decision(
        created_at=work.now,
        form_id=request.id,
        number=number,
        outcome=step.end,
        decided_on=decided_on,
        reason=request.decision_reason,
        correction_reason=decided.correction_reason.strip(),
        recorded_by_id=work.me.user_id,
    )
    work.add_only(decision, Conflict("Decision"))
    return request, number


def _check(work: UnitOfWork, request: Request, end: FormState, decided: Decided, is_correction: bool) -> None:
    faults = [
        *_text_faults("reason", decided.reason, N_("Enter the reasons for the decision")),
        *_date_faults(work, request, decided.decided_on),
    ]
    if is_correction:
        text = N_("Enter why you are correcting the decision")
        faults += _text_faults("correction_reason", decided.correction_reason, text)
        same_day = (decided.decided_on or work.today) == request.decided_on
        if request.state is end and same_day and decided.reason.strip() == request.decision_reason:
            faults.append(FieldError("decision", Wording(N_("Change the decision, its date or its reasons"))))
    if faults:
        raise ValidationFailed(*faults)


def _text_faults(field: str, text: str, missing: str) -> list[FieldError]:
    if not text.strip():
        return [FieldError(field, Wording(missing))]
    if len(text.strip()) > LONGEST_REASON:
        return [FieldError(field, Wording(N_("Use %(longest)s characters or fewer"), longest=LONGEST_REASON))]
    return character_faults(field, text)


def _date_faults(work: UnitOfWork, request: Request, decided_on: date | None) -> list[FieldError]:
    if decided_on is None:
        return []
    if decided_on > work.today:
        return [
            FieldError("decided_on", Wording(N_("The date of the decision must be today or in the past")))
        ]
    if request.received_on is not None and decided_on < request.received_on:
        text = N_("The date of the decision must be on or after the day the request was received")
        return [FieldError("decided_on", Wording(text))]
    return []
