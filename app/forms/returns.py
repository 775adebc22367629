"""Accept submitted forms, or return them to their authors with reasons."""

from collections.abc import Mapping
from datetime import date

from app.core.errors import Conflict, FieldError, ValidationFailed
from app.core.events import FormEvent
from app.core.text_input import character_faults
from app.core.unit_of_work import UnitOfWork
from app.core.wording import N_, Wording
from app.forms.definitions import SectionAnswers
from app.forms.drafts import changed
from app.forms.events import (
    AdviceAcceptanceUndone,
    AdviceAccepted,
    AdviceReturned,
    InformationAcceptanceUndone,
    InformationAccepted,
    InformationReturned,
    RequestAcceptanceUndone,
    RequestAccepted,
    RequestReturned,
)
from app.forms.form_context import FormContext, load_form_for_update
from app.forms.form_reactions import after_move
from app.forms.queries.forms import answers_of, last_number
from app.forms.rules.form_deadlines import correct_by
from app.forms.rules.workflow import FormState
from app.forms.sharing import end_sharing
from app.forms.submissions import answers_that_count
from app.forms.tables.forms import FormReturn

WHOLE = ""
"""The key of a reason that is about the whole form."""

LONGEST_REASON = 4_000
NO_REASON = N_("Enter a reason for the whole form or for at least one section")
ACCEPTED: Mapping[str, type[FormEvent]] = {
    "request": RequestAccepted,
    "attention": RequestAccepted,
    "advice": AdviceAccepted,
    "information": InformationAccepted,
}
UNDONE: Mapping[str, type[FormEvent]] = {
    "request": RequestAcceptanceUndone,
    "attention": RequestAcceptanceUndone,
    "advice": AdviceAcceptanceUndone,
    "information": InformationAcceptanceUndone,
}
RETURNED: Mapping[str, type[FormEvent]] = {
    "request": RequestReturned,
    "attention": RequestReturned,
    "advice": AdviceReturned,
    "information": InformationReturned,
}


def accept(work: UnitOfWork, form_id: int, number: int) -> None:
    """Accept a submitted form; `number` is the version that was read. Raises Conflict when there is a newer one."""
    opened, end = _answer(work, form_id, "accept", number)
    opened.form.state = end
    work.record(ACCEPTED[opened.form.purpose](form_id=form_id, child_id=opened.form.child_id))


def undo_accept(work: UnitOfWork, form_id: int, number: int) -> None:
    """Undo an acceptance, so that the form waits for an answer again.

    Raises InvalidState once the request is decided.
    """
    opened, end = _answer(work, form_id, "undo_accept", number)
    opened.form.state = end
    work.record(UNDONE[opened.form.purpose](form_id=form_id, child_id=opened.form.child_id))


def send_back(
    work: UnitOfWork, form_id: int, number: int, reasons: Mapping[str, str], wanted_by: date | None = None
) -> None:
    """Return a form with a reason for each section that needs work, or for the whole (WHOLE), and a day to send it
    again.

    The day is `correct_by` unless given. Raises ValidationFailed when there is no reason, one is too long, or the day
    has passed.
    """
    opened, end = _answer(work, form_id, "return", number)
    places = {WHOLE, *(section.id for section in opened.definition.sections)}
    given = {place: reason.strip() for place, reason in reasons.items() if place in places and reason.strip()}
    wanted_by = wanted_by or correct_by(work.today)
    _check(given, wanted_by, work.today)
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
    opened.form.state, opened.form.wanted_by = end, wanted_by
    after_move(work, opened.form)
    end_sharing(work, form_id)
    work.record(RETURNED[opened.form.purpose](form_id=form_id, child_id=opened.form.child_id))


def still_as_sent(work: UnitOfWork, opened: FormContext, number: int) -> set[str]:
    """Return the sections whose answers and files are unchanged since this submission."""
    sent = answers_of(work.session, opened.form.id, number)
    now = answers_that_count(opened.definition, opened.answers)
    return {
        section.id
        for section in opened.definition.sections
        if not any(
            _differs(now.get(section.id), sent.get(section.id), question.id)
            for question in section.questions
            if question.kind != "prefilled"
        )
    }


def _differs(now: SectionAnswers | None, sent: SectionAnswers | None, question: str) -> bool:
    return bool(changed({question: (now or {}).get(question)}, sent or {}))


def _answer(work: UnitOfWork, form_id: int, verb: str, number: int) -> tuple[FormContext, FormState]:
    opened = load_form_for_update(work, form_id)
    end = opened.step(verb).end
    if last_number(work.session, form_id) != number:
        raise Conflict("Submission")
    return opened, end


def _check(given: Mapping[str, str], wanted_by: date, today: date) -> None:
    faults = [] if given else [FieldError(reason_field(WHOLE), Wording(NO_REASON))]
    text = Wording(N_("Reason must be %(limit)s characters or fewer"), limit=f"{LONGEST_REASON:,}")
    faults += [
        FieldError(reason_field(place), text)
        for place, reason in given.items()
        if len(reason) > LONGEST_REASON
    ]
    for place, reason in given.items():
        faults += character_faults(reason_field(place), reason)
    if wanted_by < today:
        faults.append(FieldError("wanted_by", Wording(N_("The date must be today or later"))))
    if faults:
        raise ValidationFailed(*faults)


def reason_field(place: str) -> str:
    """Return the name of the field for this section's reason."""
    return f"reason-{place}" if place else "reason"
