"""What happened in each case of a demo of a county's size: days and outcomes, drawn from chance."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from app.cases.rules.case_states import CaseState

MONTHS = 24
DAYS = 730
"""The days before today over which finished cases are spread."""
DECIDE, FINAL = 42, 140
_S = CaseState
LIVE = {_S.received: 20, _S.assessing: 51, _S.preparing_plan: 12, _S.draft_served: 15, _S.not_assessing: 2}
"""The shares of what live cases wait for; a refusal waits for its notice."""
FINISHED = {_S.plan_in_force: 64, _S.not_assessing: 25, _S.not_issuing: 6, _S.withdrawn: 5}
LONG_WAITS = 0.35
"""The share of live cases that wait much longer than usual."""
EXCEPTIONS = ("EXC_PERS", "EXC_PERS", "ABSENT", "SCH_CLOSED")


@dataclass(frozen=True)
class Story:
    """The days of a case. A step that was not taken has no day."""

    state: CaseState
    received_on: date
    decided_on: date | None = None
    """When the council decided whether to assess."""
    about_plan_on: date | None = None
    """When it decided whether to make a plan."""
    notice_on: date | None = None
    """When the family was sent the notice of a refusal."""
    draft_on: date | None = None
    final_on: date | None = None
    withdrawn_on: date | None = None
    exception: tuple[str, date, date] | None = None
    """The code of an exception that is recorded, and its first and last day."""

    @property
    def is_assessed(self) -> bool:
        """Return whether the council agreed to assess."""
        return self.decided_on is not None and self.state is not CaseState.not_assessing

    @property
    def is_live(self) -> bool:
        """Return whether something is still due."""
        return self.final_on is None and self.withdrawn_on is None and self.notice_on is None

    @property
    def has_plan(self) -> bool:
        """Return whether a draft or final plan was sent."""
        return self.draft_on is not None

    @property
    def last_step_on(self) -> date:
        """Return the day of the step that led to the state."""
        days = (self.withdrawn_on, self.final_on, self.draft_on, self.about_plan_on, self.decided_on)
        return next((day for day in days if day is not None), self.received_on)


class Stories:
    """Draws stories; the same chance gives the same ones."""

    def __init__(self, chance: random.Random, today: date) -> None:
        self.chance, self.today = chance, today

    def live(self, how_many: int) -> Iterator[Story]:
        """Yield cases in which something is still due."""
        for state in self._states(LIVE, how_many):
            yield self._live(state)

    def finished(self, how_many: int) -> Iterator[Story]:
        """Yield cases that ended within the last 24 months."""
        for state in self._states(FINISHED, how_many):
            yield self._finished(state, self.chance.randrange(DAYS))

    def _states(self, shares: dict[CaseState, int], how_many: int) -> list[CaseState]:
        """Return the states in their shares, each at least once where there is room, in any order."""
        rest = max(0, how_many - len(shares))
        drawn = [*shares][:how_many] + self.chance.choices([*shares], [*shares.values()], k=rest)
        self.chance.shuffle(drawn)
        return drawn

    def _live(self, state: CaseState) -> Story:
        decide = self._decide_days(0)
        if state is CaseState.received:
            late = self.chance.random() < 0.1
            age = self.chance.randrange(DECIDE + 1, 75) if late else self.chance.randrange(DECIDE + 1)
            return self._excused(Story(state, self.today - timedelta(days=age)), age, DECIDE)
        to_plan = max(decide + 20, self.chance.randrange(80, 112))
        draft = to_plan + self.chance.randrange(3, 18)
        begins = {_S.preparing_plan: to_plan, _S.draft_served: draft}.get(state, decide)
        most = {_S.assessing: 150, _S.not_assessing: 12}.get(state, 30)
        wait = self.chance.randrange(most)
        if state is not CaseState.not_assessing and self.chance.random() < LONG_WAITS:
            wait += int(self.chance.expovariate(1 / 80))
        age = begins + min(wait, 300)
        received_on = self.today - timedelta(days=age)
        is_later = state in (CaseState.preparing_plan, CaseState.draft_served)
        story = Story(
            state,
            received_on,
            decided_on=self._weekday(received_on, decide),
            about_plan_on=self._weekday(received_on, to_plan) if is_later else None,
            draft_on=self._weekday(received_on, draft) if state is CaseState.draft_served else None,
        )
        return self._excused(story, age, FINAL)

    def _finished(self, state: CaseState, days_ago: int) -> Story:
        ended_on = self.today - timedelta(days=days_ago)
        decide = self._decide_days(days_ago)
        if state is CaseState.not_assessing:
            received_on = ended_on - timedelta(days=decide)
            return Story(state, received_on, decided_on=ended_on - timedelta(days=2), notice_on=ended_on)
        if state is CaseState.withdrawn:
            received_on = ended_on - timedelta(days=self.chance.randrange(5, DECIDE))
            return Story(state, received_on, withdrawn_on=ended_on)
        if state is CaseState.not_issuing:
            days = self.chance.randrange(75, 113) if self.chance.random() < 0.7 else 113 + self._tail(30)
            received_on = ended_on - timedelta(days=days)
            return Story(
                state,
                received_on,
                decided_on=self._weekday(received_on, min(decide, days - 30)),
                about_plan_on=ended_on - timedelta(days=3),
                notice_on=ended_on,
            )
        in_time = self.chance.random() < 0.66 - 0.24 * days_ago / DAYS
        days = self.chance.randrange(116, FINAL + 1) if in_time else FINAL + 1 + self._tail(45)
        received_on = ended_on - timedelta(days=days)
        story = Story(
            state,
            received_on,
            decided_on=self._weekday(received_on, decide),
            about_plan_on=self._weekday(received_on, days - 30),
            draft_on=self._weekday(received_on, days - 20),
            final_on=ended_on,
        )
        return self._excused(story, days, FINAL)

    def _decide_days(self, days_ago: int) -> int:
        """Return after how many days the council decides: more often in time than two years ago."""
        in_time = self.chance.random() < 0.9 - 0.18 * days_ago / DAYS
        return self.chance.randrange(18, DECIDE + 1) if in_time else self.chance.randrange(DECIDE + 1, 66)

    def _tail(self, mean: int) -> int:
        return min(int(self.chance.expovariate(1 / mean)), 200)

    def _weekday(self, received_on: date, days: int) -> date:
        """Return the day so many days after the receipt, or the Friday before a weekend."""
        day = received_on + timedelta(days=days)
        return max(received_on, day - timedelta(days=max(0, day.weekday() - 4)))

    def _excused(self, story: Story, age: int, limit: int) -> Story:
        """Return the story with an exception within the time, for some of those that are late and a few others."""
        if age < 30 or self.chance.random() > (0.22 if age > limit else 0.03):
            return story
        first = story.received_on + timedelta(days=self.chance.randrange(5, 30))
        last = min(first + timedelta(days=self.chance.randrange(28, 45)), self.today)
        code = self.chance.choice(EXCEPTIONS)
        values = {**vars(story), "exception": (code, first, last)}
        return Story(**values)
