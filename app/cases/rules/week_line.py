"""The 20-week line of a case: where its deadlines and today are on a bar of weeks, what is late, and the week in words.

The rules take the dates of a case (`Milestone`) and today, whatever table the dates come from. Positions are percentages
of the bar's length from its start. A page that reads from right to left draws `WeekLine.mirrored`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from app.cases.rules.duties import CONDITIONAL, RIGHTS, is_overdue
from app.cases.rules.timeline import EXPECTED_KEY, Milestone
from app.core.wording import N_, CountedWording, Wording

__all__ = [
    "Label",
    "Mark",
    "Stretch",
    "WeekLine",
    "is_late",
    "week_line",
    "week_of",
]

DAYS = 7
STEP = 4
"""A bar that is longer than the limit ends at a multiple of this many weeks."""
LONGEST = 40
"""The most weeks that a bar shows: with more, the numbers of the deadlines would lie over each other on a phone."""
NEAREST = 6.5
"""The least distance between two numbers below the bar, in percent: two digits at 320 pixels."""
NEAR_END = 8.0
"""A label closer than this to an end of the bar begins or ends at its mark instead of being centred on it."""


@dataclass(frozen=True)
class Stretch:
    """A part of the bar: its start and its width in percent."""

    start: float
    width: float

    def mirrored(self) -> Stretch:
        """Return the stretch on a bar that begins on the right."""
        return Stretch(_rounded(100 - self.start - self.width), self.width)


@dataclass(frozen=True)
class Mark:
    """A deadline on the bar, with the week in which it falls."""

    key: str
    label: str
    on: date
    week: int
    position: float
    is_late: bool = False


@dataclass(frozen=True)
class Label:
    """The number of a week below the bar. `anchor` is the value of SVG's text-anchor."""

    week: int
    position: float
    anchor: str
    is_late: bool = False


@dataclass(frozen=True)
class WeekLine:
    """What the bar of a case shows.

    `weeks` is the length of the bar. `late` is the part of `filled` since the first missed deadline; None where nothing
    is late. `today` is None for a case that has ended.
    """

    week: int
    weeks: int
    filled: Stretch
    late: Stretch | None
    today: float | None
    marks: tuple[Mark, ...]
    labels: tuple[Label, ...]
    ticks: tuple[float, ...]
    sentence: Wording

    @property
    def today_anchor(self) -> str:
        """Return SVG's text-anchor for the word above the bar."""
        return _anchor(self.today or 0)

    def mirrored(self) -> WeekLine:
        """Return the line for a page that reads from right to left: week 0 is at the right end."""
        return replace(
            self,
            filled=self.filled.mirrored(),
            late=self.late.mirrored() if self.late else None,
            today=None if self.today is None else _rounded(100 - self.today),
            marks=tuple(replace(each, position=_rounded(100 - each.position)) for each in self.marks),
            labels=tuple(_label(each.week, 100 - each.position, each.is_late) for each in self.labels),
            ticks=tuple(_rounded(100 - each) for each in self.ticks),
        )


def week_of(start: date, day: date) -> int:
    """Return the week of a case in which a day falls.

    The day after the start is the first of 7 days of week 1, so that the last day of a 6-week limit is in week 6. The
    start itself and days before it are in week 1.
    """
    return max(1, -(-(day - start).days // DAYS))


def is_late(milestone: Milestone, today: date) -> bool:
    """Return whether a deadline was missed: passed, not done, and without an exception that the law allows.

    A limit for telling the family that there will be no plan (reg. 10) is not missed by passing, because it applies only
    where there will be none. Nor is the day of a duty that is no longer needed.
    """
    if milestone.key in _NO_DUTY or milestone.is_done or not milestone.is_needed:
        return False
    return is_overdue(milestone.due_on, today) and not milestone.excused


_NO_DUTY = CONDITIONAL | RIGHTS | {"received", EXPECTED_KEY}


def week_line(
    milestones: Sequence[Milestone], today: date, ending: str = "", ended_on: date | None = None
) -> WeekLine | None:
    """Return the line of a case on this day, or None before anything was received.

    `ending` says how a case ended, and `ended_on` when, if that is known: an ended case has no lateness and no today. A
    case whose final plan was sent has ended.
    """
    days = {each.key: each.due_on for each in milestones}
    start = days.get("received")
    if start is None:
        return None
    limit = days.get("final_plan", max(days.values()))
    shown = [each for each in milestones if each.key != "received" and each.is_needed]
    until = (ended_on or start) if ending else today
    weeks = _length(start, limit, [until, *(each.due_on for each in shown)])
    marks = tuple(
        Mark(
            each.key,
            each.label,
            each.due_on,
            week_of(start, each.due_on),
            _position(start, each.due_on, weeks),
            not ending and is_late(each, today),
        )
        for each in shown
    )
    reached = _position(start, until, weeks)
    missed = min((each.position for each in marks if each.is_late), default=None)
    return WeekLine(
        week=week_of(start, until),
        weeks=weeks,
        filled=Stretch(0, reached),
        late=None if missed is None else Stretch(missed, _rounded(reached - missed)),
        today=None if ending else reached,
        marks=marks,
        labels=_labels(marks, weeks),
        ticks=tuple(_rounded(100 * number / weeks) for number in range(1, weeks)),
        sentence=_ended(start, ending, ended_on) if ending else _sentence(start, limit, today, shown),
    )


def _length(start: date, limit: date, days: Iterable[date]) -> int:
    """Return how many weeks the bar shows: up to the limit, or to the next step after the last day."""
    least = week_of(start, limit)
    last = max(week_of(start, day) for day in days)
    return least if last <= least else min(-(-last // STEP) * STEP, LONGEST)


def _position(start: date, day: date, weeks: int) -> float:
    return min(100.0, max(0.0, _rounded(100 * (day - start).days / (weeks * DAYS))))


def _labels(marks: Sequence[Mark], weeks: int) -> tuple[Label, ...]:
    """Return the numbers below the bar: both ends, then the deadlines, those of advice only where there is room."""
    found = [_label(0, 0, is_late=False), _label(weeks, 100, is_late=False)]
    for mark in sorted(marks, key=lambda each: "advice" in each.key):
        if all(abs(each.position - mark.position) >= NEAREST for each in found):
            found.append(_label(mark.week, mark.position, mark.is_late))
    return tuple(sorted(found, key=lambda each: each.position))


def _label(week: int, position: float, is_late: bool) -> Label:
    return Label(week, _rounded(position), _anchor(position), is_late)


def _anchor(position: float) -> str:
    if position < NEAR_END:
        return "start"
    return "end" if position > 100 - NEAR_END else "middle"


def _rounded(position: float) -> float:
    return round(position, 2)


def _ended(start: date, ending: str, ended_on: date | None) -> Wording:
    words = ending if isinstance(ending, Wording) else Wording(ending)
    if ended_on is None:
        return words
    return Wording(N_("%(ending)s in week %(week)s"), ending=words, week=week_of(start, ended_on))


def _sentence(start: date, limit: date, today: date, shown: Sequence[Milestone]) -> Wording:
    week, weeks, days = week_of(start, today), week_of(start, limit), (today - limit).days
    if days <= 0:
        return Wording(N_("Week %(week)s of %(weeks)s"), week=week, weeks=weeks)
    if any(each.key == "final_plan" and each.excused for each in shown):
        return Wording(
            N_("Week %(week)s: after week %(weeks)s, with an exception recorded"), week=week, weeks=weeks
        )
    if days % DAYS:
        return CountedWording(
            "Week %(week)s: %(num)s day late", "Week %(week)s: %(num)s days late", days, week=week
        )
    return CountedWording(
        "Week %(week)s: %(num)s week late", "Week %(week)s: %(num)s weeks late", days // DAYS, week=week
    )
