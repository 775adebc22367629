"""The numbers of rows in addresses: anything a database could not hold is no row's number."""

from typing import Any

from flask import request
from werkzeug.routing import IntegerConverter, Map

LARGEST = 2**31 - 1


class RowNumber(IntegerConverter):
    """`<int:…>` in an address: too large is the same as not there, a 404 and never an error of the database. A number is
    written in one way only; the digits of other scripts are not these."""

    regex = r"[0-9]{1,10}"

    def __init__(self, url_map: Map, **options: Any) -> None:
        super().__init__(url_map, **({"max": LARGEST} | options))


def number_asked(name: str) -> int | None:
    """A row's number from the query (?child_id=7), or None where there is none that could be one."""
    number = request.args.get(name, type=int)
    return number if number is not None and 0 < number <= LARGEST else None
