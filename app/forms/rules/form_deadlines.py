"""Calculate the due date of a form, both where it is stored and where it is checked."""

from datetime import date, timedelta

from app.forms.rules.workflow import OPEN_TO_WRITING, FormState


def is_awaited(state: FormState) -> bool:
    """Return whether a form is still due from its authors."""
    return state in OPEN_TO_WRITING


TO_CORRECT = timedelta(days=7)


def correct_by(returned_on: date) -> date:
    """Return the day by which a returned form should be sent again, unless the officer sets another.

    It is a week, because the council's six weeks to decide still apply.
    """
    return returned_on + TO_CORRECT


def authors_date(state: FormState, due_on: date | None, wanted_by: date | None) -> date | None:
    """Return the date that the authors of a form work to, or None.

    A returned form has the day set by the officer, which is not a legal limit.
    """
    if state is FormState.returned and wanted_by is not None:
        return wanted_by
    return due_on or wanted_by
