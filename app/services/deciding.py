"""Whether the council will assess: decided by the SEN team within six weeks of the request (reg. 5)."""

from app.domain.errors import Fault, Refused
from app.domain.events import AssessmentAgreed, AssessmentDeclined
from app.domain.form_deadlines import request_due_on
from app.domain.wording import N_, Wording
from app.domain.workflow import REQUEST
from app.models import Request
from app.services.parts import parts_in
from app.services.work import Work

LONGEST_REASON = 4000


def agree_to_assess(work: Work, form_id: int, reason: str) -> Request:
    """The council will assess. What is due next is the final plan, 20 weeks from the day the request was received."""
    request = _decided(work, form_id, "agree_to_assess", reason)
    work.tell(AssessmentAgreed(child_id=request.child_id, form_id=request.id))
    return request


def decline_to_assess(work: Work, form_id: int, reason: str) -> Request:
    """The council will not assess, and says why. Nothing more is due."""
    request = _decided(work, form_id, "decline_to_assess", reason)
    work.tell(AssessmentDeclined(child_id=request.child_id, form_id=request.id))
    return request


def _decided(work: Work, form_id: int, step_name: str, reason: str) -> Request:
    request = work.get(Request, form_id)
    step = REQUEST.step(step_name, request.state, parts_in(work, request))
    request.decision_reason = _checked(reason)
    request.state = step.end
    request.due_on = request_due_on(request.state, request.received_on)
    request.decided_at, request.decided_by_id = work.now, work.me.user_id
    return request


def _checked(reason: str) -> str:
    reason = reason.strip()
    if not reason:
        raise Refused(Fault("reason", Wording(N_("Enter the reasons for the decision"))))
    if len(reason) > LONGEST_REASON:
        raise Refused(
            Fault("reason", Wording(N_("Use %(longest)s characters or fewer"), longest=LONGEST_REASON))
        )
    return reason
