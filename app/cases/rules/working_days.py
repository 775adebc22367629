"""Working days in England: every day but Saturdays, Sundays and bank holidays."""

from datetime import date, timedelta

from holidays.countries.united_kingdom import UnitedKingdom

_BANK_HOLIDAYS = UnitedKingdom(subdiv="ENG")  # type: ignore[no-untyped-call]  # the library has no types here
"""Years are added as they are asked for."""
DAY = timedelta(days=1)
SATURDAY = 5


def is_working_day(day: date) -> bool:
    """Return whether this is a working day in England."""
    return day.weekday() < SATURDAY and day not in _BANK_HOLIDAYS


def last_working_day(day: date) -> date:
    """Return this day, or the last working day before it."""
    while not is_working_day(day):
        day -= DAY
    return day


def next_working_day(day: date) -> date:
    """Return this day, or the first working day after it."""
    while not is_working_day(day):
        day += DAY
    return day


def after_working_days(start: date, number: int) -> date:
    """Return the day that is this many working days after the start; the start itself is not counted."""
    day = start
    for _ in range(number):
        day = next_working_day(day + DAY)
    return day
