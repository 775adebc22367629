"""The page for a database or disk that is unavailable: it returns the posted values and can post them again."""

import errno
import logging
import sqlite3
from collections.abc import Sequence

from flask import g, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as NoConnectionLeft

from app.core.command_line import app_context
from app.views.web.access_control import PUBLIC
from app.views.web.request_limits import uploaded_files

log = logging.getLogger(__name__)

DISK = {errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EFBIG, errno.EIO}
RETRYABLE = {"40P01", "40001"}
"""PostgreSQL's codes for a deadlock and a serialization failure: the transaction was rolled back, and the
same request may succeed at once."""
READ_ONLY = "25006"
"""PostgreSQL's code for a read-only transaction."""
RETRY_AFTER_SECONDS = 60
"""Seconds until a client may retry."""


def is_unavailable(error: BaseException) -> bool:
    """Return whether the error is one of the database or the disk, and not of the portal."""
    if isinstance(error, DBAPIError):
        return _database_fails(error)
    return isinstance(error, NoConnectionLeft) or (isinstance(error, OSError) and error.errno in DISK)


def _database_fails(error: DBAPIError) -> bool:
    if isinstance(error.orig, sqlite3.Error):
        code = getattr(error.orig, "sqlite_errorcode", sqlite3.SQLITE_ERROR)
        return isinstance(error, OperationalError) and code & 0xFF != sqlite3.SQLITE_ERROR
    if error.connection_invalidated or isinstance(error, OperationalError | InterfaceError):
        return True
    return getattr(error.orig, "sqlstate", None) == READ_ONLY


def may_retry(error: BaseException) -> bool:
    """Return whether the request is dispatched again before an answer is sent.

    Not one with files, which have been read, nor a public one, whose rate limits are counted in transactions
    of their own.
    """
    if not isinstance(error, DBAPIError) or getattr(error.orig, "sqlstate", None) not in RETRYABLE:
        return False
    if g.get("tried_again") or request.endpoint is None or request.endpoint in PUBLIC or _had_files():
        return False
    g.tried_again = True
    log.warning("tried again: %s", _named(error))
    app_context().database.session.remove()
    return True


def unavailable_page(error: BaseException) -> ResponseReturnValue:
    """Return the page. It needs no database, so it has no name and no menu."""
    log.error("out of order: %s", _named(error))
    _roll_back()
    if request.accept_mimetypes.best == "application/json":
        return {"error": "out of order"}, 503, {"Retry-After": str(RETRY_AFTER_SECONDS)}
    posted = _posted()
    page = render_template(
        "errors/503.html",
        current_person=None,
        navigation=(),
        posted=posted,
        send_to=request.full_path.rstrip("?"),
        had_files=_had_files(),
    )
    return page, 503, {"Retry-After": str(RETRY_AFTER_SECONDS)}


def _roll_back() -> None:
    """Roll back, and do not look up the session again for this page."""
    try:
        app_context().database.session.remove()
    except Exception as error:  # the connection is lost, and the transaction with it
        log.warning("a connection could not be given back: %s", type(error).__name__)
    g.log_in_unavailable = True  # security.py then looks up no log-in


def _posted() -> Sequence[tuple[str, str]]:
    """Return the posted fields for the page; empty for forms with secrets and public forms."""
    if request.method != "POST" or request.endpoint is None or request.endpoint in PUBLIC:
        return ()
    try:
        fields = [(name, value) for name, value in request.form.items(multi=True) if name != "csrf_token"]
    except OSError:  # the disk was too full to read the form itself
        return ()
    return () if any("password" in name or name == "code" for name, _value in fields) else fields


def _had_files() -> bool:
    try:
        return any(file.filename for file in uploaded_files().values())
    except OSError:
        return False


def _named(error: BaseException) -> str:
    """Return the error's name, without any text of the statement."""
    cause = error.orig if isinstance(error, DBAPIError) and error.orig is not None else error
    number = getattr(cause, "sqlite_errorname", None) or getattr(cause, "sqlstate", None)
    if number is None and isinstance(cause, OSError) and cause.errno:
        number = errno.errorcode.get(cause.errno)
    return f"{type(cause).__name__} {number or ''}".strip()
