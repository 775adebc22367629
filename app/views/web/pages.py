"""Filters and functions for templates: dates, error links, posted values."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from datetime import UTC, date, datetime
from enum import Enum
from functools import lru_cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date, format_time
from flask import Flask, url_for
from jinja2 import FileSystemLoader
from werkzeug.routing import BuildError
from wtforms import Form

from app.core.wording import CountedWording
from app.documents.rules.uploads import ACCEPT
from app.views.web.fragments import init_fragments
from app.views.web.generated_lists import init_generated_lists
from app.views.web.i18n import catalogue, reader_locale
from app.views.web.i18n import gettext as _
from app.views.web.words import TagColour

TEMPLATES = Path(__file__).resolve().parents[2] / "templates"
LONDON = ZoneInfo("Europe/London")
ENGLISH = Locale("en", "GB")
MONTHS = ENGLISH.months["format"]["wide"]


def _reader_locale() -> Locale:
    """Return the reader's language; British English where there is no reader (a mail, a job)."""
    chosen = reader_locale()
    return ENGLISH if chosen is None or chosen.language == "en" else chosen


def in_london(moment: datetime) -> datetime:
    """Return a stored UTC time in UK time."""
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return aware.astimezone(LONDON)


def uk_date(value: date | datetime | None) -> str:
    """Return a date as 23 November 2026."""
    if not value:
        return ""
    day = in_london(value).date() if isinstance(value, datetime) else value
    locale = _reader_locale()
    return _in_english(day) if locale is ENGLISH else format_date(day, "d MMMM yyyy", locale=locale)


@lru_cache(maxsize=5_000)
def _in_english(day: date) -> str:
    return f"{day.day} {MONTHS[day.month]} {day.year}"


def uk_time(value: datetime | None) -> str:
    """Return a time as 9:05pm, with words for midnight and midday."""
    if not value:
        return ""
    moment, locale = in_london(value), _reader_locale()
    if locale is not ENGLISH:
        return format_time(moment, "HH:mm", locale=locale)
    if (moment.hour, moment.minute) in ((0, 0), (12, 0)):
        return "midnight" if moment.hour == 0 else "midday"
    return f"{moment.hour % 12 or 12}:{moment.minute:02}{'am' if moment.hour < 12 else 'pm'}"


def uk_datetime(value: datetime | None) -> str:
    """Return a date and time as 23 November 2026 at 9:05pm."""
    if not value:
        return ""
    return _("%(date)s at %(time)s", date=uk_date(value), time=uk_time(value))


def shown(value: Any) -> Any:
    """Return a value as text for a list or record: dates in words, yes or no, empty for None."""
    if isinstance(value, str) and not isinstance(value, Enum):
        return value
    if value is None:
        return ""
    if isinstance(value, Enum):
        return str(value.value).replace("_", " ").capitalize()
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if isinstance(value, datetime):
        return uk_datetime(value)
    if isinstance(value, date):
        return uk_date(value)
    if isinstance(value, list | tuple | set):
        return ", ".join(str(shown(one)) for one in value)
    return value


def date_parts(value: Any) -> dict[str, str]:
    """Return day, month and year for the three date fields, from a date, "2015-03-27" or posted values."""
    if isinstance(value, str) and value:
        with suppress(ValueError):
            value = date.fromisoformat(value)
    if isinstance(value, date):
        return {"day": str(value.day), "month": str(value.month), "year": str(value.year)}
    values = value if isinstance(value, Mapping) else {}
    return {part: str(values.get(part) or "") for part in ("day", "month", "year")}


def translated(text: Any) -> Any:
    """Return a text of the rules in the reader's language."""
    pattern = getattr(text, "msgid", None)
    if pattern is None:
        return text
    if isinstance(text, CountedWording):
        words = catalogue().ungettext(pattern, text.plural, text.num)
    else:  # a page of answers has hundreds of texts, so without gettext's look-ups
        words = catalogue().ugettext(pattern)
    return words % {name: translated(value) for name, value in text.values.items()} if text.values else words


def error_for(error: Any, *anchors: str) -> str | None:
    """Return a field's error: the message itself, or the one under one of these anchors."""
    if isinstance(error, Mapping):
        error = next((error[anchor] for anchor in anchors if error.get(anchor)), None)
    return str(translated(error)) if error else None


def error_for_only(error: Any, anchor: str) -> str | None:
    """Return the error of the second of two fields: a message for the whole question is the first's."""
    return error_for(error, anchor) if isinstance(error, Mapping) else None


def error_in_row(error: Any, row: int, column: str) -> Any:
    """Return the errors of one cell of a table."""
    if not isinstance(error, Mapping):
        return None
    return error.get(f"{row}-{column}") or error


def option_pairs(options: Iterable[Any]) -> list[tuple[str, str]]:
    """Return a question's options as (value, text)."""
    return [_option(option)[:2] for option in options]


def option_hints(options: Iterable[Any]) -> dict[str, str]:
    """Return the hint below each option, by its value."""
    return {value: hint for value, _words, hint in map(_option, options) if hint}


def _option(option: Any) -> tuple[str, str, str]:
    if isinstance(option, list | tuple):
        return str(option[0]), str(option[1]), ""
    return option.value, option.label, option.hint


def as_date(value: Any) -> date | None:
    """Return the date in a text such as "2026-11-23"."""
    with suppress(TypeError, ValueError):
        return date.fromisoformat(value)
    return value if isinstance(value, date) else None


def errors_of(form: Form | None) -> list[dict[str, str]]:
    """Return a form's errors for the error summary, each with a link to its field."""
    return [] if form is None else list(_errors(form))


def _errors(form: Form) -> Iterator[dict[str, str]]:
    for field in form:
        if field.type == "CSRFTokenField" or not field.errors:
            continue
        inner = getattr(field, "form", None)
        if inner is not None and isinstance(field.errors, Mapping):
            yield from _errors(inner)
            continue
        target = f"{field.id}-day" if field.type == "DatePartsField" else field.id
        yield {"text": str(field.errors[0]), "href": f"#{target}"}
    for message in getattr(form, "form_errors", ()):
        yield {"text": str(message), "href": "#main-content"}


def plural_samples() -> list[tuple[str, int]]:
    """Return the plural forms of the reader's language, each with an example number, for scripts."""
    return _samples_of(_reader_locale())


@lru_cache(maxsize=20)
def _samples_of(locale: Locale) -> list[tuple[str, int]]:
    rule = locale.plural_form
    samples = {name: next(n for n in range(1, 200) if rule(n) == name) for name in sorted(rule.tags)}
    return [*samples.items(), ("other", next((n for n in range(2, 200) if rule(n) == "other"), 100))]


def url_or_none(endpoint: str, **values: Any) -> str | None:
    """Return the address of a page, or None where this portal has no such page."""
    try:
        return url_for(endpoint, **values)
    except BuildError:
        return None


def init_pages(app: Flask) -> None:
    """Register the filters and functions for every template, including Flask-AppBuilder's widgets."""
    # Our templates only: no stock template of AppBuilder is rendered.
    app.jinja_env.loader = FileSystemLoader(TEMPLATES)
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.add_extension("jinja2.ext.do")
    app.jinja_env.filters.update(
        uk_date=uk_date,
        uk_time=uk_time,
        uk_datetime=uk_datetime,
        shown=shown,
        date_parts=date_parts,
        translated=translated,
        error_for=error_for,
        error_for_only=error_for_only,
        error_in_row=error_in_row,
        option_pairs=option_pairs,
        option_hints=option_hints,
        as_date=as_date,
    )
    app.jinja_env.globals.update(
        TAG=TagColour,
        accepted_files=ACCEPT,
        errors_of=errors_of,
        largest_file_mb=app.config["SETTINGS"].max_upload_mb if "SETTINGS" in app.config else 25,
        plural_samples=plural_samples,
        zip=zip,
        url_or_none=url_or_none,
    )
    init_fragments(app)
    init_generated_lists(app)
