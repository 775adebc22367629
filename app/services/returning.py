"""What the SEN team does with a form that was sent to it: accept it, or send it back saying why."""

from collections.abc import Mapping

from app.domain.errors import Conflict, Fault, Refused
from app.domain.events import AdviceAccepted, AdviceReturned, FormEvent, RequestAccepted, RequestReturned
from app.domain.wording import N_, Wording
from app.domain.workflow import FormState
from app.models import FormReturn
from app.services.open_forms import OpenForm, take_up
from app.services.work import Work
from app.store.queries.forms import last_number

WHOLE = ""
"""The place of a reason that is about the whole form."""

LONGEST_REASON = 4_000
ACCEPTED: Mapping[str, type[FormEvent]] = {"request": RequestAccepted, "advice": AdviceAccepted}
RETURNED: Mapping[str, type[FormEvent]] = {"request": RequestReturned, "advice": AdviceReturned}


def accept(work: Work, form_id: int, number: int) -> None:
    """Accept what was sent; `number` is the version that was read. Raises Conflict when a newer one has come in."""
    opened, end = _answer(work, form_id, "accept", number)
    opened.form.state = end
    work.tell(ACCEPTED[opened.form.kind](form_id=form_id, child_id=opened.form.child_id))


def send_back(work: Work, form_id: int, number: int, reasons: Mapping[str, str]) -> None:
    """Return a form to its authors with a reason for each section that needs work, or for the whole (WHOLE).

    Raises Refused when there is no reason, or one is too long.
    """
    opened, end = _answer(work, form_id, "return", number)
    places = {WHOLE, *(section.id for section in opened.definition.sections)}
    given = {place: reason.strip() for place, reason in reasons.items() if place in places and reason.strip()}
    _check(given)
    for place, reason in given.items():
        work.add(
            FormReturn(
                form_id=form_id,
                submission_number=number,
                section=place or None,
                reason=reason,
                returned_by_id=work.me.user_id,
                created_at=work.now,
            )
        )
    opened.form.state = end
    work.tell(RETURNED[opened.form.kind](form_id=form_id, child_id=opened.form.child_id))


def _answer(work: Work, form_id: int, verb: str, number: int) -> tuple[OpenForm, FormState]:
    opened = take_up(work, form_id)
    end = opened.step(verb).end
    if last_number(work.session, form_id) != number:
        raise Conflict("Submission")
    return opened, end


def _check(given: Mapping[str, str]) -> None:
    if not given:
        raise Refused(
            Fault(reason_field(WHOLE), N_("Enter a reason for the whole form or for at least one section"))
        )
    long = [place for place, reason in given.items() if len(reason) > LONGEST_REASON]
    if long:
        text = Wording(N_("Reason must be %(limit)s characters or fewer"), limit=f"{LONGEST_REASON:,}")
        raise Refused(*(Fault(reason_field(place), text) for place in long))


def reason_field(place: str) -> str:
    """The name of the field in which the reason for this place is typed."""
    return f"reason-{place}" if place else "reason"
