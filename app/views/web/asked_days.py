"""Days asked for in the address of a page: "from" and "to"."""

from datetime import UTC, date, datetime, time

from flask import request

from app.core.clock import LONDON
from app.core.text_input import clean_line
from app.core.typed_dates import read_date
from app.views.web.i18n import gettext as _

EARLIEST, LATEST = 2000, 2999


def asked(name: str) -> str:
    """Return an argument of the address as it was entered."""
    return clean_line(request.args.get(name, ""))[:100]


def asked_day(name: str, errors: list[dict[str, str]]) -> date | None:
    """Return the date in a field, or None with an error added."""
    text = asked(name)
    if not text:
        return None
    found = read_date(text)
    if found is None or not EARLIEST <= found.year <= LATEST:
        errors.append({"text": _("Enter a real date, for example 27/3/2026"), "href": f"#{name}"})
        return None
    return found


def start_of(day: date) -> datetime:
    """Return the start of a day in England as a UTC time, as stored."""
    return datetime.combine(day, time.min, LONDON).astimezone(UTC).replace(tzinfo=None)
