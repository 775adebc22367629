"""Duties with a time limit: how a rule gives the last day, and what a duty that runs says of itself.

Weeks are calendar weeks: weekends and school holidays count. The rules are data (`duty_rule`), one row a version; a duty
keeps the version that stood on the day it started. No exception moves a limit (`app/cases/rules/exceptions.py`).
"""

from __future__ import annotations

import enum
import re
from calendar import monthrange
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from app.cases.rules.working_days import after_working_days, next_working_day
from app.core.wording import N_


class Unit(enum.Enum):
    """What the length of a limit is counted in."""

    days = "days"
    working_days = "working_days"
    months = "months"
    day_of_year = "day_of_year"


UNIT_LABELS: Mapping[Unit, str] = {
    Unit.days: N_("Calendar days"),
    Unit.working_days: N_("Working days"),
    Unit.months: N_("Months"),
    Unit.day_of_year: N_("A day of the year"),
}


class Bearer(enum.Enum):
    """Who has a duty."""

    council = "council"
    adviser = "adviser"
    setting = "setting"
    family = "family"
    health = "health"
    other_council = "other_council"
    mediation = "mediation"


BEARER_LABELS: Mapping[Bearer, str] = {
    Bearer.council: N_("The council"),
    Bearer.adviser: N_("The adviser"),
    Bearer.setting: N_("The setting"),
    Bearer.family: N_("The family"),
    Bearer.health: N_("The integrated care board"),
    Bearer.other_council: N_("The council the family moved from"),
    Bearer.mediation: N_("The mediation adviser"),
}

LABELS: Mapping[str, str] = {
    "decide_to_assess": N_("Decide whether to assess, and tell the family"),
    "give_advice": N_("Send advice"),
    "no_plan_notice": N_("Tell the family if there will be no plan"),
    "views_on_draft": N_("Send views on the draft plan"),
    "setting_reply": N_("Reply to the consultation about a place"),
    "final_plan": N_("Send the final plan"),
    "review_invitation": N_("Invite people to the review meeting"),
    "review_papers": N_("Send the advice for the review meeting to everyone invited"),
    "review_report": N_("Send the report of the review meeting"),
    "review_decision": N_("Decide to keep, change or end the plan, and tell the family"),
    "yearly_review": N_("Review the plan"),
    "early_years_review": N_("Consider a review of the plan of a child under 5"),
    "views_on_changes": N_("Send views on the proposed changes"),
    "amended_plan": N_("Send the changed final plan, or say it will not change"),
    "amended_plan_after_notice": N_("Send the changed plan, counted from the notice of the changes"),
    "phase_transfer": N_("Name the next setting in the plan"),
    "post16_transfer": N_("Name the post-16 setting in the plan"),
    "post16_move": N_("Name the other post-16 setting in the plan"),
    "decide_to_reassess": N_("Decide whether to reassess"),
    "reassessed_plan": N_("Send the final plan after a reassessment"),
    "plan_transfer": N_("Transfer the plan of a family that moved away"),
    "transfer_notice": N_("Tell a family that moved in what happens with their plan"),
    "moved_in_review": N_("Review the plan of a family that moved in"),
    "commissioner_notice": N_("Tell the new integrated care board about a plan"),
    "views_on_ceasing": N_("Send views on ending the plan"),
    "mediation_contact": N_("Contact the mediation adviser"),
    "mediation_certificate": N_("Send the mediation certificate"),
    "mediation_meeting": N_("Arrange the mediation meeting"),
    "appeal": N_("Appeal to the Tribunal"),
    "appeal_after_certificate": N_("Appeal to the Tribunal, counted from the mediation certificate"),
    "appeal_response": N_("Respond to the appeal"),
    "health_response": N_("Respond to the Tribunal’s recommendation on health"),
    "tribunal_assess": N_("Tell the family that the assessment the Tribunal ordered begins"),
    "tribunal_no_plan": N_("Tell the family that there will be no plan after the assessment the Tribunal ordered"),
    "tribunal_assessed_plan": N_("Send the final plan after the assessment the Tribunal ordered"),
    "tribunal_draft": N_("Send the draft of the plan the Tribunal ordered"),
    "tribunal_plan": N_("Send the final plan the Tribunal ordered"),
    "tribunal_amend": N_("Send the plan changed as the Tribunal ordered"),
    "tribunal_setting": N_("Send the plan with the setting the Tribunal ordered"),
}  # fmt: skip
"""What is to be done, by the key of the duty."""

CONDITIONAL = frozenset({"no_plan_notice", "tribunal_no_plan"})
"""Limits that apply only where the council decides against a plan: passing one is not late by itself."""
RIGHTS = frozenset({"mediation_contact", "appeal"})
"""The time that the family has for mediation and for an appeal, from a notice: passing it is no one's failure."""

DAY_OF_YEAR = re.compile(r"(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])")


@dataclass(frozen=True)
class Rule:
    """One version of the rule for a duty."""

    key: str
    number: int
    """1 is the first version of this duty's rule."""
    effective_from: date
    """The first start day to which this version applies."""
    unit: Unit
    length: int = 0
    """How many units after the start the last day is; below 0 where the duty is done before the day it is counted from."""
    day_of_year: str = ""
    """The last day as month and day, "02-14", where the law names a day."""
    first_day_counts: bool = False
    moves_out_of_holidays: bool = False
    """A last day from 25 December to 1 January, or in August, becomes the next working day after it (Tribunal Rules)."""
    who: Bearer = Bearer.council
    starts_from: str = ""
    regulation: str = ""
    note: str = ""
    excused_by: tuple[str, ...] = ()
    """The codes of the exceptions that the regulation allows."""
    id: int = 0


class UnknownDuty(LookupError):
    """There is no rule with this key."""


class Rules:
    """All versions of all rules."""

    def __init__(self, versions: Iterable[Rule]) -> None:
        self._by_key: dict[str, list[Rule]] = {}
        for each in sorted(versions, key=lambda each: (each.effective_from, each.number)):
            self._by_key.setdefault(each.key, []).append(each)

    def __iter__(self) -> Iterator[Rule]:
        """Return every version, by key."""
        return (each for versions in self._by_key.values() for each in versions)

    def rule(self, key: str, starts_on: date) -> Rule:
        """Return the version in force on the day a duty starts; the first one for an earlier day.

        Of two versions from the same day the newer counts. Raises UnknownDuty.
        """
        versions = self._by_key.get(key)
        if not versions:
            raise UnknownDuty(key)
        standing = [each for each in versions if each.effective_from <= starts_on]
        return standing[-1] if standing else versions[0]

    def due_on(self, key: str, starts_on: date) -> date:
        """Return the last day of a duty that starts on this day."""
        return due_on(self.rule(key, starts_on), starts_on)


def due_on(rule: Rule, starts_on: date) -> date:
    """Return the last day on which the duty is done in time. No exception moves it."""
    due = _counted(rule, starts_on)
    return out_of_holidays(due) if rule.moves_out_of_holidays else due


def _counted(rule: Rule, starts_on: date) -> date:
    first = 1 if rule.first_day_counts else 0
    if rule.unit is Unit.day_of_year:
        return _next_day_of_year(rule.day_of_year, starts_on)
    if rule.unit is Unit.working_days:
        return after_working_days(starts_on, rule.length - first)
    if rule.unit is Unit.months:
        return months_after(starts_on, rule.length) - timedelta(days=first)
    return starts_on + timedelta(days=rule.length - first)


def months_after(start: date, months: int) -> date:
    """Return the same day this many months later, or the last day of that month where it is shorter."""
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    return date(year, month + 1, min(start.day, monthrange(year, month + 1)[1]))


def _next_day_of_year(month_and_day: str, starts_on: date) -> date:
    month, day = map(int, month_and_day.split("-"))
    this_year = date(starts_on.year, month, day)
    return this_year if this_year >= starts_on else date(starts_on.year + 1, month, day)


def out_of_holidays(due: date) -> date:
    """Return the day, or the next working day where it falls into a time in which the Tribunal counts no last day.

    From 25 December to 1 January that is the first working day after 1 January, in August the first of September.
    """
    if (due.month, due.day) >= (12, 25):
        return next_working_day(date(due.year + 1, 1, 2))
    if (due.month, due.day) == (1, 1):
        return next_working_day(date(due.year, 1, 2))
    return next_working_day(date(due.year, 9, 1)) if due.month == 8 else due


class Ending(enum.Enum):
    """How a duty ended."""

    done = "done"
    not_needed = "not_needed"


@dataclass(frozen=True)
class DutyDates:
    """A duty of a case, as it is stored."""

    key: str
    starts_on: date
    due_on: date
    who: Bearer
    regulation: str = ""
    ending: Ending | None = None
    ended_on: date | None = None
    excused: bool = False
    """An exception that the law allows for it is recorded."""

    @property
    def is_late_with_exception(self) -> bool:
        """Return whether it was done after its last day, with an exception (item Week20 of the SEN2 return)."""
        late = self.ending is Ending.done and self.ended_on is not None and self.ended_on > self.due_on
        return late and self.excused


def next_duty(duties: Iterable[DutyDates], *, makes_no_plan: bool = False) -> DutyDates | None:
    """Return the council's next duty of these, or None once nothing more is due.

    To tell the family that there will be no plan is one only once the council decided so (`makes_no_plan`).
    """
    running = [
        each
        for each in duties
        if each.ending is None
        and each.who is Bearer.council
        and (makes_no_plan or each.key not in CONDITIONAL)
    ]
    return min(running, key=lambda each: (each.due_on, each.key), default=None)


def days_left(due: date, today: date) -> int:
    """Return the days until the due date: 0 on the day itself, below 0 when it has passed."""
    return (due - today).days


def is_overdue(due: date, today: date) -> bool:
    """Return whether the due date has passed; the day itself is still in time."""
    return today > due


def rule_faults(unit: Unit | None, length: int | None, day_of_year: str) -> Sequence[tuple[str, str]]:
    """Return what is wrong with the length of a new version, each with the field."""
    if unit is None:
        return [("unit", N_("Choose what the limit is counted in"))]
    if unit is Unit.day_of_year:
        if not DAY_OF_YEAR.fullmatch(day_of_year) or not _is_day(day_of_year):
            return [("day_of_year", N_("Enter the last day as month and day, like 02-14"))]
        return []
    most = 600 if unit is Unit.days else 60
    if length is None or not -most <= length <= most or length == 0:
        return [("length", N_("Enter how long the limit is, for example 42"))]
    if length < 0 and unit is Unit.working_days:
        return [("length", N_("A limit in working days is counted forward"))]
    return []


def _is_day(month_and_day: str) -> bool:
    month, day = map(int, month_and_day.split("-"))
    return day <= monthrange(2027, month)[1]  # 29 February is not a day of every year
