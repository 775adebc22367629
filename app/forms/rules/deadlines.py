"""Statutory time limits: which duty is due when, under which regulation, and which exceptions excuse it.

Weeks are calendar weeks: weekends and school holidays count. A limit may be exceeded only for the reasons in the
regulations; an officer records such days with the reason. They never move the limit. Durations are data, so that a
change of law changes one line.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from app.children.rules.school_years import school_year, year_group_label
from app.core.wording import N_

__all__ = [
    "ADVICE_REASONS",
    "COUNCIL_REASONS",
    "DUTIES",
    "EXCEPTION_REASONS",
    "Duty",
    "ExceptionReason",
    "Milestone",
    "Span",
    "days_left",
    "due_on",
    "excuses",
    "is_overdue",
    "school_year",
    "timeline",
    "year_group_label",
]

LONGEST_SPAN = timedelta(days=3 * 366)
"""No exception to a 20-week limit lasts longer; a longer span is a typing mistake."""


@dataclass(frozen=True)
class ExceptionReason:
    """A reason for which the law excuses a missed limit."""

    code: str
    label: str


EXCEPTION_REASONS: dict[str, ExceptionReason] = {
    reason.code: reason
    for reason in (
        ExceptionReason(
            "SCH_CLOSED",
            N_(
                "Advice was asked of a head teacher between 1 week before the school closed for at least"
                " 4 weeks in a row and 1 week before it reopened"
            ),
        ),
        ExceptionReason(
            "EY_CLOSED",
            N_(
                "Advice was asked of an early years setting between 1 week before it closed for at least"
                " 4 weeks in a row and 1 week before it reopened"
            ),
        ),
        ExceptionReason(
            "EXC_PERS", N_("Exceptional personal circumstances affected the child, young person or parent")
        ),
        ExceptionReason(
            "ABSENT",
            N_("The child, young person or parent was away from the area for at least 4 weeks in a row"),
        ),
        ExceptionReason("MISSED_APPT", N_("The child or young person missed an examination or test")),
    )
}

COUNCIL_REASONS = ("SCH_CLOSED", "EY_CLOSED", "EXC_PERS", "ABSENT")
ADVICE_REASONS = ("EXC_PERS", "ABSENT", "MISSED_APPT")


@dataclass(frozen=True)
class Duty:
    """A duty with a time limit. `excused_by` are the codes of the exceptions that the regulation allows."""

    key: str
    label: str
    who: str
    starts_from: str
    days: int
    regulation: str
    note: str = ""
    first_day_counts: bool = False
    excused_by: tuple[str, ...] = ()


REQUEST = N_("the day the council receives the request")
COUNCIL, ADVISER, SETTING, FAMILY = N_("The council"), N_("The adviser"), N_("The setting"), N_("The family")
UNCONFIRMED = N_("The regulation’s number comes from practice notes: read it before relying on it.")

DUTIES: dict[str, Duty] = {
    duty.key: duty
    for duty in (
        Duty("decide_to_assess", N_("Decide whether to assess, and tell the family"), COUNCIL, REQUEST,
             6 * 7, "SEND Regulations 2014, reg. 5(1)", excused_by=COUNCIL_REASONS),
        Duty("give_advice", N_("Send advice"), ADVISER, N_("the day the adviser receives the request for advice"),
             6 * 7, "SEND Regulations 2014, reg. 8", excused_by=ADVICE_REASONS),
        Duty("no_plan_notice", N_("Tell the family if there will be no plan"), COUNCIL, REQUEST,
             16 * 7, "SEND Regulations 2014, reg. 10", excused_by=COUNCIL_REASONS),
        Duty("views_on_draft", N_("Send views on the draft plan"), FAMILY, N_("the day the draft plan is served"),
             15, "SEND Regulations 2014, reg. 13(1)", first_day_counts=True,
             note=N_("The family must have at least 15 days, and the day of serving is the first of them.")),
        Duty("setting_reply", N_("Reply to the consultation about a place"), SETTING,
             N_("the day the setting is consulted"), 15, "SEND Code of Practice 2015, para. 9.83"),
        Duty("final_plan", N_("Send the final plan"), COUNCIL, REQUEST,
             20 * 7, "SEND Regulations 2014, reg. 13(2)", excused_by=COUNCIL_REASONS),
        Duty("review_report", N_("Send the report of the review meeting"), SETTING, N_("the review meeting"),
             14, "SEND Regulations 2014, reg. 20", note=UNCONFIRMED),
        Duty("review_decision", N_("Decide to keep, change or end the plan, and tell the family"), COUNCIL,
             N_("the review meeting"), 4 * 7, "SEND Regulations 2014, reg. 20(10)", note=UNCONFIRMED),
        Duty("amended_plan", N_("Send the changed final plan, or say it will not change"), COUNCIL,
             N_("the notice of the proposed changes"), 8 * 7, "SEND Regulations 2014, reg. 22(3) and (4)",
             note=N_("With the 4 weeks before it this makes 12 weeks from the meeting: [2022] EWHC 493 (Admin).")),
        Duty("views_on_changes", N_("Send views on the proposed changes"), FAMILY,
             N_("the day the notice is served"), 15, "SEND Regulations 2014, reg. 22(2)", first_day_counts=True),
        Duty("decide_to_reassess", N_("Decide whether to reassess"), COUNCIL, N_("the day of the request"),
             15, "SEND Regulations 2014, reg. 25", note=UNCONFIRMED),
        Duty("reassessed_plan", N_("Send the final plan after a reassessment"), COUNCIL,
             N_("the notice that the council will reassess"), 14 * 7, "SEND Regulations 2014, reg. 27",
             note=UNCONFIRMED),
        Duty("transfer_notice", N_("Tell a family that moved in what happens with their plan"), COUNCIL,
             N_("the transfer of the plan"), 6 * 7, "SEND Regulations 2014, reg. 15(4)"),
        Duty("tribunal_assess", N_("Tell the family that the assessment the Tribunal ordered begins"), COUNCIL,
             N_("the Tribunal’s order"), 14, "SEND Regulations 2014, reg. 44(2)(b)"),
        Duty("tribunal_plan", N_("Send the final plan the Tribunal ordered"), COUNCIL,
             N_("the Tribunal’s order"), 11 * 7, "SEND Regulations 2014, reg. 44(2)(c)"),
    )
}  # fmt: skip


@dataclass(frozen=True)
class Span:
    """Days that an officer recorded as excused: first and last day, both inclusive, and why."""

    code: str
    first_day: date
    last_day: date
    reason: str

    def __post_init__(self) -> None:
        if self.code not in EXCEPTION_REASONS:
            raise ValueError(f"The regulations know no exception called {self.code}")
        if not timedelta(0) <= self.last_day - self.first_day <= LONGEST_SPAN:
            raise ValueError("An exception ends on or after the day it begins, and within 3 years")
        if not self.reason.strip():
            raise ValueError("An exception needs a reason")


def due_on(duty_key: str, start: date) -> date:
    """Return the last day on which the duty is done in time. No exception moves it: see `excuses`."""
    duty = DUTIES[duty_key]
    return start + timedelta(days=duty.days - (1 if duty.first_day_counts else 0))


def excuses(duty_key: str, start: date, exceptions: Iterable[Span]) -> tuple[Span, ...]:
    """Return the recorded exceptions that the regulation allows for this duty and that fall within its time.

    The law says only that the limit does not apply where it is impractical. It names no new date, so the limit
    stays and the exceptions are shown beside it.
    """
    allowed, due = DUTIES[duty_key].excused_by, due_on(duty_key, start)
    found = [each for each in exceptions if each.code in allowed]
    inside = [each for each in found if each.first_day <= due and each.last_day >= start]
    return tuple(sorted(inside, key=lambda each: (each.first_day, each.last_day)))


def days_left(due: date, today: date) -> int:
    """Return the days until the due date: 0 on the day itself, below 0 when it has passed."""
    return (due - today).days


def is_overdue(due: date, today: date) -> bool:
    """Return whether the due date has passed; the day itself is still in time."""
    return today > due


@dataclass(frozen=True)
class Milestone:
    """A date of a request, for the timeline on a child's page."""

    key: str
    label: str
    due_on: date
    regulation: str
    who: str = ""
    excuses: tuple[Span, ...] = ()
    """Exceptions recorded for this limit, which does not move."""


def timeline(
    received_on: date,
    exceptions: Sequence[Span] = (),
    advice_asked_on: date | None = None,
    draft_served_on: date | None = None,
) -> list[Milestone]:
    """Return the dates that follow from a request, in order, without those that have not started."""
    starts = {
        "decide_to_assess": received_on,
        "give_advice": advice_asked_on,
        "no_plan_notice": received_on,
        "views_on_draft": draft_served_on,
        "final_plan": received_on,
    }
    received = Milestone(
        "received", N_("Request received"), received_on, "Children and Families Act 2014, s. 36"
    )
    found = [
        Milestone(
            key,
            DUTIES[key].label,
            due_on(key, start),
            DUTIES[key].regulation,
            DUTIES[key].who,
            excuses(key, start, exceptions),
        )
        for key, start in starts.items()
        if start is not None
    ]
    return [received, *sorted(found, key=lambda milestone: milestone.due_on)]
