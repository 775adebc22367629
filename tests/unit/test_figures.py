"""The figures of the manager's page: percentages, months, weeks, ages, and the address of a figure."""

import itertools
from datetime import date
from decimal import Decimal

import pytest

from app.cases.rules.figures import (
    BANDS,
    PARTS,
    Counted,
    Figure,
    Month,
    Timeliness,
    band_of,
    months_until,
    percentage,
    read_figure,
    weeks_from,
)


@pytest.mark.parametrize(
    ("part", "whole", "shown"),
    [(0, 0, None), (0, 3, "0.0"), (1, 3, "33.3"), (2, 3, "66.7"), (1, 16, "6.3"), (3, 3, "100.0")],
)
def test_a_percentage_has_one_decimal_with_halves_up(part, whole, shown):
    assert percentage(part, whole) == (None if shown is None else Decimal(shown))


def test_the_measure_is_that_of_the_publication():
    """England 2019, from the department's data set "Timeliness of new education, health and care plans": 53,327 plans,
    31,313 in 20 weeks; without exceptions 49,519 and 29,895."""
    england = Timeliness(
        done=53_327, in_time=31_313, excused=53_327 - 49_519, excused_in_time=31_313 - 29_895
    )
    assert england.of_all == Decimal("58.7")
    assert england.without_exceptions == Decimal("60.4")


def test_a_case_with_an_exception_counts_in_neither_number():
    """Ten plans: six in time, one of them with an exception; four late, two of them with an exception."""
    plans = Timeliness(done=10, in_time=6, excused=3, excused_in_time=1)
    assert plans.of_all == Decimal("60.0")
    assert plans.without_exceptions == Decimal("71.4")  # 5 of 7
    assert plans.late == 4
    assert Timeliness(done=2, in_time=0, excused=2).without_exceptions is None
    assert plans + plans == Timeliness(20, 12, 6, 2)


def test_the_months_are_this_one_and_the_twelve_before_it():
    months = months_until(date(2026, 2, 14))
    assert (len(months), str(months[0]), str(months[-1])) == (13, "2025-02", "2026-02")
    assert months[0].last_day == date(2025, 2, 28)
    assert Month(2025, 12).plus(1) == Month(2026, 1)


def test_the_forecast_begins_today():
    weeks = weeks_from(date(2026, 11, 23))
    assert weeks[0] == (date(2026, 11, 23), date(2026, 11, 29))
    assert weeks[-1] == (date(2026, 12, 14), date(2026, 12, 20))


def test_a_case_is_in_the_younger_band_on_its_last_day():
    assert [band_of(days) for days in (-1, 0, 42, 43, 112, 113, 140, 141, 182, 183, 364, 365, 9999)] == [
        *(0, 0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5)
    ]
    assert all(later.first == (earlier.last or 0) + 1 for earlier, later in itertools.pairwise(BANDS))


def test_every_figure_has_an_address_that_is_read_back():
    month = Month(2026, 3)
    for counted, parts in PARTS.items():
        for part in parts:
            by_month = counted not in (Counted.due, Counted.owner, Counted.age)
            figure = Figure(counted, part, *((month, month) if by_month else ()))
            if counted is Counted.owner:
                figure = Figure(counted, part, owner_id=12)
            assert read_figure(str(figure)) == figure


@pytest.mark.parametrize(
    "text",
    [
        *("", "plan", "plan.late", "plan.late.2026-13.2026-13", "plan.never.2026-01.2026-01", "x.all"),
        *("owner.all", "owner.all.1234567890", "due.week5", "due.all.3", "age.6", "due.all.2026-01.2026-01"),
        *("plan.late.2026-01.2026-01'", "received.all.0001-01.0001-01", "plan.late.٢٠٢٦-01.2026-01"),
    ],
)
def test_no_other_text_is_a_figure(text):
    assert read_figure(text) is None
