"""The figures of the manager's page: measures in percent, months, weeks, ages, and the list behind each figure.

The measures are those of the SEN2 return and of the department's publication "Education, health and care plans", whose
data set "Timeliness of new education, health and care plans" has each percentage with and without exceptions.
"""

from __future__ import annotations

import enum
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

from app.cases.rules.case_states import CaseState
from app.core.wording import N_

MONTHS = 13
"""The months on the page: this one, and the twelve full months before it."""
WEEKS = 4
"""How many weeks ahead the forecast looks."""


class Measure(enum.Enum):
    """A time limit from the day of receipt of which the page says how often it was met, by the key of its duty."""

    decided = "decide_to_assess"
    no_plan = "no_plan_notice"
    plan = "final_plan"


MEASURE_LABELS: Mapping[Measure, str] = {
    Measure.decided: N_("Decision whether to assess, within 6 weeks"),
    Measure.no_plan: N_("Notice that there will be no plan, within 16 weeks"),
    Measure.plan: N_("Final plan, within 20 weeks"),
}
FORMULAS: Mapping[Measure, str] = {
    Measure.decided: N_(
        "Decisions within 6 weeks of the request ÷ all decisions whether to assess, by the day of the decision (of a"
        " refusal, by the day its notice was sent). Withdrawn requests do not count. SEN2: RequestOutcomeDate and"
        " ReceivedDate, where RequestOutcome is Y or N."
    ),
    Measure.no_plan: N_(
        "Notices sent within 16 weeks of the request ÷ all notices that there will be no plan, by the day they were"
        " sent. SEN2: AssessmentOutcomeDate and ReceivedDate, where AssessmentOutcome is N."
    ),
    Measure.plan: N_(
        "New plans sent within 20 weeks of the request ÷ all new plans, by the day the final plan was sent. SEN2:"
        " StartDate of the plan and ReceivedDate. Plans that the Tribunal ordered have limits of their own and do"
        " not count."
    ),
}
WITHOUT_EXCEPTIONS = N_(
    "Without exceptions: the same, leaving out of both numbers each case in which an exception in law to this limit is"
    " recorded, in time or late. For the 20 weeks these are the plans with Week20 = 1 in SEN2."
)


def percentage(part: int, whole: int) -> Decimal | None:
    """Return the share in percent with one decimal, halves up, as the department publishes it; None of nothing."""
    if whole == 0:
        return None
    return (Decimal(100 * part) / whole).quantize(Decimal("0.1"), ROUND_HALF_UP)


@dataclass(frozen=True)
class Timeliness:
    """How many cases met a limit in some time, and for how many of them an exception is recorded."""

    done: int = 0
    in_time: int = 0
    excused: int = 0
    excused_in_time: int = 0

    def __add__(self, other: Timeliness) -> Timeliness:
        """Return the sum over both times."""
        return Timeliness(
            self.done + other.done,
            self.in_time + other.in_time,
            self.excused + other.excused,
            self.excused_in_time + other.excused_in_time,
        )

    @property
    def late(self) -> int:
        """How many were done after their last day."""
        return self.done - self.in_time

    @property
    def of_all(self) -> Decimal | None:
        """The share in time of all cases, in percent."""
        return percentage(self.in_time, self.done)

    @property
    def without_exceptions(self) -> Decimal | None:
        """The share in time of the cases without an exception, in percent."""
        return percentage(self.in_time - self.excused_in_time, self.done - self.excused)


@dataclass(frozen=True, order=True)
class Month:
    """A month of a year."""

    year: int
    month: int

    @property
    def first_day(self) -> date:
        """The first of the month."""
        return date(self.year, self.month, 1)

    @property
    def last_day(self) -> date:
        """The last day of the month."""
        return self.plus(1).first_day - timedelta(days=1)

    def plus(self, months: int) -> Month:
        """Return the month so many months later."""
        year, month = divmod(self.year * 12 + self.month - 1 + months, 12)
        return Month(year, month + 1)

    def __str__(self) -> str:
        return f"{self.year:04}-{self.month:02}"


def months_until(today: date) -> Sequence[Month]:
    """Return the months of the page, the oldest first; the last one is not over."""
    this = Month(today.year, today.month)
    return [this.plus(-back) for back in reversed(range(MONTHS))]


def weeks_from(today: date) -> Sequence[tuple[date, date]]:
    """Return the first and last day of each week of the forecast: seven days, the first of them today."""
    starts = [today + timedelta(days=7 * week) for week in range(WEEKS)]
    return [(start, start + timedelta(days=6)) for start in starts]


@dataclass(frozen=True)
class Band:
    """Ages in days, both inclusive; without a last day there is no end."""

    text: str
    first: int
    last: int | None


BANDS: Sequence[Band] = (
    Band(N_("Up to 6 weeks"), 0, 42),
    Band(N_("6 to 16 weeks"), 43, 112),
    Band(N_("16 to 20 weeks"), 113, 140),
    Band(N_("20 to 26 weeks"), 141, 182),
    Band(N_("26 to 52 weeks"), 183, 364),
    Band(N_("More than a year"), 365, None),
)
"""The ages of open cases, by the limits in law. On its last day a case is in the younger band."""


def band_of(days: int) -> int:
    """Return the place of the band of an age in days; a day to come counts as today."""
    return next(place for place, band in enumerate(BANDS) if band.last is None or max(days, 0) <= band.last)


class Counted(enum.Enum):
    """What a figure counts, and so what the list behind it shows."""

    received = "received"
    outcome = "outcome"
    decided = "decided"
    no_plan = "no_plan"
    plan = "plan"
    final = "final"
    due = "due"
    owner = "owner"
    age = "age"


OUTCOMES = (
    CaseState.assessing,
    CaseState.not_assessing,
    CaseState.preparing_plan,
    CaseState.not_issuing,
    CaseState.withdrawn,
)
"""The decisions that the page counts."""
PARTS: Mapping[Counted, Sequence[str]] = {
    Counted.received: ("all",),
    Counted.outcome: tuple(state.name for state in OUTCOMES),
    **dict.fromkeys((Counted.decided, Counted.no_plan, Counted.plan), ("all", "late", "excused")),
    Counted.final: ("all",),
    Counted.due: ("all", "overdue", "excused", *(f"week{week}" for week in range(1, WEEKS + 1)), "soon"),
    Counted.owner: ("all", "overdue", "soon"),
    Counted.age: (
        *(str(place) for place in range(len(BANDS))),
        *(f"{place}_overdue" for place in range(len(BANDS))),
    ),
}
BY_MONTH = frozenset(PARTS) - {Counted.due, Counted.owner, Counted.age}
MEASURES: Mapping[Counted, Measure] = {
    Counted.decided: Measure.decided,
    Counted.no_plan: Measure.no_plan,
    Counted.plan: Measure.plan,
}
_FIGURE = re.compile(r"([a-z_]+)\.([a-z_0-9]+)(?:\.(\d{4})-(\d\d)\.(\d{4})-(\d\d)|\.(\d{1,9}))?", re.ASCII)


@dataclass(frozen=True)
class Figure:
    """One figure, as an address names it: "plan.late.2026-01.2026-03" are the late final plans of three months."""

    counted: Counted
    part: str = "all"
    first: Month | None = None
    last: Month | None = None
    owner_id: int | None = None
    """Of a figure about an officer: who; 0 for cases without an owner."""

    def __str__(self) -> str:
        words = [self.counted.value, self.part]
        if self.first is not None and self.last is not None:
            words += [str(self.first), str(self.last)]
        elif self.owner_id is not None:
            words.append(str(self.owner_id))
        return ".".join(words)


def read_figure(text: str) -> Figure | None:
    """Return the figure that an address names, or None for any other text."""
    found = _FIGURE.fullmatch(text)
    if found is None or found[1] not in Counted.__members__:
        return None
    counted = Counted[found[1]]
    if found[2] not in PARTS[counted]:
        return None
    if counted in BY_MONTH:
        if found[3] is None:
            return None
        first, last = Month(int(found[3]), int(found[4])), Month(int(found[5]), int(found[6]))
        sound = 1 <= first.month <= 12 and 1 <= last.month <= 12 and 2000 <= first.year <= last.year <= 2100
        return Figure(counted, found[2], first, last) if sound else None
    if counted is Counted.owner:
        return Figure(counted, found[2], owner_id=int(found[7])) if found[7] is not None else None
    return Figure(counted, found[2]) if found[3] is None and found[7] is None else None


class PublishedMeasure(enum.Enum):
    """A percentage that the department publishes for each council."""

    decided = "decided"
    plan_without_exceptions = "plan_without_exceptions"
    plan = "plan"


PUBLISHED_LABELS: Mapping[PublishedMeasure, str] = {
    PublishedMeasure.decided: N_("Decision within 6 weeks"),
    PublishedMeasure.plan_without_exceptions: N_("Final plan within 20 weeks, without exceptions"),
    PublishedMeasure.plan: N_("Final plan within 20 weeks, all"),
}
