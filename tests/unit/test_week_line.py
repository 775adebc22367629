"""The line of weeks of a case: positions, lateness, the week and the sentence."""

import itertools
from collections.abc import Collection
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.cases.rules.case_states import CaseState
from app.cases.rules.duties import Ending
from app.cases.rules.exceptions import Span
from app.cases.rules.status import CaseStatus, dates_of
from app.cases.rules.timeline import Milestone, timeline, with_expected_advice
from app.cases.rules.week_line import (
    LONGEST,
    NEAREST,
    Stretch,
    WeekLine,
    week_line,
    week_of,
)
from app.core.wording import CountedWording, Wording
from tests.seeded_rules import RULES, duties_from, duty

RECEIVED = date(2026, 9, 7)
EXCUSE = Span("EXC_PERS", date(2027, 1, 4), date(2027, 2, 4), "A parent was in hospital.")
DONE = ("decide_to_assess",)


def day(number: int) -> date:
    return RECEIVED + timedelta(days=number)


def dates(
    received: date = RECEIVED, done: Collection[str] = DONE, advice_asked_on: date | None = None
) -> list[Milestone]:
    """The dates of a case in which these duties were done."""
    duties = duties_from(received)
    if advice_asked_on is not None:
        duties.append(duty("give_advice", advice_asked_on))
    ended = [
        replace(each, ending=Ending.done, ended_on=each.due_on) if each.key in done else each
        for each in duties
    ]
    return with_expected_advice(timeline(received, ended), RULES)


def closed_dates(closed: CaseStatus) -> list[Milestone]:
    """The dates of a case in which the council decided not to assess."""
    decide, *others = duties_from(closed.received_on)
    ended = [replace(decide, ending=Ending.done, ended_on=closed.decided_on or decide.due_on)]
    ended += [replace(each, ending=Ending.not_needed) for each in others]
    return dates_of(closed, ended, RULES)


def line_on(number: int, done: tuple[str, ...] = DONE, advice_asked_on: date | None = None) -> WeekLine:
    line = week_line(dates(done=done, advice_asked_on=advice_asked_on), day(number))
    assert line is not None
    return line


def late_keys(line: WeekLine) -> list[str]:
    return [mark.key for mark in line.marks if mark.is_late]


@pytest.mark.parametrize(
    ("number", "week"),
    [(-3, 1), (0, 1), (1, 1), (7, 1), (8, 2), (42, 6), (43, 7), (71, 11), (140, 20), (141, 21), (161, 23)],
)
def test_the_last_day_of_a_limit_is_in_its_own_week(number: int, week: int) -> None:
    assert week_of(RECEIVED, day(number)) == week


def test_nothing_is_drawn_before_a_request_was_received() -> None:
    assert week_line([], RECEIVED) is None
    assert week_line(dates_of(None, [], RULES), RECEIVED) is None


def test_deadlines_are_at_6_12_16_and_20_weeks_and_the_bar_is_filled_to_today() -> None:
    line = line_on(71)
    assert [(mark.week, mark.position) for mark in line.marks] == [(6, 30), (12, 60), (16, 80), (20, 100)]
    assert [label.week for label in line.labels] == [0, 6, 12, 16, 20]
    assert (line.weeks, line.week, line.sentence) == (20, 11, "Week 11 of 20")
    assert line.filled == Stretch(0, 50.71)
    assert (line.today, line.today_anchor) == (50.71, "middle")
    assert line.late is None
    assert len(line.ticks) == 19


def test_worked_dates_of_a_request_received_on_7_september_2026() -> None:
    assert [mark.on for mark in line_on(0).marks] == [
        date(2026, 10, 19),
        date(2026, 11, 30),
        date(2026, 12, 28),
        date(2027, 1, 25),
    ]


def test_advice_that_was_asked_for_is_marked_on_its_own_day() -> None:
    line = line_on(30, advice_asked_on=day(22))
    assert [(mark.key, mark.on) for mark in line.marks if "advice" in mark.key] == [("give_advice", day(64))]


@pytest.mark.parametrize(("number", "late"), [(42, []), (43, ["decide_to_assess"])])
def test_a_decision_is_late_from_the_day_after_its_limit(number: int, late: list[str]) -> None:
    assert late_keys(line_on(number, done=())) == late


def test_red_reaches_from_the_first_missed_deadline_to_today() -> None:
    line = line_on(56, done=())
    assert line.late == Stretch(30, 10)
    assert line.filled == Stretch(0, 40)
    assert [label.week for label in line.labels if label.is_late] == [6]
    assert line.sentence == "Week 8 of 20"


def test_advice_is_late_until_all_of_it_has_come() -> None:
    asked = day(10)
    assert late_keys(line_on(70, advice_asked_on=asked)) == ["give_advice"]
    assert late_keys(line_on(70, done=(*DONE, "give_advice"), advice_asked_on=asked)) == []


def test_expected_advice_and_the_notice_of_no_plan_are_never_late() -> None:
    assert late_keys(line_on(130)) == []
    assert late_keys(line_on(150)) == ["final_plan"]


@pytest.mark.parametrize(
    ("number", "sentence", "weeks"),
    [
        (140, "Week 20 of 20", 20),
        (141, "Week 21: 1 day late", 24),
        (147, "Week 21: 1 week late", 24),
        (159, "Week 23: 19 days late", 24),
        (161, "Week 23: 3 weeks late", 24),
        (169, "Week 25: 29 days late", 28),
        (700, "Week 100: 80 weeks late", LONGEST),
    ],
)
def test_after_20_weeks_the_sentence_says_how_late_and_the_bar_grows(
    number: int, sentence: str, weeks: int
) -> None:
    line = line_on(number)
    assert (line.sentence, line.weeks) == (sentence, weeks)
    assert (line.late is not None) == (number > 140)
    assert line.labels[-1].week == weeks


def test_how_late_can_be_counted_in_another_language() -> None:
    sentence = line_on(161).sentence
    assert isinstance(sentence, CountedWording)
    assert (sentence.msgid, sentence.plural, sentence.num, sentence.values) == (
        "Week %(week)s: %(num)s week late",
        "Week %(week)s: %(num)s weeks late",
        3,
        {"week": 23, "num": 3},
    )


def test_a_recorded_exception_is_no_lateness_and_does_not_move_the_limit() -> None:
    excused = [
        replace(each, excuses=(EXCUSE,), excused=True) if each.key == "final_plan" else each
        for each in dates()
    ]
    line = week_line(excused, day(161))
    assert line is not None
    assert late_keys(line) == []
    assert line.late is None
    assert line.marks[-1].on == day(140)
    assert line.sentence == "Week 23: after week 20, with an exception recorded"


def test_a_closed_case_says_how_and_when_it_ended_and_has_no_lateness() -> None:
    closed = CaseStatus(CaseState.not_assessing, RECEIVED, day(50))
    line = week_line(closed_dates(closed), day(400), "Decided not to assess", day(50))
    assert line is not None
    assert line.sentence == "Decided not to assess in week 8"
    assert (line.weeks, line.week, line.today, line.late) == (20, 8, None, None)
    assert line.filled == Stretch(0, 35.71)
    assert late_keys(line) == []
    assert [label.week for label in line.labels] == [0, 6, 20]


def test_a_closed_case_without_a_date_says_how_it_ended() -> None:
    closed = CaseStatus(CaseState.not_assessing, RECEIVED)
    line = week_line(closed_dates(closed), day(400), Wording("Decided not to assess"))
    assert line is not None
    assert line.sentence == "Decided not to assess"
    assert line.filled == Stretch(0, 0)


def test_a_page_read_from_the_right_has_week_0_at_the_right_end() -> None:
    line = line_on(56, done=()).mirrored()
    assert line.filled == Stretch(60, 40)
    assert line.late == Stretch(60, 10)
    assert line.today == 60
    assert [(mark.week, mark.position) for mark in line.marks] == [(6, 70), (12, 40), (16, 20), (20, 0)]
    assert [(label.week, label.position, label.anchor) for label in line.labels] == [
        (0, 100, "end"),
        (6, 70, "middle"),
        (12, 40, "middle"),
        (16, 20, "middle"),
        (20, 0, "start"),
    ]


def test_the_list_has_the_expected_advice_only_while_a_plan_is_to_come() -> None:
    assert "expected_advice" in [each.key for each in dates()]
    assert "expected_advice" not in [each.key for each in dates(advice_asked_on=day(9))]
    closed = CaseStatus(CaseState.not_assessing, RECEIVED)
    assert [each.key for each in closed_dates(closed) if each.is_needed] == [
        "received",
        "decide_to_assess",
    ]
    assert with_expected_advice([], RULES) == []


@given(
    received=st.dates(date(2014, 9, 1), date(2054, 9, 1)),
    passed=st.integers(0, 900),
    asked=st.none() | st.integers(0, 300),
    done=st.sets(st.sampled_from(["decide_to_assess", "give_advice"])),
    mirrored=st.booleans(),
)
def test_every_line_stays_within_its_bar(
    received: date, passed: int, asked: int | None, done: set[str], mirrored: bool
) -> None:
    asked_on = None if asked is None else received + timedelta(days=asked)
    line = week_line(dates(received, done, asked_on), received + timedelta(days=passed))
    assert line is not None
    line = line.mirrored() if mirrored else line
    stretches = [each for each in (line.filled, line.late) if each is not None]
    places = [mark.position for mark in line.marks] + [label.position for label in line.labels]
    assert all(0 <= each <= 100 for each in [*places, *line.ticks, line.today or 0])
    assert all(each.start >= 0 and each.start + each.width <= 100.01 for each in stretches)
    labels = sorted(label.position for label in line.labels)
    assert all(after - before >= NEAREST - 0.01 for before, after in itertools.pairwise(labels))
    assert 20 <= line.weeks <= LONGEST
    assert bool(line.late) == any(mark.is_late for mark in line.marks)
    if passed <= 140:
        assert line.sentence == f"Week {line.week} of 20"
    else:
        assert line.sentence.startswith(f"Week {line.week}: ")
