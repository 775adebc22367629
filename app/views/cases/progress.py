"""The progress of a case on a child's page: the line of weeks, and its dates as a list in the words of the reader."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from app.cases.queries.child_page import FormLine
from app.cases.rules.status import DECISION_TEXTS, FOR_FAMILIES, CaseStatus, dates_of, status_text
from app.cases.rules.week_line import (
    EXPECTED_KEY,
    WeekLine,
    is_late,
    week_line,
    week_of,
    with_expected_advice,
)
from app.core.roles import Principal, Role
from app.forms.rules.deadlines import EXCEPTION_REASONS, Milestone, Span
from app.forms.rules.form_deadlines import is_awaited
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
    standing: CaseStatus | None, lines: Sequence[FormLine], who: Principal, today: date
) -> Progress | None:
    """Return the line and the dates of the case in the words of this reader; None until a request was received."""
    if standing is None:
        return None
    advice = [
        line for line in lines if line.kind == "advice" and line.statutory and line.asked_on is not None
    ]
    awaited = [line for line in advice if is_awaited(line.state)]
    asked = [line.asked_on for line in awaited or advice if line.asked_on is not None]
    found = dates_of(standing, min(asked, default=None) if who.in_sen_team else None)
    done = {
        "give_advice": bool(advice) and not awaited,
        "decide_to_assess": standing.state in DECISION_TEXTS,
    }
    done_keys = frozenset(key for key, is_done in done.items() if is_done)
    ending = status_text(standing) if standing.is_closed else ""
    line = week_line(found, today, done_keys, ending, standing.decided_on)
    if line is None:
        return None
    rows = [
        _date_row(each, week_of(found[0].due_on, each.due_on), standing, who, today, done_keys)
        for each in with_expected_advice(found)
    ]
    is_mirrored = (locale := reader_locale()) is not None and locale.text_direction == "rtl"
    return Progress(line.mirrored() if is_mirrored else line, rows)


def _date_row(
    each: Milestone,
    week: int,
    standing: CaseStatus,
    who: Principal,
    today: date,
    done: frozenset[str],
) -> DateRow:
    basis = each.regulation if who.in_sen_team else ""
    in_family_words = who.has(Role.parent) and (each.key != "received" or standing.statutory)
    title = _(FOR_FAMILIES.get(each.key, each.label)) if in_family_words else _(each.label)
    if each.key == "received":
        return DateRow(title, each.due_on, 0, basis)
    when = _("By %(date)s", date=uk_date(each.due_on))
    noted = [_excuse(span) for span in each.excuses]
    if each.key == "decide_to_assess" and each.key in done and standing.decided_on is not None:
        title = _(DECISION_TEXTS[standing.state])
        by = _("It was due by %(date)s.", date=uk_date(each.due_on))
        decided = standing.decided_on
        return DateRow(
            title,
            decided,
            week_of(standing.received_on, decided),
            _lines(by, basis),
            _("Done"),
            TagColour.DONE,
        )
    if each.key in done:
        return DateRow(title, when, week, _lines(*noted, basis), _("Done"), TagColour.DONE)
    if each.key == EXPECTED_KEY:
        return DateRow(title, when, week)
    left = due(each.due_on, today)
    if left is None or (left.colour == TagColour.LATE and not is_late(each, today, done)):
        passed = _("This date has passed.")
        return DateRow(title, when, week, _lines(passed, *noted, basis))
    if left.colour:
        return DateRow(title, when, week, _lines(*noted, basis), left.text, left.colour)
    return DateRow(title, when, week, _lines(left.text, *noted, basis))


def _excuse(span: Span) -> str:
    """Return the text of an exception to a deadline, which itself does not change."""
    return _(
        "Exception from %(first)s to %(last)s: %(reason)s. The deadline stays.",
        first=uk_date(span.first_day),
        last=uk_date(span.last_day),
        reason=_(EXCEPTION_REASONS[span.code].label),
    )


def _lines(*texts: str) -> str:
    return "\n".join(filter(None, texts))
