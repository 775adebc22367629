"""Dates from three boxes, stored as ISO text; input that is no date is stored as entered."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from app.core.text_input import clean_line
from app.core.typed_dates import MONTHS, PARTS, read_parts
from app.core.wording import N_, Wording, lower_first, upper_first


def as_date(value: Any) -> date | None:
    """Return the date stored in an answer, or None when it is empty or not a real date."""
    try:
        return date.fromisoformat(value) if isinstance(value, str) and len(value) == 10 else None
    except ValueError:
        return None


def clean_date(entered: Mapping[str, str]) -> Any:
    """Return the ISO date of the three boxes or of a whole date pasted into one, "" when all are empty, else the
    boxes."""
    boxes = {part: clean_line(entered.get(part, "")) for part in PARTS}
    found = read_parts(boxes)
    if found is not None:
        return found.isoformat()
    return boxes if any(boxes.values()) else ""


def date_text(value: Any) -> str:
    """Return a date as text, "3 May 2026"; input that is no date as entered."""
    found = as_date(value)
    if found:
        return f"{found.day} {MONTHS[found.month - 1]} {found.year}"
    if isinstance(value, Mapping):
        return " ".join(str(value.get(part, "")) for part in PARTS).strip()
    return str(value or "")


def bound(limit: Any, today: date) -> date | None:
    """Return the date of a limit in a form definition, "today" or an ISO date, or None."""
    return today if limit == "today" else as_date(limit)


def date_problem(value: Any, name: str, least: Any, most: Any, today: date) -> Wording | None:
    """Return what is wrong with a date that is not empty, or None."""
    what = upper_first(name)
    found = as_date(value)
    if found is None:
        boxes = value if isinstance(value, Mapping) else {}
        missing = [part for part in PARTS if not str(boxes.get(part, "")).strip()]
        year = str(boxes.get("year", ""))
        if 0 < len(missing) < len(PARTS):
            pattern = {
                ("day",): N_("%(what)s must include a day"),
                ("month",): N_("%(what)s must include a month"),
                ("year",): N_("%(what)s must include a year"),
                ("day", "month"): N_("%(what)s must include a day and month"),
                ("day", "year"): N_("%(what)s must include a day and year"),
                ("month", "year"): N_("%(what)s must include a month and year"),
            }[tuple(missing)]
            return Wording(pattern, what=what)
        if year.isdigit() and len(year) != 4:
            return Wording(N_("The year in %(what)s must have 4 numbers"), what=lower_first(name))
        return Wording(N_("%(what)s must be a real date"), what=what)
    lowest, highest = bound(least, today), bound(most, today)
    if highest and found > highest:
        if most == "today":
            return Wording(N_("%(what)s must be today or in the past"), what=what)
        return Wording(
            N_("%(what)s must be on or before %(date)s"), what=what, date=date_text(highest.isoformat())
        )
    if lowest and found < lowest:
        if least == "today":
            return Wording(N_("%(what)s must be today or in the future"), what=what)
        return Wording(
            N_("%(what)s must be on or after %(date)s"), what=what, date=date_text(lowest.isoformat())
        )
    return None
