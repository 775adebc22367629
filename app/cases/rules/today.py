"""Today: what waits for the SEN team in all cases, what is lost first at the top."""

import enum
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from app.cases.rules.case_states import CaseState
from app.core.wording import N_

SOON = 7
"""Days ahead that count as this week."""


class Reason(enum.Enum):
    """Why something is in the list, in the order of the list."""

    overdue = "overdue"
    this_week = "this_week"
    notice = "notice"
    to_read = "to_read"
    late_advice = "late_advice"
    unread = "unread"


REASON_LABELS: Mapping[Reason, str] = {
    Reason.overdue: N_("Overdue"),
    Reason.this_week: N_("Due this week"),
    Reason.notice: N_("Notices to send"),
    Reason.to_read: N_("To read"),
    Reason.late_advice: N_("Late advice"),
    Reason.unread: N_("Unread messages"),
}


class Whose(enum.Enum):
    """The cases of whom a list shows."""

    mine = "mine"
    covered = "covered"
    without_owner = "without_owner"
    team = "team"


WHOSE_LABELS: Mapping[Whose, str] = {
    Whose.mine: N_("Mine"),
    Whose.covered: N_("Covered for"),
    Whose.without_owner: N_("No owner"),
    Whose.team: N_("The whole team"),
}

DUTY_LABELS: Mapping[CaseState, str] = {
    CaseState.received: N_("Decision whether to assess"),
    CaseState.assessing: N_("Final plan, or the decision to make none"),
    CaseState.preparing_plan: N_("Draft plan, then the final plan"),
    CaseState.draft_served: N_("Final plan"),
    CaseState.not_assessing: N_("Notice of the decision not to assess"),
    CaseState.not_issuing: N_("Notice of the decision not to make a plan"),
}
"""What the council has to do next by the due date of a case, by its state."""
WAITS_FOR_OTHERS = frozenset({CaseState.assessing})
"""States in which the council first needs what it asked others for."""


@dataclass(frozen=True)
class Part:
    """The rows for one reason that a page shows: how many to pass over, and how many to show."""

    reason: Reason
    offset: int
    limit: int


def parts_of_page(counts: Mapping[Reason, int], page: int, size: int) -> Sequence[Part]:
    """Return the parts of a page, counted from 1, where all rows for one reason come before those for the next."""
    first, last = (page - 1) * size, page * size
    found, before = [], 0
    for reason in Reason:
        count = counts.get(reason, 0)
        start, end = max(first - before, 0), min(last - before, count)
        if start < end:
            found.append(Part(reason, start, end - start))
        before += count
    return found


def last_page(counts: Mapping[Reason, int], size: int) -> int:
    """Return the number of the last page; 1 where there is nothing."""
    return max(-(-sum(counts.values()) // size), 1)
