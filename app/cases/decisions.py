"""Decisions of the council on a case; those whether to assess are made within six weeks of the request (reg. 5)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from app.cases.cases import case_for_update
from app.cases.duties import keep_duties
from app.cases.events import (
    AssessmentAgreed,
    AssessmentDeclined,
    CorrectedNotToAssess,
    CorrectedNotToIssue,
    CorrectedToAssess,
    CorrectedToIssue,
    DecisionCorrected,
)
from app.cases.lateness import IN_TIME, Lateness, stored_lateness
from app.cases.rules.case_states import (
    ABOUT_A_PLAN,
    ABOUT_ASSESSING,
    CASE,
    UNDECIDED,
    CaseState,
    DecisionBasis,
)
from app.cases.tables import Case, Decision
from app.core.errors import Conflict, FieldError, Forbidden, ValidationFailed
from app.core.roles import WorkflowRole
from app.core.text_input import character_faults
from app.core.unit_of_work import UnitOfWork
from app.core.wording import N_, Wording
from app.forms.queries.forms import form_for_update
from app.forms.rules.workflow import REQUEST, FormState

DECIDE, NO_PLAN = "decide_to_assess", "no_plan_notice"
LIMIT_OF: Mapping[str, str] = {
    "agree_to_assess": DECIDE,
    "decline_to_assess": DECIDE,
    "correct_to_assess": DECIDE,
    "correct_not_to_assess": DECIDE,
    "decline_to_issue": NO_PLAN,
    "correct_not_to_issue": NO_PLAN,
}
"""The duty whose last day a decision keeps or misses; other steps have none of their own."""
LONGEST_REASON = 4000
LONGEST_PANEL = 500
_SEN_TEAM = frozenset({WorkflowRole.sen_team})


@dataclass(frozen=True)
class Decided:
    """The reasons for a decision, the day it was made (today where none is given), and the panel that advised on it."""

    reason: str
    decided_on: date | None = None
    correction_reason: str = ""
    basis: DecisionBasis = DecisionBasis.council
    panel_on: date | None = None
    panel_members: str = ""
    lateness: Lateness = IN_TIME


def agree_to_assess(work: UnitOfWork, case_id: int, decided: Decided) -> Case:
    """Record that the council will assess and return the case.

    The final plan is then due 20 weeks from the day of receipt.
    """
    case = held_for_decision(work, case_id)
    record_decision(work, case, "agree_to_assess", decided)
    work.record(AssessmentAgreed(child_id=case.child_id, case_id=case.id, form_id=case.request_id))
    return case


def decline_to_assess(work: UnitOfWork, case_id: int, decided: Decided) -> Case:
    """Record that the council will not assess, with the reasons, and return the case. Nothing more is due."""
    case = held_for_decision(work, case_id)
    record_decision(work, case, "decline_to_assess", decided)
    work.record(AssessmentDeclined(child_id=case.child_id, case_id=case.id, form_id=case.request_id))
    return case


CORRECTIONS: Mapping[str, type[DecisionCorrected]] = {
    "correct_to_assess": CorrectedToAssess,
    "correct_not_to_assess": CorrectedNotToAssess,
    "correct_to_issue": CorrectedToIssue,
    "correct_not_to_issue": CorrectedNotToIssue,
}


def correct_decision(work: UnitOfWork, case_id: int, agreed: bool, decided: Decided) -> Case:
    """Replace a decision that was recorded wrongly, to assess or to make a plan, and return the case.

    The earlier decision stays in the history. Raises ValidationFailed when there is no reason for the
    correction, or nothing differs from the earlier decision.
    """
    case = held_for_decision(work, case_id)
    before = case.state
    question = "issue" if before in ABOUT_A_PLAN else "assess"
    step_name = f"correct_to_{question}" if agreed else f"correct_not_to_{question}"
    number = record_decision(work, case, step_name, decided)
    work.record(
        CORRECTIONS[step_name](
            child_id=case.child_id,
            case_id=case.id,
            form_id=case.request_id,
            before=before.name,
            number=number,
        )
    )
    return case


def history_of(work: UnitOfWork, case_id: int) -> list[Decision]:
    """Return every decision on a case, newest first; empty for readers outside the SEN team."""
    found = select(Decision).where(Decision.case_id == case_id).order_by(Decision.number.desc())
    return list(work.session.scalars(found.options(joinedload(Decision.recorded_by))))


def latest_decision(work: UnitOfWork, case_id: int) -> Decision | None:
    """Return the decision that holds, or None before the first and for readers outside the SEN team."""
    found = select(Decision).where(Decision.case_id == case_id).order_by(Decision.number.desc())
    return work.session.scalars(found.limit(1)).one_or_none()


def reasons_by_request(work: UnitOfWork, child_id: int) -> dict[int, str]:
    """Return the reasons of the decision that holds on each request about a child, by the id of the request's form.

    Empty for readers outside the SEN team.
    """
    if not work.me.in_sen_team:
        return {}
    rows = work.session.execute(
        select(Case.request_id, Decision.reason)
        .join(Decision, Decision.case_id == Case.id)
        .where(Case.child_id == child_id, Case.request_id.is_not(None))
        .order_by(Decision.number)
    )
    return {request_id: reason for request_id, reason in rows if request_id is not None}


def held_for_decision(work: UnitOfWork, case_id: int) -> Case:
    """Return a case locked for a decision. Raises Forbidden for everyone but the SEN team."""
    if not work.me.in_sen_team:
        raise Forbidden("decide")
    return case_for_update(work, case_id)


def record_decision(work: UnitOfWork, case: Case, step_name: str, decided: Decided) -> int:
    """Record a decision on a case of `held_for_decision` and return its number in the history."""
    step = CASE.step(step_name, case.state, _SEN_TEAM)
    is_correction = step_name.startswith("correct")
    decided_on = decided.decided_on or work.today
    before = latest_decision(work, case.id)
    _check(work, case, step.end, decided, before if is_correction else None)
    limit = LIMIT_OF.get(step_name)
    lateness, faults = stored_lateness(work, case, limit, decided_on, decided.lateness)
    if faults:
        raise ValidationFailed(*faults)
    number = before.number + 1 if before is not None else 1
    case.state = step.end
    if step.end in ABOUT_ASSESSING and not step_name.startswith("resume"):
        case.decided_on = decided_on
    keep_duties(work, case, decided_on)
    if case.state not in UNDECIDED:
        _close_form(work, case)
    decision = Decision(
        created_at=work.now,
        case_id=case.id,
        number=number,
        outcome=step.end,
        decided_on=decided_on,
        basis=decided.basis,
        panel_on=decided.panel_on,
        panel_members=decided.panel_members.strip(),
        reason=decided.reason.strip(),
        correction_reason=decided.correction_reason.strip(),
        exception_id=lateness.exception_id,
        late_reason=lateness.reason,
        recorded_by_id=work.me.user_id,
    )
    work.add_only(decision, Conflict("Decision"))
    return number


def _close_form(work: UnitOfWork, case: Case) -> None:
    """End the work on the request's form, whatever its state: nothing more can be added to what was decided on."""
    form = form_for_update(work.session, case.request_id) if case.request_id is not None else None
    if form is not None and form.state is not FormState.decided:
        form.state = REQUEST.step("decide", form.state, _SEN_TEAM).end


def _check(
    work: UnitOfWork, case: Case, end: CaseState, decided: Decided, corrected: Decision | None
) -> None:
    """Raise ValidationFailed with each fault; `corrected` is the decision that this one replaces."""
    faults = [
        *_text_faults("reason", decided.reason, N_("Enter the reasons for the decision")),
        *_date_faults(work, case, decided.decided_on),
        *_panel_faults(work, case, decided),
    ]
    if corrected is not None:
        text = N_("Enter why you are correcting the decision")
        faults += _text_faults("correction_reason", decided.correction_reason, text)
        same_day = (decided.decided_on or work.today) == corrected.decided_on
        if case.state is end and same_day and decided.reason.strip() == corrected.reason:
            faults.append(FieldError("decision", Wording(N_("Change the decision, its date or its reasons"))))
    if faults:
        raise ValidationFailed(*faults)


def _panel_faults(work: UnitOfWork, case: Case, decided: Decided) -> list[FieldError]:
    faults = character_faults("panel_members", decided.panel_members)
    if len(decided.panel_members) > LONGEST_PANEL:
        text = N_("Use %(longest)s characters or fewer")
        faults.append(FieldError("panel_members", Wording(text, longest=LONGEST_PANEL)))
    decided_on = decided.decided_on or work.today
    if decided.panel_on is not None and not case.received_on <= decided.panel_on <= decided_on:
        text = N_("The panel met on or after the day the request was received, and not after the decision")
        faults.append(FieldError("panel_on", Wording(text)))
    return faults


def _text_faults(field: str, text: str, missing: str) -> list[FieldError]:
    if not text.strip():
        return [FieldError(field, Wording(missing))]
    if len(text.strip()) > LONGEST_REASON:
        return [FieldError(field, Wording(N_("Use %(longest)s characters or fewer"), longest=LONGEST_REASON))]
    return character_faults(field, text)


def _date_faults(work: UnitOfWork, case: Case, decided_on: date | None) -> list[FieldError]:
    if decided_on is None:
        return []
    if decided_on > work.today:
        return [
            FieldError("decided_on", Wording(N_("The date of the decision must be today or in the past")))
        ]
    if decided_on < case.received_on:
        text = N_("The date of the decision must be on or after the day the request was received")
        return [FieldError("decided_on", Wording(text))]
    return []
