"""The number of a case: the year in which the council received the request, and a running number, like 26-00417."""

import re

MOST_IN_A_YEAR = 99_999
_WRITTEN = re.compile(r"(\d{2})\s?[-–]\s?(\d{1,5})")


def case_number(year: int, place: int) -> str:
    """Return the number of a year's case at this place, counted from 1; all numbers are equally long, so they sort as
    text. Raises ValueError beyond the most that a year can have."""
    if not 1 <= place <= MOST_IN_A_YEAR:
        raise ValueError(f"A year has case numbers 1 to {MOST_IN_A_YEAR}, not {place}")
    return f"{year % 100:02}-{place:05}"


def place_in_year(number: str) -> int:
    """Return the place of a case number in its year."""
    return int(number[3:])


def read_case_number(text: str) -> str | None:
    """Return the case number that a person entered, also without its zeros ("26-417"); None for any other text."""
    found = _WRITTEN.fullmatch(text.strip())
    return f"{found[1]}-{int(found[2]):05}" if found and int(found[2]) else None
