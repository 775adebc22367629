"""Cells of a CSV file that no spreadsheet takes for a formula."""

import re

FORMULA = re.compile(r"(^|[;|\t\r\n])(\s*)(?=[=+\-@\uff1d\uff0b\uff0d\uff20])|^(?=[\t\r\n])")
"""Where a cell begins that some spreadsheet takes for a formula: spaces before it and full-width signs change nothing,
and some spreadsheets begin a new cell at a semicolon, a bar or a tab."""


def harmless_cell(text: str) -> str:
    """A cell no spreadsheet will take for a formula."""
    return FORMULA.sub(r"\1'\2", text)
