"""Read a date in every way in which people in the UK write one: 27/3/15, 27 Sep 2015, 2015-03-27."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date

from app.core.text_input import clean_line

PARTS = ("day", "month", "year")
MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
FIRST_YEAR_OF_1900S = 69
"""Years typed with two digits: 69 to 99 belong to the 1900s, 00 to 68 to the 2000s."""

_BETWEEN = r"(?:\s*[/.\-]\s*|\s+)"
_DAY = r"(?P<day>\d{1,2})"
_YEAR = r"(?P<year>\d{4}|\d{2})"
_NAME = r"(?P<month>[a-z]{3,9})\.?"
_FORMS = [
    re.compile(pattern, re.ASCII | re.IGNORECASE)
    for pattern in (
        rf"{_DAY}{_BETWEEN}(?P<month>\d{{1,2}}){_BETWEEN}{_YEAR}",
        rf"(?P<year>\d{{4}}){_BETWEEN}(?P<month>\d{{1,2}}){_BETWEEN}{_DAY}(?:[T ]00:00(?::00)?(?:\.0+)?Z?)?",
        rf"(?:[a-z]{{3,9}},?\s+)?{_DAY}(?:st|nd|rd|th)?(?:\s+of)?[\s/.\-]*{_NAME}[\s/.,\-]*{_YEAR}",
        rf"{_NAME}\s*{_DAY}(?:st|nd|rd|th)?,?\s+{_YEAR}",
        rf"(?P<year>\d{{4}})[\s\-]*{_NAME}[\s\-]*{_DAY}",
    )
]


def month_number(text: str) -> int | None:
    """Return the number of a month typed as a number or a name: "2", "02", "Feb" and "February" are the same."""
    if text.isascii() and text.isdigit():
        return int(text) if len(text) <= 2 else None
    names = [name.lower() for name in MONTHS]
    found = [n for n, name in enumerate(names, 1) if len(text) > 2 and name.startswith(text.lower())]
    return found[0] if found else None


def read_date(text: str) -> date | None:
    """Return the date typed, the day before the month; None for what is no real date."""
    text = clean_line(text)[:50]
    for form in _FORMS:
        if found := form.fullmatch(text):
            return _real(found["day"], found["month"], found["year"])
    return None


def read_parts(parts: Mapping[str, str]) -> date | None:
    """Return the date typed into boxes for day, month and year, or the whole date pasted into one of them."""
    boxes = [clean_line(parts.get(part, "")) for part in PARTS]
    filled = [box for box in boxes if box]
    return read_date(" ".join(filled))


def _real(day: str, month: str, year: str) -> date | None:
    number, full_year = month_number(month), int(year)
    if len(year) == 2:
        full_year += 1900 if full_year >= FIRST_YEAR_OF_1900S else 2000
    try:
        return date(full_year, number or 0, int(day))
    except ValueError:
        return None
