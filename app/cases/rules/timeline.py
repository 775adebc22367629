"""The dates of a case, for the line of weeks and the list on a child's page."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from app.cases.rules.duties import BEARER_LABELS, LABELS, DutyDates, Ending, Rules
from app.cases.rules.exceptions import Span
from app.core.wording import N_

NOTHING: Mapping[str, tuple[Span, ...]] = {}
EXPECTED_KEY = "expected_advice"
EXPECTED_ADVICE = N_("Advice from professionals due, if asked for by week 6")


@dataclass(frozen=True)
class Milestone:
    """A date of a case."""

    key: str
    label: str
    due_on: date
    regulation: str
    who: str = ""
    excuses: tuple[Span, ...] = ()
    """Exceptions recorded for this limit, which does not move, for a reader who may know them."""
    excused: bool = False
    """Whether there is such an exception."""
    is_late_with_exception: bool = False
    """Whether the duty was done after its last day, with an exception."""
    ended_on: date | None = None
    """The day the duty was done."""
    is_needed: bool = True
    """False for a duty that is no longer needed; its day still says how long a case lasts."""

    @property
    def is_done(self) -> bool:
        """Return whether the duty was done."""
        return self.ended_on is not None


def timeline(
    received_on: date, duties: Iterable[DutyDates] = (), excuses: Mapping[str, tuple[Span, ...]] = NOTHING
) -> list[Milestone]:
    """Return the day of receipt and the days of these duties, in order.

    `excuses` are the recorded exceptions by the key of the duty that each excuses.
    """
    received = Milestone(
        "received", N_("Request received"), received_on, "Children and Families Act 2014, s. 36"
    )
    found = [
        Milestone(
            each.key,
            LABELS.get(each.key, each.key),
            each.due_on,
            each.regulation,
            BEARER_LABELS[each.who],
            excuses.get(each.key, ()),
            each.excused,
            each.is_late_with_exception,
            ended_on=each.ended_on if each.ending is Ending.done else None,
            is_needed=each.ending is not Ending.not_needed,
        )
        for each in duties
    ]
    return [received, *sorted(found, key=lambda milestone: milestone.due_on)]


def with_expected_advice(milestones: list[Milestone], rules: Rules) -> list[Milestone]:
    """Return the dates with the day on which advice is due if it is asked for on the last day to decide (reg. 5 and 8).

    Nothing is added where advice was asked for, or where the case has no final plan to come.
    """
    found = {each.key: each for each in milestones if each.is_needed}
    if (
        not {"decide_to_assess", "final_plan"} <= set(found)
        or "give_advice" in found
        or found["final_plan"].is_done
    ):
        return milestones
    due_on = rules.due_on("give_advice", found["decide_to_assess"].due_on)
    expected = Milestone(EXPECTED_KEY, EXPECTED_ADVICE, due_on, "")
    return sorted([*milestones, expected], key=lambda each: each.due_on)
