"""Decisions after the assessment: to make a plan or none, what mediation or the Tribunal changed, withdrawal."""

from sqlalchemy import select

from app.cases.case_returns import record_return
from app.cases.decisions import Decided, held_for_decision, record_decision
from app.cases.duties import start_ordered_duties
from app.cases.events import CaseResumed, CaseWithdrawn, DecisionOverturned, PlanAgreed, PlanDeclined
from app.cases.plans import latest_draft
from app.cases.rules.case_states import BEFORE_PLAN, OVERTURNING, CaseState
from app.cases.rules.sen2 import MARKS, YES
from app.cases.tables import Case, Decision
from app.core.errors import FieldError, ValidationFailed
from app.core.unit_of_work import UnitOfWork
from app.core.wording import N_, Wording

OVERTURNED = {
    CaseState.not_assessing: "overturn_to_assess",
    CaseState.not_issuing: "overturn_to_issue",
}
"""The step with which mediation or the Tribunal reverses a refusal, by the state that it left."""


def agree_to_issue(work: UnitOfWork, case_id: int, decided: Decided) -> Case:
    """Record that the council will make a plan (CFA 2014, s. 37) and return the case."""
    case = held_for_decision(work, case_id)
    record_decision(work, case, "agree_to_issue", decided)
    work.record(PlanAgreed(child_id=case.child_id, case_id=case.id, form_id=case.request_id))
    return case


def decline_to_issue(work: UnitOfWork, case_id: int, decided: Decided) -> Case:
    """Record that the council will make no plan, with the reasons (reg. 10), and return the case."""
    case = held_for_decision(work, case_id)
    record_decision(work, case, "decline_to_issue", decided)
    work.record(PlanDeclined(child_id=case.child_id, case_id=case.id, form_id=case.request_id))
    return case


def overturn(work: UnitOfWork, case_id: int, decided: Decided) -> Case:
    """Record that mediation or the Tribunal reversed a refusal, and return the case, which goes on.

    The day of `decided` is that of the agreement or order. The council's own decision stays in the history, and the
    SEN2 return's mark for the mediation or the appeal is set. Raises ValidationFailed without mediation or the Tribunal as the basis, and InvalidState where nothing was refused.
    """
    case = held_for_decision(work, case_id)
    before = case.state
    if decided.basis not in OVERTURNING:
        raise ValidationFailed(FieldError("basis", Wording(N_("Choose what changed the decision"))))
    record_decision(work, case, OVERTURNED.get(before, "overturn_to_assess"), decided)
    start_ordered_duties(work, case, decided.decided_on or work.today)
    record_return(work, case.id, {MARKS[before, decided.basis]: YES})
    work.record(
        DecisionOverturned(
            child_id=case.child_id,
            case_id=case.id,
            form_id=case.request_id,
            before=before.name,
            basis=decided.basis.name,
        )
    )
    return case


def withdraw(work: UnitOfWork, case_id: int, decided: Decided) -> Case:
    """Record that the request was withdrawn, with who wrote or telephoned, and return the case. Nothing more is due.

    Advice that was asked for stays open until it is cancelled.
    """
    case = held_for_decision(work, case_id)
    before = case.state
    record_decision(work, case, "withdraw", decided)
    work.record(
        CaseWithdrawn(child_id=case.child_id, case_id=case.id, form_id=case.request_id, before=before.name)
    )
    return case


def resume(work: UnitOfWork, case_id: int, decided: Decided) -> Case:
    """Continue a withdrawn case where it was, with a reason, and return it. Its time limits never stopped."""
    case = held_for_decision(work, case_id)
    record_decision(work, case, f"resume_{state_before_withdrawal(work, case).name}", decided)
    work.record(CaseResumed(child_id=case.child_id, case_id=case.id, form_id=case.request_id))
    return case


def state_before_withdrawal(work: UnitOfWork, case: Case) -> CaseState:
    """Return the state in which a case was withdrawn; that of a new case where no earlier decision says otherwise."""
    outcomes = work.session.scalars(
        select(Decision.outcome)
        .where(Decision.case_id == case.id, Decision.outcome != CaseState.withdrawn)
        .order_by(Decision.number.desc())
    )
    found = next((each for each in outcomes if each in BEFORE_PLAN), CaseState.received)
    is_served = found is CaseState.preparing_plan and latest_draft(work, case.id) is not None
    return CaseState.draft_served if is_served else found
