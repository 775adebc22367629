"""Nobody passes who has not been let in: every route is shut unless it is named here or guarded by a permission."""

from contextlib import suppress
from urllib.parse import urlsplit

from flask import Flask, abort, current_app, redirect, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from sqlalchemy.exc import SQLAlchemyError

from app.accounts.saved_submissions import save
from app.accounts.sessions import touch, wants_touch
from app.core.database.engine import end_reading
from app.core.database.row_filter import set_principal
from app.core.errors import TooMany
from app.core.unit_of_work import unit_of_work
from app.views.web.base import app_context, my_work, origin, principal
from app.views.web.cookie import CHALLENGE, SAVED_SUBMISSION, form_owner
from app.views.web.head_requests import only_looks

PUBLIC: set[str] = {"static", "appbuilder.static"}
"""Endpoints anybody may open; each view file adds its own with `open_to_all`."""

UNWATCHED = {"HealthView.alive", "HealthView.ready"}
"""Asked by machines every few seconds: nobody's log-in is looked up for these."""


def public_endpoint(*endpoints: str) -> None:
    """Name endpoints that need no log-in."""
    PUBLIC.update(endpoints)


def safe_next(target: str | None) -> str | None:
    """Where to go after logging in: a path on this site, or nothing."""
    if not target or not target.startswith("/") or target.startswith(("//", "/\\", "/login")):
        return None
    if any(ord(character) < 32 or character == "\\" for character in target):
        return None
    try:
        parts = urlsplit(target)
    except ValueError:
        return None
    return None if parts.scheme or parts.netloc else target


def count_as_input() -> None:
    """Somebody is there: for a page's own requests, such as an autosave that carried something new."""
    with my_work() as work:
        touch(work, current_user.log_in_id)


def keep_typed() -> int | None:
    """Keep the form that was sent for whoever's page it stood on; gives whose it was, None when nothing was kept."""
    fields = [(name, value) for name, value in request.form.items(multi=True) if name != "csrf_token"]
    shut = request.endpoint is not None and request.endpoint not in PUBLIC
    path = safe_next(request.full_path.rstrip("?"))
    owner = form_owner() if fields and shut else None
    if owner is None or path is None or _asks_by_itself() or any("password" in name for name, _ in fields):
        return None  # a password is never kept, and typed again in a moment
    try:
        with unit_of_work(app_context(), None, origin(), app_context().database.session()) as work:
            session[SAVED_SUBMISSION] = save(work, owner, path, fields)
    except TooMany:
        return None
    return owner


def _asks_by_itself() -> bool:
    """A script asked, not a person: pages are asked for as HTML."""
    return request.accept_mimetypes.best == "application/json"


def _send_to_log_in() -> ResponseReturnValue:
    if _asks_by_itself():
        return {"error": "not logged in"}, 401
    if request.method == "POST":
        keep_typed()
    if CHALLENGE in session:
        return redirect(url_for("LogInView.second_step"))
    target = request.path if request.method == "GET" else None
    return redirect(url_for("LogInView.log_in", next=None if target == "/" else target))


def init_access_control(app: Flask) -> None:
    """Stand at the door."""

    @app.before_request
    def let_in() -> ResponseReturnValue | None:
        if request.endpoint in UNWATCHED:
            return None
        set_principal(app_context().database.session(), principal())
        if request.endpoint is None or request.endpoint in PUBLIC:
            return None
        if not current_user.is_authenticated:
            return _send_to_log_in()
        view = current_app.view_functions[request.endpoint]
        if not hasattr(view, "_permission_name"):
            abort(404)  # a door nobody declared is no door
        by_itself = only_looks() or _asks_by_itself()
        if not by_itself and wants_touch(current_user, app_context().clock.now()):
            count_as_input()
        return None

    @app.teardown_appcontext
    def put_away(_error: BaseException | None) -> None:
        sessions = app_context().database.session
        if sessions.registry.has():
            with suppress(SQLAlchemyError):  # the database went away: whoever asked has been told
                end_reading(sessions())
        sessions.remove()
