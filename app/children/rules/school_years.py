"""School years by age, and when a child becomes a young person in law."""

from __future__ import annotations

from datetime import date, timedelta
from functools import cache
from typing import Protocol

from app.core.wording import N_, Wording

OLDEST = 25
"""A plan may continue until the end of the school year in which a young person reaches 25."""


def _age(born: date, on: date) -> int:
    return on.year - born.year - ((on.month, on.day) < (born.month, born.day))


def school_year(dob: date, on: date) -> int:
    """Return the national curriculum year by age: 0 is Reception, 1 is Year 1, below 0 the early years.

    It follows from the age on 31 August before the school year. A child may be taught in another year group;
    that is recorded on the child.
    """
    start = date(_began(on), 8, 31)
    return _age(dob, start) - 4


class Taught(Protocol):
    """The details of a child from which the year group follows."""

    @property
    def date_of_birth(self) -> date:
        """Return the date of birth."""

    @property
    def year_taught(self) -> int | None:
        """Return the year group recorded, if any."""

    @property
    def year_taught_on(self) -> date | None:
        """Return the day for which the year group was recorded."""


def year_of(child: Taught, on: date) -> int:
    """Return the year group a child is taught in, where it was recorded; by age otherwise.

    The law refers to this year (preparation for adulthood from Year 9). A recorded year advances by one each
    September.
    """
    if child.year_taught is None or child.year_taught_on is None:
        return school_year(child.date_of_birth, on)
    return child.year_taught + _began(on) - _began(child.year_taught_on)


def _began(on: date) -> int:
    """Return the calendar year in which a school year began."""
    return on.year if on.month >= 9 else on.year - 1


@cache
def year_group_label(year: int) -> Wording:
    """Return the name of a year group, as schools use it."""
    if year < -4:
        return Wording(N_("Not yet born or under 1"))
    return Wording(NAMED[year]) if year in NAMED else Wording(N_("Year %(year)s"), year=year)


NAMED = {
    -4: N_("Early years, under 1"),
    -3: N_("Early years, age 1 to 2"),
    -2: N_("Early years, age 2 to 3"),
    -1: N_("Nursery"),
    0: N_("Reception"),
}
"""The names of the years before Year 1."""


def is_young_person(dob: date, on: date) -> bool:
    """Return whether a person is over compulsory school age, so that they hold the rights (CFA 2014, s. 83).

    School age ends on the last Friday in June of the school year in which they turn 16.
    """
    year_at_16 = dob.year + 16
    if (dob.month, dob.day) >= (9, 1):
        year_at_16 += 1
    last_of_june = date(year_at_16, 6, 30)
    last_friday = last_of_june - timedelta(days=(last_of_june.weekday() - 4) % 7)
    return on > last_friday


def youngest_of_age(on: date) -> date:
    """Return the latest date of birth of people over compulsory school age on this day."""
    youngest = date(on.year - 16, 8, 31)
    return youngest if is_young_person(youngest, on) else date(on.year - 17, 8, 31)


def is_of_age_for_a_plan(dob: date, on: date) -> bool:
    """Return whether a plan can still be requested: from birth until the 25th birthday."""
    return dob <= on and _age(dob, on) < OLDEST
