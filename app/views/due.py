"""How long there is still time, in words and in a colour that only repeats the words."""

from dataclasses import dataclass
from datetime import date

from app.domain.deadlines import days_left
from app.domain.form_deadlines import authors_date, is_awaited
from app.domain.workflow import FormState
from app.views.quick import gettext as _
from app.views.quick import ngettext

SOON = 7


@dataclass(frozen=True)
class Due:
    """A due date against today."""

    on: date
    text: str
    colour: str


def form_due(
    kind: str,
    state: FormState,
    dates: tuple[date | None, date | None],
    today: date,
    for_authors: bool = False,
) -> Due | None:
    """How late a form or its case is, for every list and page; None where nothing is due any more.

    `dates` are the legal limit and the day by which the SEN team would like to have it.
    """
    if not is_awaited(kind, state):
        return None
    due_on, wanted_by = dates
    shown = authors_date(kind, state, due_on, wanted_by) if for_authors else due_on or wanted_by
    return due(shown, today, legal=shown == due_on)


def due(due_on: date | None, today: date, legal: bool = True) -> Due | None:
    """ "3 days overdue" in red, "due tomorrow" in orange, "12 days left" in no colour; None where nothing is due.

    A date that no law sets is never overdue: it was asked for by a day that has passed.
    """
    if due_on is None:
        return None
    left = days_left(due_on, today)
    if left < 0 and not legal:
        text = ngettext("Wanted %(num)s day ago", "Wanted %(num)s days ago", -left)
        return Due(due_on, text, "orange")
    if left < 0:
        return Due(due_on, ngettext("%(num)s day overdue", "%(num)s days overdue", -left), "red")
    colour = "orange" if left <= SOON else ""
    if left == 0:
        return Due(due_on, _("Due today"), "orange")
    if left == 1:
        return Due(due_on, _("Due tomorrow"), "orange")
    return Due(due_on, ngettext("%(num)s day left", "%(num)s days left", left), colour)
