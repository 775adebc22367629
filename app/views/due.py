"""How long there is still time, in words and in a colour that only repeats the words."""

from dataclasses import dataclass
from datetime import date

from app.domain.deadlines import days_left
from app.views.quick import gettext as _
from app.views.quick import ngettext

SOON = 7


@dataclass(frozen=True)
class Due:
    """A due date against today."""

    on: date
    text: str
    colour: str


def due(due_on: date | None, today: date) -> Due | None:
    """ "3 days overdue" in red, "due tomorrow" in orange, "12 days left" in no colour; None where nothing is due."""
    if due_on is None:
        return None
    left = days_left(due_on, today)
    if left < 0:
        return Due(due_on, ngettext("%(num)s day overdue", "%(num)s days overdue", -left), "red")
    colour = "orange" if left <= SOON else ""
    if left == 0:
        return Due(due_on, _("Due today"), "orange")
    if left == 1:
        return Due(due_on, _("Due tomorrow"), "orange")
    return Due(due_on, ngettext("%(num)s day left", "%(num)s days left", left), colour)
