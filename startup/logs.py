"""The log: one line of JSON for each event, without personal data.

A line names the request it belongs to, the account's id and the route; never an address that was opened, a name, an
email address or the text of an exception, which may quote what a person entered.
"""

import json
import logging
import re
import secrets
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

ADDRESS = re.compile(r"[^\s<>\"'@]{1,254}@[^\s<>\"'@]{1,254}\.[^\s<>\"'@]+")
GIVEN_ID = re.compile(r"[A-Za-z0-9_-]{8,64}")
QUIET = (
    "huey",
    "alembic",
    "app.core.database.row_filter",
    "botocore",
    "boto3",
    "s3transfer",
    "urllib3",
    "flask_appbuilder",
)
"""Loggers of which only warnings are written."""

FRAMES = 12
"""How many of the innermost lines of a traceback are written."""


@dataclass
class Asked:
    """The request that a line belongs to, without what a log must not hold."""

    request_id: str
    route: str = ""
    user_id: int | None = None
    statements: int = 0
    """SQL statements so far."""


_asked: ContextVar[Asked | None] = ContextVar("asked", default=None)


def new_id(given: str = "") -> str:
    """Return the id that the proxy gave this request, if it is valid; else a new one."""
    return given if GIVEN_ID.fullmatch(given) else secrets.token_hex(12)


def asked() -> Asked | None:
    """Return the current request, or the request of the mail that is sent; None outside of one."""
    return _asked.get()


@contextmanager
def answering(request: Asked | None) -> Iterator[None]:
    """Make the lines written in this block belong to this request."""
    before = _asked.set(request)
    try:
        yield
    finally:
        _asked.reset(before)


def facts_of(record: logging.LogRecord) -> dict[str, Any]:
    """Return the values of one line: time, level, logger, message, and the request if it has one."""
    facts: dict[str, Any] = {
        "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")[:-6] + "Z",
        "level": record.levelname,
        "logger": record.name,
        "message": ADDRESS.sub("[address]", record.getMessage()),
    }
    if request := _asked.get():
        facts["request_id"] = request.request_id
        if request.user_id is not None:
            facts["user_id"] = request.user_id
        if request.route:
            facts["route"] = request.route
    facts |= getattr(record, "facts", {})
    if record.exc_info and record.exc_info[1] is not None:
        facts |= _failure(record.exc_info[1])
    return facts


def _failure(error: BaseException) -> dict[str, Any]:
    """Return the kind of an error and its traceback; never its text."""
    frames = traceback.extract_tb(error.__traceback__)[-FRAMES:]
    cause = error.__cause__ or error.__context__
    return {
        "failure": type(error).__name__ + (f" from {type(cause).__name__}" if cause else ""),
        "where": [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames],
    }


class JsonLines(logging.Formatter):
    """One line of JSON for each record, for log collectors."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        return json.dumps(facts_of(record), ensure_ascii=False)


class PlainLines(logging.Formatter):
    """Plain text, for the terminal of a demo."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        facts = facts_of(record)
        line = f"{facts['level'].lower()}: {facts['message']}"
        return "\n    ".join([line, facts["failure"], *facts["where"]]) if "failure" in facts else line


def start_logs(form: str) -> None:
    """Log to standard error from now on: "json", or "text" without a line for every request."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines() if form == "json" else PlainLines())
    root = logging.getLogger()
    for other in list(root.handlers):
        root.removeHandler(other)
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    logging.captureWarnings(True)
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)
    logging.getLogger("app.views.web.requests").setLevel(logging.INFO if form == "json" else logging.WARNING)


class WithoutValues(logging.Filter):
    """Removes the values of a message: gunicorn's hold the address that was asked for."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Replace the values, and return True so that the record is logged."""
        record.msg, record.args = str(record.msg).replace("%s", "[left out]"), ()
        return True


def start_server_log() -> None:
    """Log gunicorn's errors as the portal's own. Its warnings quote requests and are left out."""
    server = logging.getLogger("gunicorn.error")
    server.handlers, server.propagate = [], True
    server.setLevel(logging.ERROR)
    server.addFilter(WithoutValues())
