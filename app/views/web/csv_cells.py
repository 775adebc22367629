"""CSV cells that no spreadsheet interprets as a formula."""

import re

FORMULA = re.compile(r"(^|[;|\t\r\n])(\s*)(?=[=+\-@\uff1d\uff0b\uff0d\uff20])|^(?=[\t\r\n])")
"""Where some spreadsheets start a formula: leading spaces and full-width signs do not prevent it, and some
start a new cell at a semicolon, a bar or a tab."""


def escape_cell(text: str) -> str:
    """Return the text with formulas disarmed."""
    return FORMULA.sub(r"\1'\2", text)
