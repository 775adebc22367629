"""CSV files whose cells no spreadsheet interprets as a formula."""

import csv
import io
import re
from collections.abc import Iterable

from flask import Response

FORMULA = re.compile(r"(^|[;|\t\r\n])(\s*)(?=[=+\-@\uff1d\uff0b\uff0d\uff20])|^(?=[\t\r\n])")
"""Where some spreadsheets start a formula: leading spaces and full-width signs do not prevent it, and some
start a new cell at a semicolon, a bar or a tab."""


def escape_cell(text: str) -> str:
    """Return the text with formulas disarmed."""
    return FORMULA.sub(r"\1'\2", text)


def csv_file(name: str, heads: Iterable[str], rows: Iterable[Iterable[str]]) -> Response:
    """Return a CSV file of this name, with a byte order mark, by which Excel knows that it is UTF-8."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(heads)
    for row in rows:
        writer.writerow([escape_cell(cell) for cell in row])
    return Response(
        "\ufeff" + out.getvalue(),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}.csv"'},
    )
