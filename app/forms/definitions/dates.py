"""Dates as people type them: three boxes in, ISO text out, and what was typed kept when it is no date."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from app.core.text_input import clean_line
from app.core.typed_dates import MONTHS, PARTS, read_parts
from app.core.wording import N_, Wording, lower_first, upper_first


def as_date(value: Any) -> date | None:
    """The date kept in an answer, or None when it is empty or not a real date."""
    try:
        return date.fromisoformat(value) if isinstance(value, str) and len(value) == 10 else None
    except ValueError:
        return None


def clean_date(typed: Mapping[str, str]) -> Any:
    """An ISO date when the three boxes make one or a whole one is pasted into them, "" when all are empty, else what
    was typed."""
    boxes = {part: clean_line(typed.get(part, "")) for part in PARTS}
    found = read_parts(boxes)
    if found is not None:
        return found.isoformat()
    return boxes if any(boxes.values()) else ""


def date_text(value: Any) -> str:
    """A date as people read it, "3 May 2026"; of what is no date, what was typed."""
    found = as_date(value)
    if found:
        return f"{found.day} {MONTHS[found.month - 1]} {found.year}"
    if isinstance(value, Mapping):
        return " ".join(str(value.get(part, "")) for part in PARTS).strip()
    return str(value or "")


def bound(limit: Any, today: date) -> date | None:
    """A limit from a form definition: "today" or an ISO date."""
    return today if limit == "today" else as_date(limit)


def date_problem(value: Any, name: str, least: Any, most: Any, today: date) -> Wording | None:
    """What is wrong with a date that is not empty."""
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
