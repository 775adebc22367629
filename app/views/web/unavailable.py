"""When the database or the disk cannot serve: a page that says so, gives back what was typed, and can send it again."""

import errno
import logging
import sqlite3
from collections.abc import Sequence

from flask import current_app, g, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as NoConnectionLeft

from app.security import app_context
from app.views.web.access_control import PUBLIC

log = logging.getLogger(__name__)

DISK = {errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EFBIG, errno.EIO}
WAITED_IN_A_CIRCLE = {"40P01", "40001"}
"""PostgreSQL's words for a deadlock, and for a transaction that cannot be put in order with another: it has undone this
one, and the same request may succeed at once."""
READ_ONLY = "25006"
"""PostgreSQL's word for "this transaction may only read"."""
COME_BACK = 60
"""Seconds after which a program may try again."""


def out_of_order(error: BaseException) -> bool:
    """Whether it is the database or the disk that fails, and not the portal."""
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


def may_try_again(error: BaseException) -> bool:
    """Whether the same request is carried out once more, before anybody is answered. Not one with files, which are read
    by now, nor one of those that anybody may use, which count tries in transactions of their own."""
    if not isinstance(error, DBAPIError) or getattr(error.orig, "sqlstate", None) not in WAITED_IN_A_CIRCLE:
        return False
    if g.get("tried_again") or request.endpoint is None or request.endpoint in PUBLIC or _had_files():
        return False
    g.tried_again = True
    log.warning("tried again: %s", _named(error))
    app_context().database.session.remove()
    return True


def closed_for_now(error: BaseException) -> ResponseReturnValue:
    """The page. It asks the database nothing, so it shows nobody's name and no menu."""
    log.error("out of order: %s", _named(error))
    _let_go()
    if request.accept_mimetypes.best == "application/json":
        return {"error": "out of order"}, 503, {"Retry-After": str(COME_BACK)}
    typed = _typed()
    page = render_template(
        "errors/503.html", typed=typed, send_to=request.full_path.rstrip("?"), had_files=_had_files()
    )
    return page, 503, {"Retry-After": str(COME_BACK)}


def _let_go() -> None:
    """Nothing half-done stays, and nobody is looked up again for this page."""
    try:
        app_context().database.session.remove()
    except Exception as error:  # the connection is gone, and with it what was half-done
        log.warning("a connection could not be given back: %s", type(error).__name__)
    g._login_user = current_app.login_manager.anonymous_user()


def _typed() -> Sequence[tuple[str, str]]:
    """What was sent, for the page to hold; nothing of forms with secrets, or of those anybody may use."""
    if request.method != "POST" or request.endpoint is None or request.endpoint in PUBLIC:
        return ()
    try:
        fields = [(name, value) for name, value in request.form.items(multi=True) if name != "csrf_token"]
    except OSError:  # the disk was too full to take in the form itself
        return ()
    return () if any("password" in name or name == "code" for name, _value in fields) else fields


def _had_files() -> bool:
    try:
        return any(file.filename for file in request.uploads.values())
    except OSError:
        return False


def _named(error: BaseException) -> str:
    """What went wrong, without any words from the statement."""
    cause = error.orig if isinstance(error, DBAPIError) and error.orig is not None else error
    number = getattr(cause, "sqlite_errorname", None) or getattr(cause, "sqlstate", None)
    if number is None and isinstance(cause, OSError) and cause.errno:
        number = errno.errorcode.get(cause.errno)
    return f"{type(cause).__name__} {number or ''}".strip()
