"""What the forms about a child say that only the SEN team and its givers may know."""

from app.domain.errors import Fault, Refused, WrongHands
from app.domain.secrecy import Note, notes_in, who_must_not_know
from app.domain.wording import N_, Wording
from app.services.form_templates import definition_of
from app.services.work import Work
from app.store.queries.shares import newest_answers


def notes_about(work: Work, child_id: int) -> list[Note]:
    """Every restricted text answer in what was sent about this child. For the SEN team."""
    if not work.me.in_sen_team:
        raise WrongHands("notes_about")
    return [
        note
        for form, answers in newest_answers(work.session, child_id)
        for note in notes_in(definition_of(work.session, form), answers)
    ]


LONGEST_QUOTE = 200


def check_may_know(
    work: Work, child_id: int, name: str, relationship: str = "", organisation: str = ""
) -> None:
    """Raise Refused, with the words of the form, when a form says that this person must not know about the child.

    The officer confirms in the field "despite" to go on all the same.
    """
    found = who_must_not_know(notes_about(work, child_id), name, relationship, organisation)
    if found:
        text = N_(
            "A form may say that %(name)s must not know about this child: “%(words)s”. Tick the box if you are sure"
        )
        words = " / ".join(dict.fromkeys(note.text for note in found))[:LONGEST_QUOTE]
        raise Refused(Fault("despite", Wording(text, name=name or organisation, words=words)))
