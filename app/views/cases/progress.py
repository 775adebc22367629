"""The progress of a case on a child's page: the line of weeks, and its dates as a list in the words of the reader."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from app.cases.rules.case_states import CaseState
from app.cases.rules.duties import RIGHTS, DutyDates, Rules, is_overdue
from app.cases.rules.exceptions import EXCEPTION_LABELS, Span, excuses
from app.cases.rules.status import DECISION_TEXTS, FOR_FAMILIES, CaseStatus, dates_of, status_text
from app.cases.rules.timeline import EXPECTED_KEY, Milestone
from app.cases.rules.week_line import WeekLine, is_late, week_line, week_of
from app.cases.rules.working_days import last_working_day
from app.core.roles import Principal, Role
from app.views.web.due_dates import due
from app.views.web.i18n import gettext as _
from app.views.web.i18n import reader_locale
from app.views.web.pages import uk_date
from app.views.web.words import TagColour


@dataclass(frozen=True)
class DateRow:
    """A date of the case in the list under its line of weeks."""

    title: str
    when: Any
    week: int
    text: str = ""
    tag: str = ""
    colour: str = ""


@dataclass(frozen=True)
class Progress:
    """The dates of a case on a line of weeks, and as a list."""

    line: WeekLine
    dates: Sequence[DateRow]


def progress(
    standing: CaseStatus | None,
    duties: Sequence[DutyDates],
    rules: Rules,
    who: Principal,
    today: date,
    exceptions: Sequence[Span] = (),
) -> Progress | None:
    """Return the line and the dates of the case in the words of this reader; None until a request was received.

    `exceptions` are those that the reader may know; everyone sees for which limits there is one.
    """
    if standing is None:
        return None
    known = [each for each in duties if who.in_sen_team or each.key not in _FOR_THE_TEAM]
    excused = {
        each.key: excuses(rules.rule(each.key, each.starts_on), each.starts_on, each.due_on, exceptions)
        for each in known
    }
    found = dates_of(standing, known, rules, excused)
    ending = status_text(standing) if standing.is_closed else ""
    line = week_line(found, today, ending, standing.decided_on)
    if line is None:
        return None
    start = standing.received_on
    rows = [
        _date_row(each, week_of(start, each.due_on), standing, who, today) for each in found if each.is_needed
    ]
    is_mirrored = (locale := reader_locale()) is not None and locale.text_direction == "rtl"
    return Progress(line.mirrored() if is_mirrored else line, rows)


_FOR_THE_TEAM = RIGHTS | {"give_advice"}
"""Dates in the SEN team's list only: those of a notice are shown to the people who were sent it."""


def _date_row(each: Milestone, week: int, standing: CaseStatus, who: Principal, today: date) -> DateRow:
    in_family_words = who.has(Role.parent) and (each.key != "received" or standing.statutory)
    title = _(FOR_FAMILIES.get(each.key, each.label)) if in_family_words else _(each.label)
    basis = each.regulation if who.in_sen_team else ""
    if each.key == "received":
        return DateRow(title, each.due_on, 0, basis)
    when = _("By %(date)s", date=uk_date(each.due_on))
    if each.key == EXPECTED_KEY:
        return DateRow(title, when, week)
    noted = [_excuse(span) for span in each.excuses]
    if each.excused and not noted:
        noted = [_("The law allows an exception here, and one is recorded. The deadline stays.")]
    if each.ended_on is not None:
        if each.key == "decide_to_assess":
            title = _(DECISION_TEXTS.get(standing.state, DECISION_TEXTS[CaseState.assessing]))
        by = _("It was due by %(date)s.", date=uk_date(each.due_on))
        text = _lines(by, *noted, basis)
        done_in = week_of(standing.received_on, each.ended_on)
        return DateRow(title, each.ended_on, done_in, text, _done(each), TagColour.DONE)
    before = _working_day_before(each.due_on) if who.in_sen_team else ""
    left = due(each.due_on, today)
    if left is None or (left.colour == TagColour.LATE and not is_late(each, today)):
        passed = _("This date has passed.")
        return DateRow(title, when, week, _lines(passed, *noted, basis))
    if left.colour:
        return DateRow(title, when, week, _lines(before, *noted, basis), left.text, left.colour)
    return DateRow(title, when, week, _lines(left.text, before, *noted, basis))


def _done(each: Milestone) -> str:
    """Return whether a duty was done in time."""
    if each.is_late_with_exception:
        return _("Done late, with an exception")
    is_late = each.ended_on is not None and is_overdue(each.due_on, each.ended_on)
    return _("Done late") if is_late else _("Done")


def _working_day_before(due_on: date) -> str:
    """Return the last working day before a limit that falls on another day; the limit stays."""
    working_day = last_working_day(due_on)
    if working_day == due_on:
        return ""
    return _("The last working day before it is %(date)s.", date=uk_date(working_day))


def _excuse(span: Span) -> str:
    """Return the text of an exception to a deadline, which itself does not change."""
    return _(
        "Exception from %(first)s to %(last)s: %(reason)s. The deadline stays.",
        first=uk_date(span.first_day),
        last=uk_date(span.last_day),
        reason=_(EXCEPTION_LABELS[span.code]),
    )


def _lines(*texts: str) -> str:
    return "\n".join(filter(None, texts))
