"""The rules of duties: worked dates, every rule over forty years, versions and exceptions."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.cases.rules.duties import (
    LABELS,
    Bearer,
    Ending,
    Rule,
    Rules,
    Unit,
    UnknownDuty,
    days_left,
    due_on,
    is_overdue,
    months_after,
    next_duty,
    out_of_holidays,
    rule_faults,
)
from app.cases.rules.exceptions import EXCEPTION_LABELS, Span, excuses
from app.cases.rules.timeline import timeline
from app.cases.rules.working_days import after_working_days, is_working_day, last_working_day
from tests.seeded_rules import RULES, SEEDED, duties_from, duty

DAYS = st.dates(date(2014, 9, 1), date(2054, 9, 1))
ANY_RULE = st.sampled_from(SEEDED)


@st.composite
def spans(draw):
    first = draw(st.dates(date(2014, 1, 1), date(2055, 1, 1)))
    last = first + timedelta(draw(st.integers(0, 90)))
    return Span(draw(st.sampled_from(sorted(EXCEPTION_LABELS))), first, last, "ill")


@pytest.mark.parametrize(
    ("key", "start", "due"),
    [
        ("decide_to_assess", date(2026, 9, 7), date(2026, 10, 19)),
        ("no_plan_notice", date(2026, 9, 7), date(2026, 12, 28)),
        ("final_plan", date(2026, 9, 7), date(2027, 1, 25)),
        ("give_advice", date(2026, 10, 19), date(2026, 11, 30)),
        ("views_on_draft", date(2027, 1, 4), date(2027, 1, 18)),
        ("setting_reply", date(2027, 1, 4), date(2027, 1, 19)),
        ("review_invitation", date(2027, 3, 10), date(2027, 2, 24)),
        ("review_papers", date(2027, 3, 10), date(2027, 2, 24)),
        ("review_report", date(2027, 3, 10), date(2027, 3, 24)),
        ("review_decision", date(2027, 3, 10), date(2027, 4, 7)),
        ("amended_plan", date(2027, 3, 10), date(2027, 6, 2)),
        ("amended_plan_after_notice", date(2027, 4, 7), date(2027, 6, 2)),
        ("yearly_review", date(2028, 2, 29), date(2029, 2, 28)),
        ("phase_transfer", date(2026, 9, 1), date(2027, 2, 14)),
        ("post16_transfer", date(2026, 9, 1), date(2027, 3, 30)),
        ("post16_move", date(2027, 9, 1), date(2027, 4, 1)),
        ("decide_to_reassess", date(2026, 11, 2), date(2026, 11, 17)),
        ("reassessed_plan", date(2026, 11, 2), date(2027, 2, 8)),
        ("plan_transfer", date(2026, 12, 21), date(2027, 1, 14)),
        ("moved_in_review", date(2026, 11, 30), date(2027, 2, 28)),
        ("mediation_contact", date(2026, 12, 31), date(2027, 2, 28)),
        ("mediation_certificate", date(2026, 12, 23), date(2026, 12, 30)),
        ("appeal", date(2026, 10, 1), date(2026, 12, 1)),
        ("appeal", date(2026, 10, 25), date(2027, 1, 4)),
        ("appeal", date(2026, 11, 1), date(2027, 1, 4)),
        ("appeal", date(2026, 6, 1), date(2026, 9, 1)),
        ("appeal_after_certificate", date(2026, 7, 31), date(2026, 9, 1)),
        ("tribunal_assess", date(2026, 11, 2), date(2026, 11, 16)),
        ("tribunal_no_plan", date(2026, 11, 2), date(2027, 1, 11)),
        ("tribunal_assessed_plan", date(2026, 11, 2), date(2027, 2, 8)),
        ("tribunal_draft", date(2026, 11, 2), date(2026, 12, 7)),
        ("tribunal_plan", date(2026, 11, 2), date(2027, 1, 18)),
    ],
)
def test_worked_dates(key: str, start: date, due: date) -> None:
    assert RULES.due_on(key, start) == due


def test_the_last_working_day_is_shown_beside_a_limit_on_another_day() -> None:
    assert last_working_day(date(2026, 12, 28)) == date(2026, 12, 24), "26 December is a Saturday"
    assert last_working_day(date(2026, 10, 19)) == date(2026, 10, 19)
    assert last_working_day(date(2027, 3, 29)) == date(2027, 3, 25), "Easter"


def test_every_duty_has_a_rule_a_regulation_and_words() -> None:
    assert {each.key for each in SEEDED} == set(LABELS)
    assert len(SEEDED) == len(LABELS)
    assert all(each.regulation and each.starts_from for each in SEEDED)
    assert all(rule_faults(each.unit, each.length, each.day_of_year) == [] for each in SEEDED)
    assert all(set(each.excused_by) <= set(EXCEPTION_LABELS) for each in SEEDED)


@given(ANY_RULE, DAYS)
def test_a_last_day_is_on_the_right_side_of_its_start_and_as_far_as_the_law_says(
    rule: Rule, start: date
) -> None:
    due = due_on(rule, start)

    assert (due < start) == (rule.length < 0)
    if rule.unit is Unit.days:
        assert (due - start).days == rule.length - rule.first_day_counts
        if rule.length % 7 == 0:
            assert due.weekday() == start.weekday()
    elif rule.unit is Unit.working_days:
        counted = [start + timedelta(n) for n in range(1, (due - start).days + 1)]
        assert is_working_day(due)
        assert sum(map(is_working_day, counted)) == rule.length
    elif rule.unit is Unit.day_of_year:
        assert due.strftime("%m-%d") == rule.day_of_year
        assert (due - start).days < 366
    elif not rule.moves_out_of_holidays:
        assert (due.year - start.year) * 12 + due.month - start.month == rule.length
        assert due.day == start.day or (due + timedelta(1)).day == 1


@given(ANY_RULE, DAYS, DAYS)
def test_what_starts_later_is_never_due_earlier(rule: Rule, one: date, other: date) -> None:
    first, second = sorted((one, other))

    assert due_on(rule, first) <= due_on(rule, second)


@given(DAYS)
def test_the_tribunals_holidays_only_ever_give_more_time(due: date) -> None:
    moved = out_of_holidays(due)

    assert moved >= due
    assert moved == due or is_working_day(moved)
    assert moved.month != 8
    assert (moved.month, moved.day) < (12, 25)
    assert (moved.month, moved.day) != (1, 1)


@given(DAYS, st.integers(1, 60))
def test_working_days_are_counted_one_by_one(start: date, number: int) -> None:
    day = after_working_days(start, number)

    assert is_working_day(day)
    assert last_working_day(day) == day
    assert after_working_days(start, number + 1) > day


@given(DAYS, st.integers(-30, 30))
def test_months_run_over_the_ends_of_years_and_leap_days(start: date, months: int) -> None:
    later = months_after(start, months)

    assert (later.year - start.year) * 12 + later.month - start.month == months
    assert later.day <= start.day


def test_a_duty_keeps_the_version_of_the_day_it_started() -> None:
    old = RULES.rule("decide_to_assess", date(2026, 1, 1))
    new = replace(old, number=2, effective_from=date(2027, 1, 1), length=28, id=99)
    corrected = replace(new, number=3, length=35, id=100)
    rules = Rules([corrected, old, new])

    assert rules.rule("decide_to_assess", date(2026, 12, 31)) == old
    assert rules.rule("decide_to_assess", date(2027, 1, 1)) == corrected, "of one day the newer counts"
    assert rules.rule("decide_to_assess", date(2013, 1, 1)) == old, "before the law the first"
    assert list(rules) == [old, new, corrected]
    with pytest.raises(UnknownDuty):
        rules.rule("nothing", date(2027, 1, 1))


@pytest.mark.parametrize(
    ("unit", "length", "day", "field"),
    [
        (None, 1, "", "unit"),
        (Unit.days, None, "", "length"),
        (Unit.days, 0, "", "length"),
        (Unit.days, 601, "", "length"),
        (Unit.months, 61, "", "length"),
        (Unit.working_days, -3, "", "length"),
        (Unit.day_of_year, None, "", "day_of_year"),
        (Unit.day_of_year, None, "02-29", "day_of_year"),
        (Unit.day_of_year, None, "04-31", "day_of_year"),
    ],
)
def test_a_version_says_how_long_the_limit_is(unit, length, day, field) -> None:
    assert [fault[0] for fault in rule_faults(unit, length, day)] == [field]


def test_the_next_duty_is_the_councils_own_and_no_notice_that_may_never_be_due() -> None:
    received = date(2026, 9, 7)
    decide, notice, plan = duties_from(received)
    advice = duty("give_advice", date(2026, 9, 8))
    decided = replace(decide, ending=Ending.done, ended_on=date(2026, 10, 1))

    assert next_duty([plan, notice, decide]) == decide
    assert next_duty([decided, notice, plan, advice]) == plan
    assert next_duty([decided, notice, replace(plan, ending=Ending.not_needed)]) is None
    assert advice.who is Bearer.adviser


@given(ANY_RULE, DAYS, st.lists(spans(), max_size=4))
def test_c4_an_exception_is_shown_beside_a_limit_where_the_regulation_allows_it(
    rule, start, exceptions
) -> None:
    beside = excuses(rule, start, due_on(rule, start), exceptions)

    assert set(beside) <= set(exceptions)
    assert all(span.code in rule.excused_by for span in beside)


def test_c4_an_exception_applies_to_the_duties_it_excuses_and_no_others() -> None:
    start = date(2026, 1, 5)
    missed = Span("MISSED_APPT", date(2026, 1, 12), date(2026, 1, 18), "Missed the hearing test")
    closed = Span("SCH_CLOSED", date(2026, 1, 12), date(2026, 1, 18), "The school was shut after a flood")
    later = Span("SCH_CLOSED", date(2026, 3, 12), date(2026, 4, 18), "The school was shut after a fire")
    advice, decide = RULES.rule("give_advice", start), RULES.rule("decide_to_assess", start)

    assert excuses(advice, start, due_on(advice, start), [missed, closed]) == (missed,)
    assert excuses(decide, start, due_on(decide, start), [later, missed, closed]) == (closed,)


@pytest.mark.parametrize(
    ("code", "first", "last", "reason"),
    [
        ("STAFF_SHORT", date(2026, 1, 1), date(2026, 1, 2), "No psychologist"),
        ("ABSENT", date(2026, 1, 2), date(2026, 1, 1), "Abroad"),
        ("ABSENT", date(2026, 1, 1), date(2036, 1, 1), "Abroad"),
        ("ABSENT", date(2026, 1, 1), date(2026, 2, 1), "  "),
    ],
)
def test_only_what_the_law_knows_with_a_reason_and_an_end_is_an_exception(code, first, last, reason) -> None:
    with pytest.raises(ValueError):
        Span(code, first, last, reason)


def test_on_the_day_itself_there_is_still_time() -> None:
    due = date(2026, 5, 4)

    assert (days_left(due, date(2026, 5, 4)), is_overdue(due, date(2026, 5, 4))) == (0, False)
    assert (days_left(due, date(2026, 5, 5)), is_overdue(due, date(2026, 5, 5))) == (-1, True)


def test_the_timeline_of_a_request_is_in_order_and_grows_with_the_case() -> None:
    received = date(2026, 1, 5)
    first = duties_from(received)
    more = [duty("give_advice", date(2026, 2, 10)), duty("views_on_draft", date(2026, 4, 20))]
    later = timeline(received, [*more, *first])

    assert [each.key for each in timeline(received, first)] == [
        "received", "decide_to_assess", "no_plan_notice", "final_plan",
    ]  # fmt: skip
    assert [each.key for each in later] == [
        "received", "decide_to_assess", "give_advice", "no_plan_notice", "views_on_draft", "final_plan",
    ]  # fmt: skip
    assert [each.due_on for each in later] == sorted(each.due_on for each in later)
    assert later[-1].due_on == date(2026, 5, 25)
