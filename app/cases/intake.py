"""Record a request for an assessment that did not come through the portal: a letter, an email, a call.

No form may be required of a parent: any request starts the six weeks on the day the council received it, which may be
before the day it is recorded (CFA 2014, s. 36(1); SEND Regulations 2014, reg. 5).
"""

from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import select

from app.cases.case_numbers import next_case_number
from app.cases.duties import keep_duties
from app.cases.events import RequestRecorded
from app.cases.links import lock_child
from app.cases.rules.case_states import CaseState, Channel, RequestSource
from app.cases.tables import UNDECIDED_CASES, Case
from app.core.errors import FieldError, Forbidden, ValidationFailed
from app.core.text_input import character_faults, clean_lines
from app.core.unit_of_work import UnitOfWork
from app.core.wording import N_, Wording

LONGEST_NOTE = 2000
OLDEST = timedelta(days=366)
"""A request is not recorded with a day longer ago than this: it is more likely a typing mistake."""
BY_REQUEST = frozenset({RequestSource.parent, RequestSource.school})
"""Those who can ask for an assessment (CFA 2014, s. 36(1)). Everyone else brings a child to the council's attention
(s. 23 and 24), with the same six weeks."""


@dataclass(frozen=True)
class ReceivedRequest:
    """A request as it reached the council."""

    source: RequestSource | None
    channel: Channel | None
    received_on: date | None
    note: str = ""
    """Who asked, and where the letter is filed."""
    oldest: timedelta = OLDEST
    """How long ago it can have been received; longer for what comes from another system."""


def record_request(work: UnitOfWork, child_id: int, received: ReceivedRequest) -> Case:
    """Record a request about a child and return its case; for the SEN team only.

    A child whom the council already considers has no second case: the request is added to the undecided one, and the
    earlier day of receipt counts. Pressing twice records it once. Raises ValidationFailed with each fault.
    """
    if not work.me.in_sen_team:
        raise Forbidden("record_request")
    child = lock_child(work, child_id)
    note = clean_lines(received.note)
    source, channel, received_on = _checked(work.today, child.date_of_birth, received, note)
    waiting = select(Case).where(Case.child_id == child_id, UNDECIDED_CASES).order_by(Case.received_on)
    case = work.session.scalars(waiting.limit(1).with_for_update()).first()
    if case is None:
        case = work.add(
            Case(
                number=next_case_number(work.session.connection(), received_on.year),
                child_id=child_id,
                source=source,
                channel=channel,
                statutory=source in BY_REQUEST,
                received_on=received_on,
                state=CaseState.received,
                note=note,
                recorded_by_id=work.me.user_id,
                owner_id=work.me.user_id,
                created_at=work.now,
            )
        )
    elif _is_pressed_again(work, case, (source, channel, received_on, note)):
        return case
    else:
        case.note = "\n\n".join(filter(None, (case.note, note)))
        case.statutory = case.statutory or source in BY_REQUEST
        if received_on < case.received_on:
            case.source, case.channel, case.received_on = source, channel, received_on
        work.session.flush()
    keep_duties(work, case)
    work.record(
        RequestRecorded(
            child_id=child_id,
            case_id=case.id,
            form_id=case.request_id,
            source=source.name,
            channel=channel.name,
            received_on=received_on.isoformat(),
        )
    )
    return case


def _is_pressed_again(
    work: UnitOfWork, case: Case, entered: tuple[RequestSource, Channel, date, str]
) -> bool:
    """Return whether this officer recorded the same request a moment ago."""
    recorded = (case.source, case.channel, case.received_on, case.note)
    return recorded == entered and work.is_repeat(case.created_at, case.recorded_by_id)


def _checked(
    today: date, born: date, received: ReceivedRequest, note: str
) -> tuple[RequestSource, Channel, date]:
    """Return what was entered. Raises ValidationFailed with each fault."""
    faults = character_faults("note", note)
    if len(note) > LONGEST_NOTE:
        text = N_("Use %(longest)s characters or fewer")
        faults.append(FieldError("note", Wording(text, longest=LONGEST_NOTE)))
    if received.source is None:
        faults.append(FieldError("source", Wording(N_("Choose who asked"))))
    if received.channel is None or received.channel is Channel.portal:
        faults.append(FieldError("channel", Wording(N_("Choose how the request came"))))
    faults += received_faults(today, born, received.received_on, received.oldest)
    if faults:
        raise ValidationFailed(*faults)
    assert received.source and received.channel and received.received_on  # noqa: S101 - checked above
    return received.source, received.channel, received.received_on


def received_faults(
    today: date, born: date, received_on: date | None, oldest: timedelta = OLDEST
) -> list[FieldError]:
    """Return what is wrong with the day on which a request about a child was received."""
    if received_on is None:
        return [FieldError("received_on", Wording(N_("Enter the day the council received the request")))]
    if received_on > today:
        return [
            FieldError("received_on", Wording(N_("The day it was received must be today or in the past")))
        ]
    if received_on < max(born, today - oldest):
        text = N_(
            "The day it was received must be in the last %(months)s months and after the child was born"
        )
        return [FieldError("received_on", Wording(text, months=oldest.days // 30))]
    return []
