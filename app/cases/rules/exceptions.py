"""Exceptions: the reasons for which the regulations excuse a missed limit. They never move it.

The law says only that the limit does not apply where it is impractical. It names no new date, so the limit stays and the
exceptions are shown beside it. Staff shortage, late advice and bank holidays are no exceptions.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from app.cases.rules.duties import Rule
from app.core.wording import N_

LONGEST_SPAN = timedelta(days=3 * 366)
"""No exception to a 20-week limit lasts longer; a longer span is a typing mistake."""

WEEK = timedelta(weeks=1)
SHORTEST_CLOSURE = timedelta(weeks=4)

EXCEPTION_LABELS: Mapping[str, str] = {
    "SCH_CLOSED": N_(
        "Advice was asked of a head teacher between 1 week before the school closed for at least"
        " 4 weeks in a row and 1 week before it reopened"
    ),
    "EY_CLOSED": N_(
        "Advice was asked of an early years setting between 1 week before it closed for at least"
        " 4 weeks in a row and 1 week before it reopened"
    ),
    "EXC_PERS": N_("Exceptional personal circumstances affected the child, young person or parent"),
    "ABSENT": N_("The child, young person or parent was away from the area for at least 4 weeks in a row"),
    "MISSED_APPT": N_("The child or young person missed an examination or test"),
}
"""The exceptions of the SEND Regulations 2014, regs 5(4), 8(2), 10(4) and 13(3), by code."""


@dataclass(frozen=True)
class Span:
    """Days that an officer recorded as excused: first and last day, both inclusive, and why."""

    code: str
    first_day: date
    last_day: date
    reason: str

    def __post_init__(self) -> None:
        if self.code not in EXCEPTION_LABELS:
            raise ValueError(f"The regulations know no exception called {self.code}")
        if not timedelta(0) <= self.last_day - self.first_day <= LONGEST_SPAN:
            raise ValueError("An exception ends on or after the day it begins, and within 3 years")
        if not self.reason.strip():
            raise ValueError("An exception needs a reason")


def excuses(rule: Rule, starts_on: date, due: date, exceptions: Iterable[Span]) -> tuple[Span, ...]:
    """Return the recorded exceptions that the regulation allows for a duty and that fall within its time."""
    inside = [
        each
        for each in exceptions
        if each.code in rule.excused_by and each.first_day <= due and each.last_day >= starts_on
    ]
    return tuple(sorted(inside, key=lambda each: (each.first_day, each.last_day)))


def closure_window(first_day: date, last_day: date) -> tuple[date, date] | None:
    """Return the days within which advice must have been asked of a school that was closed on these days, or None where
    it was not closed for 4 weeks in a row: from 1 week before it closed until 1 week before it reopened (reg. 5(4))."""
    if last_day - first_day < SHORTEST_CLOSURE - timedelta(days=1):
        return None
    return first_day - WEEK, last_day + timedelta(days=1) - WEEK
