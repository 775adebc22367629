"""What the forms about a child say that only the SEN team and its givers may know."""

from app.domain.errors import WrongHands
from app.domain.secrecy import Note, notes_in
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
