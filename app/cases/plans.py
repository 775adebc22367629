"""Send the family a draft plan, and the final plan within 20 weeks of the request (SEND Regulations 2014, reg. 13)."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from app.cases.cases import child_and_case_for_update
from app.cases.duties import final_plan_limit, keep_duties, start_duty
from app.cases.events import DraftPlanServed, FinalPlanIssued
from app.cases.lateness import IN_TIME, Lateness, stored_lateness
from app.cases.plan_tables import Plan, PlanKind, Served
from app.cases.rules.case_states import CASE
from app.cases.rules.plan_dates import review_due_on
from app.cases.tables import Case
from app.children.tables import Child
from app.core.errors import Conflict, FieldError, Forbidden, ValidationFailed
from app.core.roles import WorkflowRole
from app.core.text_input import character_faults
from app.core.unit_of_work import UnitOfWork
from app.core.wording import N_, Wording
from app.documents.documents import Received
from app.documents.tables import Document, DocumentReader
from app.forms.sharing import ask_before_sharing, family_of
from app.organisations.tables import Organisation

LONGEST_TEXT = 1000
SECRET_SINCE = N_(
    "An address must be kept secret since you opened this page. Check the file for it and for the name of a school, "
    "then send again"
)
_SEN_TEAM = frozenset({WorkflowRole.sen_team})


@dataclass(frozen=True)
class PlanToServe:
    """How a plan is sent, to whom, and what a final plan says of the place."""

    served_on: date | None
    served: Served | None
    links: frozenset[int] = frozenset()
    """The people of the family who can open it in the portal."""
    despite: frozenset[int] = frozenset()
    """Those of them about whom the officer confirmed a warning."""
    also_sent_to: str = ""
    setting_id: int | None = None
    setting_type: str = ""
    early_reason: str = ""
    lateness: Lateness = IN_TIME
    """Of a final plan: why it is late, which counts only where it is."""


def serve_draft(
    work: UnitOfWork, case_id: int, to_serve: PlanToServe, file: Received, *, warned_secret: bool = True
) -> Plan:
    """Record that a draft plan was sent to the family, let those chosen open it, and return it (reg. 13(1)).

    A later draft takes the place of an earlier one and gives at least 15 days again. Pressing twice records it once.
    `warned_secret` is whether the screen warned that an address is secret. Raises ValidationFailed with each fault,
    among them a chosen person whom a form may name as one who must not know.
    """
    case = _held(work, case_id)
    if (before := _recorded_before(work, case, PlanKind.draft, to_serve, file)) is not None:
        return before
    step = CASE.step("serve_draft", case.state, _SEN_TEAM)
    served_on = _check(work, case, to_serve, PlanKind.draft, warned_secret=warned_secret)
    plan = _add(work, case, PlanKind.draft, to_serve, file)
    plan.comments_until = start_duty(work, case, "views_on_draft", served_on).due_on
    case.state = step.end
    keep_duties(work, case, served_on)
    _record(work, case, plan, to_serve, DraftPlanServed)
    return plan


def issue_final_plan(
    work: UnitOfWork, case_id: int, to_serve: PlanToServe, file: Received, *, warned_secret: bool = True
) -> Plan:
    """Record that the final plan was sent to the family, let those chosen open it, and return it (reg. 13(2)).

    The case then waits for its first review only. Pressing twice records it once. `warned_secret` is whether the screen
    warned that an address is secret. Raises ValidationFailed with each fault; before the family's time to comment on
    the draft has ended, a reason is asked for, and after the last day the exception or why it is late.
    """
    case = _held(work, case_id)
    if (before := _recorded_before(work, case, PlanKind.final, to_serve, file)) is not None:
        return before
    step = CASE.step("issue_final_plan", case.state, _SEN_TEAM)
    served_on = _check(work, case, to_serve, PlanKind.final, warned_secret=warned_secret)
    limit = final_plan_limit(work, case.id)
    lateness, faults = stored_lateness(work, case, limit, served_on, to_serve.lateness)
    if faults:
        raise ValidationFailed(*faults)
    plan = _add(work, case, PlanKind.final, to_serve, file, review_due_on(served_on), lateness)
    case.state = step.end
    keep_duties(work, case, served_on)
    _record(work, case, plan, to_serve, FinalPlanIssued)
    return plan


def plans_of(work: UnitOfWork, case_ids: Collection[int]) -> list[Plan]:
    """Return the plans of these cases that this reader may see, the newest first, each with its file and its setting."""
    found = select(Plan).where(Plan.case_id.in_(case_ids)).order_by(Plan.id.desc())
    return list(work.session.scalars(found.options(joinedload(Plan.document), joinedload(Plan.setting))))


@dataclass(frozen=True)
class SentTo:
    """A person of the family who was sent a file, by their link, and whether it is withheld from them now."""

    document_id: int
    link_id: int
    is_withheld: bool


def readers_of(work: UnitOfWork, document_ids: Collection[int]) -> list[SentTo]:
    """Return each person of the family who was sent one of these files; for the SEN team."""
    found = select(DocumentReader.document_id, DocumentReader.link_id, DocumentReader.withheld_at)
    rows = work.session.execute(found.where(DocumentReader.document_id.in_(document_ids)))
    return [SentTo(row[0], row[1], row[2] is not None) for row in rows]


def latest_draft(work: UnitOfWork, case_id: int) -> Plan | None:
    """Return the newest draft of a case, or None."""
    found = select(Plan).where(Plan.case_id == case_id, Plan.kind == PlanKind.draft)
    return work.session.scalars(found.order_by(Plan.number.desc()).limit(1)).one_or_none()


def _held(work: UnitOfWork, case_id: int) -> Case:
    if not work.me.in_sen_team:
        raise Forbidden("serve_plan")
    return child_and_case_for_update(work, case_id)


def _recorded_before(
    work: UnitOfWork, case: Case, kind: PlanKind, to_serve: PlanToServe, file: Received
) -> Plan | None:
    """Return the newest plan of this kind if it is this one, for a button pressed twice.

    Raises ValidationFailed where the same file was recorded as sent on this day and in this way, and the rest differs:
    a person chosen now must not be left out without a word.
    """
    found = select(Plan).where(Plan.case_id == case.id, Plan.kind == kind).options(joinedload(Plan.document))
    last = work.session.scalars(found.order_by(Plan.number.desc()).limit(1)).one_or_none()
    if last is None or last.document is None or last.document.sha256 != file.stored.sha256:
        return None
    if (last.served_on, last.served) != (to_serve.served_on, to_serve.served):
        return None
    if _is_same(work, last, to_serve):
        return last
    text = N_(
        "This file is already recorded as sent on this day in this way. To let someone else open it, choose “Who can "
        "open what was sent” on the child’s page"
    )
    raise ValidationFailed(FieldError("plan", Wording(text)))


def _is_same(work: UnitOfWork, last: Plan, to_serve: PlanToServe) -> bool:
    """Return whether those chosen now are those who can open this plan, and the rest was entered like this too."""
    can_open = {each.link_id for each in readers_of(work, [last.document_id]) if not each.is_withheld}
    if can_open != to_serve.links or last.also_sent_to != to_serve.also_sent_to.strip():
        return False
    entered = (to_serve.setting_id, to_serve.setting_type.strip(), to_serve.early_reason.strip())
    return last.kind is PlanKind.draft or (last.setting_id, last.setting_type, last.early_reason) == entered


def _check(
    work: UnitOfWork, case: Case, to_serve: PlanToServe, kind: PlanKind, *, warned_secret: bool
) -> date:
    """Return the day on which the plan was served. Raises ValidationFailed with each fault."""
    draft = latest_draft(work, case.id)
    faults = [*_date_faults(work, case, to_serve.served_on, draft), *_reach_faults(to_serve)]
    for field in ("also_sent_to", "setting_type", "early_reason"):
        text = getattr(to_serve, field)
        faults += character_faults(field, text)
        if len(text) > LONGEST_TEXT:
            too_long = Wording(N_("Use %(longest)s characters or fewer"), longest=LONGEST_TEXT)
            faults.append(FieldError(field, too_long))
    if kind is PlanKind.final:
        faults += _final_faults(work, to_serve, draft)
    if faults:
        raise ValidationFailed(*faults)
    family = {each.link_id: each for each in family_of(work, case.child_id)}
    if to_serve.links - family.keys():
        raise Conflict("ChildLink")
    asked = [family[link] for link in sorted(to_serve.links - to_serve.despite)]
    child = work.get(Child, case.child_id)
    if to_serve.links and child.contact_risk and not warned_secret:
        raise ValidationFailed(FieldError("plan", Wording(SECRET_SINCE)))
    ask_before_sharing(work, child, asked)
    assert to_serve.served_on is not None  # checked above  # noqa: S101
    return to_serve.served_on


def _date_faults(
    work: UnitOfWork, case: Case, served_on: date | None, draft: Plan | None
) -> list[FieldError]:
    earliest = draft.served_on if draft is not None else case.decided_on or case.received_on
    if served_on is None:
        text = N_("Enter the day on which the plan was sent")
    elif served_on > work.today:
        text = N_("The day on which the plan was sent must be today or in the past")
    elif served_on < earliest:
        text = N_("The plan cannot have been sent before the decision to assess or before an earlier draft")
    else:
        return []
    return [FieldError("served_on", Wording(text))]


def _reach_faults(to_serve: PlanToServe) -> list[FieldError]:
    if to_serve.served is None:
        return [FieldError("served", Wording(N_("Choose how the plan was sent")))]
    if to_serve.served is Served.portal and not to_serve.links:
        text = N_("Choose at least one person who can open it in the portal, or another way of sending it")
        return [FieldError("served", Wording(text))]
    return []


def _final_faults(work: UnitOfWork, to_serve: PlanToServe, draft: Plan | None) -> list[FieldError]:
    faults = []
    if to_serve.setting_id is None and not to_serve.setting_type.strip():
        text = N_("Choose the school or college that the plan names, or enter the type of school")
        faults.append(FieldError("setting", Wording(text)))
    elif to_serve.setting_id is not None and work.find(Organisation, to_serve.setting_id) is None:
        faults.append(FieldError("setting", Wording(N_("Choose a school or college from the list"))))
    until = draft.comments_until if draft is not None else None
    is_early = until is not None and to_serve.served_on is not None and to_serve.served_on <= until
    if is_early and not to_serve.early_reason.strip():
        text = N_(
            "The family has until the end of the 15 days to comment on the draft. Enter why the final plan does not wait"
        )
        faults.append(FieldError("early_reason", Wording(text)))
    return faults


def _add(
    work: UnitOfWork,
    case: Case,
    kind: PlanKind,
    to_serve: PlanToServe,
    file: Received,
    review_due_on: date | None = None,
    lateness: Lateness = IN_TIME,
) -> Plan:
    document = work.add(
        Document(
            child_id=case.child_id,
            case_id=case.id,
            name=file.name,
            media_type=file.kind.media_type,
            size=file.stored.size,
            sha256=file.stored.sha256,
            storage_key=file.stored.key,
            state=file.state,
            added_by_id=work.me.user_id,
            given_at=work.now,
            created_at=work.now,
        )
    )
    for link_id in sorted(to_serve.links):
        work.session.add(DocumentReader(document_id=document.id, link_id=link_id, created_at=work.now))
    newest = select(func.max(Plan.number)).where(Plan.case_id == case.id, Plan.kind == kind)
    return work.add_only(
        Plan(
            case_id=case.id,
            kind=kind,
            number=(work.session.scalar(newest) or 0) + 1,
            document_id=document.id,
            served_on=to_serve.served_on,
            served=to_serve.served,
            also_sent_to=to_serve.also_sent_to.strip(),
            setting_id=to_serve.setting_id if kind is PlanKind.final else None,
            setting_type=to_serve.setting_type.strip() if kind is PlanKind.final else "",
            review_due_on=review_due_on,
            early_reason=to_serve.early_reason.strip() if kind is PlanKind.final else "",
            exception_id=lateness.exception_id,
            late_reason=lateness.reason,
            recorded_by_id=work.me.user_id,
            created_at=work.now,
        ),
        Conflict("Plan"),
    )


def _record(
    work: UnitOfWork,
    case: Case,
    plan: Plan,
    to_serve: PlanToServe,
    event: type[DraftPlanServed | FinalPlanIssued],
) -> None:
    work.record(
        event(
            child_id=case.child_id,
            case_id=case.id,
            form_id=case.request_id,
            plan_id=plan.id,
            number=plan.number,
            links=tuple(sorted(to_serve.links)),
        )
    )
