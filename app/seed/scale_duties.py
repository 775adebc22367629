"""The duties of a case of the demo, by the rules of app/cases/duties.py for the state that the case is in."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from app.cases.duties import ENDINGS, FROM_RECEIPT
from app.cases.rules.case_states import CaseState
from app.cases.rules.duties import DutyDates, Ending, Rule, Rules, due_on, next_duty
from app.cases.rules.exceptions import Span, excuses
from app.seed.scale_stories import Story


@dataclass(frozen=True)
class DutyRow:
    """A duty as it is stored."""

    rule: Rule
    starts_on: date
    due_on: date
    ending: Ending | None
    ended_on: date | None
    excused: bool

    @property
    def dates(self) -> DutyDates:
        """Return the duty as the rules take it."""
        return DutyDates(
            self.rule.key,
            self.starts_on,
            self.due_on,
            self.rule.who,
            "",
            self.ending,
            self.ended_on,
            self.excused,
        )


def duties_of(
    story: Story, rules: Rules, asked_on: date | None, all_received_on: date | None, evidence: str
) -> list[DutyRow]:
    """Return the duties of a case; `asked_on` and `all_received_on` are the days of its advice, where there is any."""
    starts = dict.fromkeys(FROM_RECEIPT, story.received_on)
    if asked_on is not None:
        starts["give_advice"] = asked_on
    if story.draft_on is not None:
        starts["views_on_draft"] = story.draft_on
    if story.notice_on is not None:
        starts["mediation_contact"] = starts["appeal"] = story.notice_on
    ends = dict(_ends(story))
    if all_received_on is not None:
        ends["give_advice"] = (Ending.done, all_received_on)
    spans = [Span(*story.exception, evidence)] if story.exception else []
    return [_row(rules.rule(key, day), day, ends.get(key), spans) for key, day in starts.items()]


def _row(rule: Rule, starts_on: date, end: tuple[Ending, date] | None, spans: list[Span]) -> DutyRow:
    due = due_on(rule, starts_on)
    ending, ended_on = end or (None, None)
    return DutyRow(rule, starts_on, due, ending, ended_on, bool(excuses(rule, starts_on, due, spans)))


def _ends(story: Story) -> Iterator[tuple[str, tuple[Ending, date]]]:
    """Yield how the duties ended that follow from the state; the last one of a key counts."""
    is_refused = story.state is CaseState.not_assessing
    decided_on = story.notice_on if is_refused else story.decided_on
    if decided_on is not None:
        yield "decide_to_assess", (Ending.done, decided_on)
    for ending, keys in ENDINGS.get(story.state, {}).items():
        is_notice = story.state is CaseState.not_issuing and ending is Ending.done
        day = story.notice_on if is_notice else story.last_step_on
        if day is not None:
            yield from ((key, (ending, day)) for key in keys)


def next_due(story: Story, duties: list[DutyRow]) -> DutyRow | None:
    """Return the council's next duty, whose last day is stored with the case."""
    following = next_duty((each.dates for each in duties), makes_no_plan=story.state is CaseState.not_issuing)
    return next((each for each in duties if following and each.rule.key == following.key), None)
