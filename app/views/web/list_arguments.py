"""The query of a generated list: page, order, saved filter and filters. Anything else is ignored."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from flask import request
from flask_appbuilder import ModelView
from sqlalchemy import ColumnElement

from app.core.text_input import clean_line
from app.core.typed_dates import read_date
from app.views.web.list_interface import LARGEST_ID

FIGURE = "figure"
"""The argument that names a figure of another page, whose rows the list then shows."""
MOST_ARGUMENTS = 20
"""Each filter is a condition of its own in the database."""


@dataclass(frozen=True)
class SavedFilter:
    """A ready-made filter of a list, for instance "overdue": its label and criterion."""

    text: Any
    criterion: Callable[[], ColumnElement[bool]]


class ListArguments(ModelView):
    """The part of a generated list that reads its address."""

    saved_filters: Mapping[str, SavedFilter] = {}
    """Ready-made filters, opened by ?show=<name>."""

    def rows_behind(self, figure: str) -> SavedFilter | None:  # noqa: ARG002 - lists of cases look at it
        """Return the rows that a figure of another page counts, as its address names it; None for any other text."""
        return None

    def _sound_arguments(self) -> Sequence[tuple[str, str]]:
        """Return the valid arguments. An invalid address leads to the list, never to an error."""
        name = type(self).__name__
        accepted = []
        for key, asked in request.args.items(multi=True):
            value = self._plain_value(key, asked)
            sound = (
                (key == f"page_{name}" and value.isascii() and value.isdigit() and int(value) < 100_000)
                or (key == f"psize_{name}" and value in {"10", "25", "50", "100"})
                or (key == f"_oc_{name}" and value in self.order_columns)
                or (key == f"_od_{name}" and value in {"asc", "desc"})
                or (key == "show" and value in self.saved_filters)
                or (key == FIGURE and self.rows_behind(value) is not None)
                or (key.startswith("_flt_") and self._is_sound_filter(key, value))
            )
            if sound:
                accepted.append((key, value))
        return accepted[:MOST_ARGUMENTS]

    def _wrong_dates(self) -> Sequence[str]:
        """Return what was entered in a filter for a date and is not one."""
        asked = [(key, clean_line(value)) for key, value in request.args.items(multi=True)]
        return [
            v[:20] for k, v in asked if v and self._is_of_a_date(k) and not _is_date(self._plain_value(k, v))
        ]

    def _plain_value(self, key: str, asked: str) -> str:
        """Return a filter's value, cleaned, and a date in the form that AppBuilder reads."""
        if not key.startswith("_flt_"):
            return asked
        value = clean_line(asked)
        return found.isoformat() if self._is_of_a_date(key) and (found := read_date(value)) else value

    def _is_of_a_date(self, key: str) -> bool:
        column = key.removeprefix("_flt_").partition("_")[2]
        known = column in self._filters.get_search_filters()
        return known and bool(self.datamodel.is_date(column) or self.datamodel.is_datetime(column))

    def _is_sound_filter(self, key: str, value: str) -> bool:
        index, __, column = key.removeprefix("_flt_").partition("_")
        choices = self._filters.get_search_filters().get(column)
        if not (choices and index.isascii() and index.isdigit() and int(index) < len(choices)):
            return False
        return bool(value) and self._fits(column, value)

    def _fits(self, column: str, value: str) -> bool:
        if self.datamodel.is_enum(column):
            return value in self.datamodel.list_columns[column].type.enums
        if self.datamodel.is_date(column) or self.datamodel.is_datetime(column):
            return _is_date(value)
        if self.datamodel.is_integer(column):
            return value.isascii() and value.isdigit() and int(value) <= LARGEST_ID
        return True


def _is_date(value: str) -> bool:
    try:
        datetime.fromisoformat(value)
    except ValueError:
        return False
    return True


def query_string(arguments: Sequence[tuple[str, str]]) -> str:
    """Return the arguments as the end of an address."""
    return f"?{urlencode(arguments)}" if arguments else ""
