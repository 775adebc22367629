"""Row ids in addresses: a number that no database column can hold is not found."""

from typing import Any

from flask import request
from werkzeug.routing import IntegerConverter, Map

LARGEST = 2**31 - 1


class RowNumber(IntegerConverter):
    """The `<int:…>` converter: a number that is too large gives 404, not an error of the database.

    Each number has one notation only; digits of other scripts are not accepted.
    """

    regex = r"[0-9]{1,10}"

    def __init__(self, url_map: Map, **options: Any) -> None:
        super().__init__(url_map, **({"max": LARGEST} | options))


def number_asked(name: str) -> int | None:
    """Return a row id from the query (?child_id=7), or None where it is missing or invalid."""
    number = request.args.get(name, type=int)
    return number if number is not None and 0 < number <= LARGEST else None
