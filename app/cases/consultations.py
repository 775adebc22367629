"""Ask schools and colleges whether they can offer a place, and record their replies (CFA 2014, s. 38 to 40)."""

from collections.abc import Collection
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from app.cases.cases import case_for_update
from app.cases.duty_rules import due_date
from app.cases.events import SettingConsulted, SettingReplied
from app.cases.plan_tables import Consultation, RefusalReason, Reply
from app.cases.plans import latest_draft
from app.cases.rules.case_states import CASE
from app.core.errors import Conflict, FieldError, Forbidden, NotFound, ValidationFailed
from app.core.roles import WorkflowRole
from app.core.text_input import character_faults
from app.core.unit_of_work import UnitOfWork
from app.core.wording import N_, Wording
from app.forms.may_know import ask_about_organisation
from app.organisations.tables import Organisation

LONGEST_REPLY = 4000
_SEN_TEAM = frozenset({WorkflowRole.sen_team})


def consult(
    work: UnitOfWork,
    case_id: int,
    organisation_id: int | None,
    sent_on: date | None,
    *,
    despite: bool = False,
) -> Consultation:
    """Record that a school or college was sent the newest draft and asked about a place; return the consultation.

    It does not see the child in the portal by this. Asking the same one twice about one draft records it once. Raises
    ValidationFailed with each fault, among them an organisation that a form may name as one that must not know.
    """
    if not work.me.in_sen_team:
        raise Forbidden("consult")
    case = case_for_update(work, case_id)
    draft = latest_draft(work, case.id)
    CASE.step("consult", case.state, _SEN_TEAM)
    if draft is None:
        raise NotFound("Plan")
    setting = work.find(Organisation, organisation_id)
    faults = []
    if setting is None or not setting.active:
        faults.append(FieldError("setting", Wording(N_("Choose a school or college from the list"))))
    if sent_on is None:
        faults.append(FieldError("sent_on", Wording(N_("Enter the day on which it was asked"))))
    elif not draft.served_on <= sent_on <= work.today:
        text = N_("The day must be on or after the day the draft was sent, and not in the future")
        faults.append(FieldError("sent_on", Wording(text)))
    if faults:
        raise ValidationFailed(*faults)
    assert setting is not None and sent_on is not None  # checked above  # noqa: S101
    before = select(Consultation).where(
        Consultation.plan_id == draft.id, Consultation.organisation_id == setting.id
    )
    if (again := work.session.scalars(before).one_or_none()) is not None:
        return again
    if not despite:
        ask_about_organisation(work, case.child_id, setting)
    consultation = work.add_only(
        Consultation(
            case_id=case.id,
            plan_id=draft.id,
            organisation_id=setting.id,
            sent_on=sent_on,
            reply_due_on=due_date(work.session, "setting_reply", sent_on),
            recorded_by_id=work.me.user_id,
            created_at=work.now,
        ),
        Conflict("Consultation"),
    )
    work.record(
        SettingConsulted(
            child_id=case.child_id, case_id=case.id, form_id=case.request_id, organisation_id=setting.id
        )
    )
    return consultation


def record_reply(
    work: UnitOfWork,
    consultation_id: int,
    reply: Reply | None,
    replied_on: date | None,
    refusal_reason: RefusalReason | None,
    text: str,
) -> Consultation:
    """Record what a school or college answered, and return the consultation; recorded again, the later one counts.

    A refusal needs one of the three reasons that the law allows, and the evidence with the reasonable steps that were considered
    (s. 39(4)); conditions need their words. Raises ValidationFailed with each fault.
    """
    consultation = consultation_to_answer(work, consultation_id)
    case = case_for_update(work, consultation.case_id)
    words = text.strip()
    faults = character_faults("text", words)
    if reply is None:
        faults.append(FieldError("reply", Wording(N_("Choose what the school or college answered"))))
    if reply is Reply.no and refusal_reason is None:
        faults.append(FieldError("refusal_reason", Wording(N_("Choose the reason for which it refused"))))
    if reply in (Reply.no, Reply.with_conditions) and not words:
        missing = N_("Enter the conditions, or the evidence and the reasonable steps considered")
        faults.append(FieldError("text", Wording(missing)))
    if len(words) > LONGEST_REPLY:
        too_long = Wording(N_("Use %(longest)s characters or fewer"), longest=LONGEST_REPLY)
        faults.append(FieldError("text", too_long))
    if replied_on is None:
        faults.append(FieldError("replied_on", Wording(N_("Enter the day of the reply"))))
    elif not consultation.sent_on <= replied_on <= work.today:
        wrong = N_("The reply came on or after the day it was asked for, and not in the future")
        faults.append(FieldError("replied_on", Wording(wrong)))
    if faults:
        raise ValidationFailed(*faults)
    assert reply is not None  # checked above  # noqa: S101
    consultation.reply, consultation.replied_on = reply, replied_on
    consultation.refusal_reason = refusal_reason if reply is Reply.no else None
    consultation.reply_text = words
    work.record(
        SettingReplied(
            child_id=case.child_id,
            case_id=case.id,
            form_id=case.request_id,
            organisation_id=consultation.organisation_id,
            reply=reply.name,
        )
    )
    return consultation


def consultation_to_answer(work: UnitOfWork, consultation_id: int) -> Consultation:
    """Return a consultation with its school or college. Raises NotFound for readers outside the SEN team."""
    found = select(Consultation).where(Consultation.id == consultation_id)
    one = work.session.scalars(found.options(joinedload(Consultation.organisation))).one_or_none()
    if one is None:
        raise NotFound("Consultation")
    return one


def consultations_of(work: UnitOfWork, case_ids: Collection[int]) -> list[Consultation]:
    """Return the consultations of these cases, in the order in which they were sent; for the SEN team."""
    found = select(Consultation).where(Consultation.case_id.in_(case_ids)).order_by(Consultation.id)
    return list(work.session.scalars(found.options(joinedload(Consultation.organisation))))
