"""The statutory clock, school years and the clock on the wall."""

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.children.rules.school_years import is_of_age_for_a_plan, is_young_person
from app.core.clock import Clock, FixedClock, in_london
from app.forms.rules.deadlines import (
    DUTIES,
    EXCEPTION_REASONS,
    Span,
    days_left,
    due_on,
    excuses,
    is_overdue,
    school_year,
    timeline,
    year_group_label,
)

DAYS = st.dates(date(2014, 9, 1), date(2060, 12, 31))
DUTY = st.sampled_from(sorted(DUTIES))


@st.composite
def spans(draw):
    first = draw(st.dates(date(2014, 1, 1), date(2061, 1, 1)))
    return Span(
        draw(st.sampled_from(sorted(EXCEPTION_REASONS))),
        first,
        first + timedelta(draw(st.integers(0, 90))),
        "ill",
    )


@pytest.mark.parametrize(
    ("duty", "days", "regulation"),
    [
        ("decide_to_assess", 42, "reg. 5(1)"),
        ("give_advice", 42, "reg. 8"),
        ("no_plan_notice", 112, "reg. 10"),
        ("final_plan", 140, "reg. 13(2)"),
        ("views_on_draft", 14, "reg. 13(1)"),
        ("setting_reply", 15, "9.83"),
    ],
)
def test_each_duty_has_its_length_and_its_source(duty, days, regulation):
    start = date(2026, 1, 5)

    assert due_on(duty, start) - start == timedelta(days)
    assert regulation in DUTIES[duty].regulation


def test_the_fifteen_days_for_views_begin_with_the_day_of_serving():
    assert due_on("views_on_draft", date(2026, 3, 1)) == date(2026, 3, 15)


def test_weeks_run_through_leap_days_and_holidays_alike():
    assert due_on("decide_to_assess", date(2028, 1, 31)) == date(2028, 3, 13)
    assert due_on("final_plan", date(2026, 6, 1)) == date(2026, 10, 19)


@given(DUTY, DAYS)
def test_a_due_date_falls_on_the_same_weekday_when_the_length_is_in_weeks(duty, start):
    due = due_on(duty, start)

    assert due >= start
    if DUTIES[duty].days % 7 == 0:
        assert due.weekday() == start.weekday()


@given(DUTY, DAYS, DAYS)
def test_what_starts_later_is_never_due_earlier(duty, one, other):
    first, second = sorted((one, other))

    assert due_on(duty, first) <= due_on(duty, second)


@given(DUTY, DAYS, st.lists(spans(), max_size=4))
def test_c4_an_exception_never_moves_a_limit_and_is_shown_beside_it(duty, start, exceptions):
    beside = excuses(duty, start, exceptions)

    assert set(beside) <= set(exceptions)
    assert all(span.code in DUTIES[duty].excused_by for span in beside)
    assert [(m.key, m.due_on) for m in timeline(start, exceptions)] == [
        (m.key, m.due_on) for m in timeline(start)
    ]


def test_c4_an_exception_applies_to_the_duties_it_excuses_and_no_others():
    start = date(2026, 1, 5)
    missed = Span("MISSED_APPT", date(2026, 1, 12), date(2026, 1, 18), "Missed the hearing test")
    closed = Span("SCH_CLOSED", date(2026, 1, 12), date(2026, 1, 18), "The school was shut after a flood")
    later = Span("SCH_CLOSED", date(2026, 3, 12), date(2026, 4, 18), "The school was shut after a fire")

    assert excuses("give_advice", start, [missed, closed]) == (missed,)
    assert excuses("decide_to_assess", start, [later, missed, closed]) == (closed,)
    assert {m.key: m.excuses for m in timeline(start, [later, closed])}["final_plan"] == (closed, later)


@pytest.mark.parametrize(
    ("code", "first", "last", "reason"),
    [
        ("STAFF_SHORT", date(2026, 1, 1), date(2026, 1, 2), "No psychologist"),
        ("ABSENT", date(2026, 1, 2), date(2026, 1, 1), "Abroad"),
        ("ABSENT", date(2026, 1, 1), date(2036, 1, 1), "Abroad"),
        ("ABSENT", date(2026, 1, 1), date(2026, 2, 1), "  "),
    ],
)
def test_only_what_the_law_knows_with_a_reason_and_an_end_is_an_exception(code, first, last, reason):
    with pytest.raises(ValueError):
        Span(code, first, last, reason)


def test_on_the_day_itself_there_is_still_time():
    due = date(2026, 5, 4)

    assert (days_left(due, date(2026, 5, 4)), is_overdue(due, date(2026, 5, 4))) == (0, False)
    assert (days_left(due, date(2026, 5, 5)), is_overdue(due, date(2026, 5, 5))) == (-1, True)


def test_the_timeline_of_a_request_is_in_order_and_grows_with_the_case():
    received = date(2026, 1, 5)
    early = timeline(received)
    later = timeline(received, advice_asked_on=date(2026, 2, 10), draft_served_on=date(2026, 4, 20))

    assert [milestone.key for milestone in early] == [
        "received",
        "decide_to_assess",
        "no_plan_notice",
        "final_plan",
    ]
    assert [milestone.key for milestone in later] == [
        "received", "decide_to_assess", "give_advice", "no_plan_notice", "views_on_draft", "final_plan",
    ]  # fmt: skip
    assert [m.due_on for m in later] == sorted(m.due_on for m in later)
    assert later[-1].due_on == date(2026, 5, 25)


@pytest.mark.parametrize(
    ("born", "on", "year"),
    [
        (date(2021, 8, 31), date(2025, 9, 1), 0),
        (date(2021, 9, 1), date(2025, 9, 1), -1),
        (date(2020, 8, 31), date(2025, 9, 1), 1),
        (date(2020, 8, 31), date(2025, 8, 31), 0),
        (date(2009, 1, 15), date(2025, 12, 1), 12),
        (date(2020, 2, 29), date(2025, 9, 1), 1),
    ],
)
def test_the_school_year_follows_from_the_age_on_31_august(born, on, year):
    assert school_year(born, on) == year


@given(st.dates(date(2000, 1, 1), date(2040, 12, 31)), st.dates(date(2014, 1, 1), date(2060, 1, 1)))
def test_a_child_moves_up_one_year_each_1_september_and_at_no_other_time(born, on):
    before, after = school_year(born, on), school_year(born, on + timedelta(days=1))
    moves_up = (on + timedelta(days=1)).month == 9 and (on + timedelta(days=1)).day == 1

    assert after - before == (1 if moves_up else 0)


@pytest.mark.parametrize(
    ("year", "label"), [(-1, "Nursery"), (0, "Reception"), (1, "Year 1"), (13, "Year 13")]
)
def test_year_groups_have_names(year, label):
    assert year_group_label(year) == label


def test_rights_pass_to_the_young_person_after_the_last_friday_in_june():
    assert not is_young_person(date(2010, 5, 1), date(2026, 6, 26))
    assert is_young_person(date(2010, 5, 1), date(2026, 6, 27))
    assert not is_young_person(date(2010, 9, 1), date(2026, 12, 1))


def test_a_plan_can_be_asked_for_until_the_25th_birthday():
    assert is_of_age_for_a_plan(date(2001, 5, 2), date(2026, 5, 1))
    assert not is_of_age_for_a_plan(date(2001, 5, 1), date(2026, 5, 1))
    assert not is_of_age_for_a_plan(date(2026, 5, 2), date(2026, 5, 1))


def test_today_is_the_day_in_england_also_just_after_midnight_in_summer():
    clock = FixedClock(datetime(2026, 6, 30, 23, 30))

    assert clock.today() == date(2026, 7, 1)
    assert in_london(clock.now()).hour == 0
    assert clock.forward(days=1, hours=-1).today() == date(2026, 7, 1)


def test_the_clock_tells_utc_without_a_zone():
    assert Clock().now().tzinfo is None
    assert Clock().today() - Clock().now().date() in (timedelta(0), timedelta(1))
    winter = FixedClock(datetime.fromisoformat("2026-01-01T10:00:00+05:00"))
    assert winter.now() == datetime(2026, 1, 1, 5)
