"""School years and the clock on the wall."""

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.children.rules.school_years import (
    is_of_age_for_a_plan,
    is_young_person,
    school_year,
    year_group_label,
)
from app.core.clock import Clock, FixedClock, in_london


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
