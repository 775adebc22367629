"""What the portal writes into its log: one line of JSON for each thing that happened, with nothing about anybody in it.

A line names the request it belongs to, the account's number and the kind of page; never an address that was opened,
a name, an email address or what an exception said, since that may quote what somebody typed.
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
"""Of these only warnings are of interest."""

FRAMES = 12
"""So many of the innermost lines of a failure are written down."""


@dataclass
class Asked:
    """The request a line belongs to, as far as a log may know it."""

    request_id: str
    route: str = ""
    user_id: int | None = None
    statements: int = 0
    """How often it asked the database so far."""


_asked: ContextVar[Asked | None] = ContextVar("asked", default=None)


def new_id(given: str = "") -> str:
    """The id somebody we trust gave this request, if it is one; else one of our own."""
    return given if GIVEN_ID.fullmatch(given) else secrets.token_hex(12)


def asked() -> Asked | None:
    """The request that is being answered, or whose mail is being sent; None outside of any."""
    return _asked.get()


@contextmanager
def answering(request: Asked | None) -> Iterator[None]:
    """Every line written meanwhile belongs to this request."""
    before = _asked.set(request)
    try:
        yield
    finally:
        _asked.reset(before)


def facts_of(record: logging.LogRecord) -> dict[str, Any]:
    """What a line says: when, how bad, who says so, what; and of which request, if it belongs to one."""
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
    """Where it went wrong and what kind of failure it was; never its text."""
    frames = traceback.extract_tb(error.__traceback__)[-FRAMES:]
    cause = error.__cause__ or error.__context__
    return {
        "failure": type(error).__name__ + (f" from {type(cause).__name__}" if cause else ""),
        "where": [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames],
    }


class JsonLines(logging.Formatter):
    """For whoever gathers logs: a line of JSON each."""

    def format(self, record: logging.LogRecord) -> str:
        return json.dumps(facts_of(record), ensure_ascii=False)


class PlainLines(logging.Formatter):
    """For the person at the terminal of a demo."""

    def format(self, record: logging.LogRecord) -> str:
        facts = facts_of(record)
        line = f"{facts['level'].lower()}: {facts['message']}"
        return "\n    ".join([line, facts["failure"], *facts["where"]]) if "failure" in facts else line


def start_logs(form: str) -> None:
    """From now on this process logs to its standard error: "json", or "text" without a line for every request."""
    spoken = logging.StreamHandler(sys.stderr)
    spoken.setFormatter(JsonLines() if form == "json" else PlainLines())
    root = logging.getLogger()
    for other in list(root.handlers):
        root.removeHandler(other)
    root.addHandler(spoken)
    root.setLevel(logging.INFO)
    logging.captureWarnings(True)
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)
    logging.getLogger("app.views.web.requests").setLevel(logging.INFO if form == "json" else logging.WARNING)


class WithoutValues(logging.Filter):
    """Drops what would be put into a message: gunicorn puts in the address that was asked for."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg, record.args = str(record.msg).replace("%s", "[left out]"), ()
        return True


def start_server_log() -> None:
    """Log gunicorn's errors as the portal's own. Its warnings quote requests and are left out."""
    server = logging.getLogger("gunicorn.error")
    server.handlers, server.propagate = [], True
    server.setLevel(logging.ERROR)
    server.addFilter(WithoutValues())
