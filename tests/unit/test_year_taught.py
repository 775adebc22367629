"""The year group a child is taught in, and when rights pass to a young person."""

from dataclasses import dataclass
from datetime import date

import pytest

from app.children.rules.school_years import is_young_person, school_year, year_of


@dataclass
class Pupil:
    """A child as far as their year group goes."""

    date_of_birth: date
    year_taught: int | None = None
    year_taught_on: date | None = None


@pytest.mark.parametrize(
    ("on", "year"),
    [(date(2026, 10, 1), 8), (date(2027, 8, 31), 8), (date(2027, 9, 1), 9), (date(2025, 9, 1), 7)],
)
def test_c3_a_recorded_year_counts_and_moves_on_each_september(on, year):
    pupil = Pupil(date(2013, 6, 1), 8, date(2026, 10, 1))
    assert year_of(pupil, on) == year


def test_c3_without_a_recorded_year_it_goes_by_age():
    pupil = Pupil(date(2013, 6, 1))
    assert year_of(pupil, date(2026, 10, 1)) == school_year(pupil.date_of_birth, date(2026, 10, 1)) == 9


@pytest.mark.parametrize(
    ("born", "last_day_of_school_age"),
    [
        (date(2010, 9, 1), date(2027, 6, 25)),
        (date(2011, 8, 31), date(2027, 6, 25)),
        (date(2011, 9, 1), date(2028, 6, 30)),
    ],
)
def test_c3_rights_pass_after_the_last_friday_in_june_and_not_at_16(born, last_day_of_school_age):
    sixteen = date(born.year + 16, born.month, born.day)
    assert sixteen > last_day_of_school_age or not is_young_person(born, sixteen)
    assert not is_young_person(born, last_day_of_school_age)
    assert is_young_person(born, date(last_day_of_school_age.year, 7, 1))
