"""Texts and colours for the time left until a due date; a colour only repeats the text."""

from dataclasses import dataclass
from datetime import date
from typing import Protocol

from app.cases.rules.duties import days_left, is_overdue
from app.cases.rules.status import CaseStatus
from app.forms.rules.form_deadlines import authors_date, is_awaited
from app.forms.rules.workflow import FormState
from app.views.web.i18n import gettext as _
from app.views.web.i18n import ngettext
from app.views.web.words import TagColour

SOON = 7


@dataclass(frozen=True)
class Due:
    """The text and colour of a due date, compared with today."""

    on: date
    text: str
    colour: str


def form_due(
    state: FormState,
    dates: tuple[date | None, date | None],
    today: date,
    for_authors: bool = False,
) -> Due | None:
    """Return the time left for a form; None where its authors have nothing more to send.

    `dates` are the statutory deadline and the day by which the SEN team would like to have the form.
    """
    if not is_awaited(state):
        return None
    due_on, wanted_by = dates
    shown = authors_date(state, due_on, wanted_by) if for_authors else due_on or wanted_by
    return due(shown, today, legal=shown == due_on)


def case_due(standing: CaseStatus | None, today: date) -> Due | None:
    """Return the time left for the council's part of a case: the decision to assess, then the final plan."""
    if standing is None:
        return None
    return due(standing.due_on, today, excused=standing.excused)


def late(standing: CaseStatus | None, today: date) -> Due | None:
    """Return how late the council is with a case; None while there is time.

    After the limit, an exception that is recorded is shown instead.
    """
    found = case_due(standing, today)
    return found if found is not None and is_overdue(found.on, today) else None


class Awaited(Protocol):
    """A form that its authors still have to send, with their deadline."""

    @property
    def due_on(self) -> date | None:
        """Return the authors' deadline, if any."""

    @property
    def state(self) -> FormState:
        """Return the state of the form."""

    @property
    def statutory(self) -> bool:
        """Return whether the law requires the form."""


def owed_due(owed: Awaited, today: date) -> Due | None:
    """Return the time left for the authors of a form."""
    return due(owed.due_on, today, legal=owed.statutory and owed.state is not FormState.returned)


def due(due_on: date | None, today: date, legal: bool = True, excused: bool = False) -> Due | None:
    """Return "3 days overdue" in red, "due tomorrow" in orange, "12 days left" without a colour, or None.

    A date that no law sets is never overdue: after it the text is "Wanted 3 days ago", in orange. Nor is one for which
    an exception is recorded: then the text says so.
    """
    if due_on is None:
        return None
    left = days_left(due_on, today)
    if left < 0 and not legal:
        text = ngettext("Wanted %(num)s day ago", "Wanted %(num)s days ago", -left)
        return Due(due_on, text, TagColour.SOON)
    if left < 0 and excused:
        return Due(due_on, _("After the limit, exception recorded"), TagColour.SOON)
    if left < 0:
        return Due(due_on, ngettext("%(num)s day overdue", "%(num)s days overdue", -left), TagColour.LATE)
    colour = TagColour.SOON if left <= SOON else ""
    if left == 0:
        return Due(due_on, _("Due today"), TagColour.SOON)
    if left == 1:
        return Due(due_on, _("Due tomorrow"), TagColour.SOON)
    return Due(due_on, ngettext("%(num)s day left", "%(num)s days left", left), colour)
