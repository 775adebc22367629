"""Record that an exception in law applies to a limit of a case, and withdraw one that was recorded wrongly.

An officer records it, with the days and the evidence; nothing is worked out by itself. The limit stays.
"""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from app.cases.cases import case_for_update
from app.cases.duties import duties_with_rules, exceptions_in, excuse_duties
from app.cases.events import ExceptionRecorded, ExceptionWithdrawn
from app.cases.plan_tables import Plan
from app.cases.rules.duties import Rule
from app.cases.rules.exceptions import EXCEPTION_LABELS, LONGEST_SPAN, Span, excuses
from app.cases.tables import Case, CaseException, Decision, Duty
from app.core.errors import FieldError, Forbidden, NotFound, ValidationFailed
from app.core.text_input import character_faults, clean_lines
from app.core.unit_of_work import UnitOfWork
from app.core.wording import N_, Wording

LONGEST_TEXT = 2000


@dataclass(frozen=True)
class EnteredException:
    """An exception as an officer enters it, with what the council plans instead."""

    code: str
    first_day: date | None
    last_day: date | None
    evidence: str
    planned_on: date | None
    plan: str


def record_exception(work: UnitOfWork, case_id: int, entered: EnteredException) -> CaseException:
    """Record an exception for the duties of a case that run and whose regulation allows it, and return it.

    For the SEN team only. Pressing twice records it once. Raises ValidationFailed with each fault.
    """
    case = _held(work, case_id)
    running = [(duty, rule) for duty, rule in duties_with_rules(work, case) if duty.ending is None]
    row = CaseException(
        case_id=case.id,
        code=entered.code,
        first_day=entered.first_day,
        last_day=entered.last_day,
        evidence=clean_lines(entered.evidence),
        planned_on=entered.planned_on,
        plan=clean_lines(entered.plan),
        recorded_by_id=work.me.user_id,
        created_at=work.now,
    )
    if faults := _faults(work.today, entered, row, running):
        raise ValidationFailed(*faults)
    for before in exceptions_in(work, case.id):
        if work.is_repeat(before.created_at, before.recorded_by_id) and _is_the_same(row, before):
            return before
    work.add(row)
    excuse_duties(work, case)
    work.record(
        ExceptionRecorded(
            child_id=case.child_id, case_id=case.id, form_id=case.request_id, code=row.code, number=row.id
        )
    )
    return row


def withdraw_exception(work: UnitOfWork, exception_id: int, reason: str) -> CaseException:
    """Withdraw an exception that was recorded wrongly, with the reason, and return it; it stays in the history.

    Raises ValidationFailed without a reason, and where the decision that holds or the final plan names it.
    """
    if not work.me.in_sen_team:
        raise Forbidden("withdraw_exception")
    case = _held(work, work.get(CaseException, exception_id).case_id)
    held = select(CaseException).where(CaseException.id == exception_id)
    row = work.session.scalars(held.execution_options(populate_existing=True)).one_or_none()
    if row is None:
        raise NotFound("CaseException")
    if row.withdrawn_at is not None:
        return row
    if faults := _text_faults("reason", reason, N_("Enter why you are withdrawing it")):
        raise ValidationFailed(*faults)
    latest = select(Decision.exception_id).where(Decision.case_id == case.id).order_by(Decision.number.desc())
    if work.session.scalars(latest.limit(1)).first() == row.id:
        text = N_("The decision names this exception. Correct the decision first")
        raise ValidationFailed(FieldError("reason", Wording(text)))
    if work.session.scalar(select(Plan.id).where(Plan.exception_id == row.id).limit(1)) is not None:
        text = N_("The final plan names this exception, so it stays")
        raise ValidationFailed(FieldError("reason", Wording(text)))
    row.withdrawn_at, row.withdrawn_by_id, row.withdrawn_reason = work.now, work.me.user_id, reason.strip()
    work.session.flush()
    excuse_duties(work, case)
    work.record(
        ExceptionWithdrawn(
            child_id=case.child_id, case_id=case.id, form_id=case.request_id, code=row.code, number=row.id
        )
    )
    return row


def codes_allowed(work: UnitOfWork, case: Case) -> list[str]:
    """Return the codes that the regulation allows for a duty of this case that runs."""
    running = [rule for duty, rule in duties_with_rules(work, case) if duty.ending is None]
    return [code for code in EXCEPTION_LABELS if any(code in rule.excused_by for rule in running)]


def excuses_by_duty(
    work: UnitOfWork, case_id: int, duties: list[tuple[Duty, Rule]]
) -> dict[str, list[CaseException]]:
    """Return the recorded exceptions by the key of the duty that each excuses."""
    recorded = exceptions_in(work, case_id)
    return {
        duty.key: [each for each in recorded if excuses(rule, duty.starts_on, duty.due_on, [each.span])]
        for duty, rule in duties
    }


def _held(work: UnitOfWork, case_id: int) -> Case:
    """Return a case locked for a change of its exceptions. Raises Forbidden for everyone but the SEN team."""
    if not work.me.in_sen_team:
        raise Forbidden("record_exception")
    return case_for_update(work, case_id)


def _is_the_same(row: CaseException, before: CaseException) -> bool:
    names = ("code", "first_day", "last_day", "evidence", "planned_on", "plan")
    return all(getattr(row, name) == getattr(before, name) for name in names)


def _faults(
    today: date, entered: EnteredException, row: CaseException, running: list[tuple[Duty, Rule]]
) -> list[FieldError]:
    first_day, last_day, planned_on = entered.first_day, entered.last_day, entered.planned_on
    faults = []
    if not any(row.code in rule.excused_by for _duty, rule in running):
        faults.append(FieldError("code", Wording(N_("Choose the exception"))))
    if first_day is None:
        faults.append(FieldError("first_day", Wording(N_("Enter the first day"))))
    if last_day is None:
        faults.append(FieldError("last_day", Wording(N_("Enter the last day"))))
    elif first_day is not None and not first_day <= last_day <= first_day + LONGEST_SPAN:
        text = N_("The last day must be on or after the first, and within 3 years of it")
        faults.append(FieldError("last_day", Wording(text)))
    faults += _text_faults("evidence", row.evidence, N_("Enter the evidence"))
    if planned_on is None:
        faults.append(FieldError("planned_on", Wording(N_("Enter the day by which you plan to do it"))))
    elif planned_on < today:
        faults.append(FieldError("planned_on", Wording(N_("The planned day must be today or later"))))
    faults += _text_faults("plan", row.plan, N_("Enter what is planned"))
    if not faults and not _is_in_time(row.span, running):
        text = N_("The days must lie within the time of a duty for which the law allows this exception")
        faults.append(FieldError("first_day", Wording(text)))
    return faults


def _is_in_time(span: Span, running: list[tuple[Duty, Rule]]) -> bool:
    return any(excuses(rule, duty.starts_on, duty.due_on, [span]) for duty, rule in running)


def _text_faults(field: str, text: str, missing: str) -> list[FieldError]:
    if not text.strip():
        return [FieldError(field, Wording(missing))]
    if len(text.strip()) > LONGEST_TEXT:
        return [FieldError(field, Wording(N_("Use %(longest)s characters or fewer"), longest=LONGEST_TEXT))]
    return character_faults(field, text)
