"""Access control: every route is denied unless it is public or a permission protects it."""

from contextlib import suppress
from urllib.parse import urlsplit

from flask import Flask, abort, current_app, redirect, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import SQLAlchemyError

from app.accounts.saved_submissions import FormOwner, save
from app.accounts.sessions import SignedIn, touch, wants_touch
from app.core.command_line import app_context
from app.core.database.engine import end_reading
from app.core.database.row_filter import set_principal
from app.core.errors import TooMany
from app.core.unit_of_work import UnitOfWork, unit_of_work
from app.views.web.base import my_work, origin, principal
from app.views.web.cookie import (
    CHALLENGE,
    SAVED_SUBMISSION,
    acts_for_another,
    form_owner,
    mark_forms,
)
from app.views.web.head_requests import is_head_request

PUBLIC: set[str] = {"static", "appbuilder.static"}
"""Endpoints that need no log-in; each view module adds its own with `public_endpoint`."""

UNTRACKED = {"HealthView.alive", "HealthView.ready"}
"""Polled by monitoring every few seconds, so no session is looked up for them."""


def public_endpoint(*endpoints: str) -> None:
    """Register endpoints that need no log-in."""
    PUBLIC.update(endpoints)


def safe_next(target: str | None) -> str | None:
    """Return a local path to open after the log-in, or None for any other address."""
    if not target or not target.startswith("/") or target.startswith(("//", "/\\", "/login")):
        return None
    if any(ord(character) < 32 or character == "\\" for character in target):
        return None
    try:
        parts = urlsplit(target)
    except ValueError:
        return None
    return None if parts.scheme or parts.netloc else target


def record_activity(work: UnitOfWork) -> None:
    """Record activity in the session, for a script's request that carries a person's input."""
    touch(work, current_user.log_in_id)


def save_posted_form() -> FormOwner | None:
    """Save the posted form for the owner of the page and return the owner, or None when nothing was saved."""
    fields = [(name, value) for name, value in request.form.items(multi=True) if name != "csrf_token"]
    shut = request.endpoint is not None and request.endpoint not in PUBLIC
    path = safe_next(request.full_path.rstrip("?"))
    owner = form_owner() if fields and shut else None
    if owner is None or path is None or _is_script() or any("password" in name for name, _ in fields):
        return None  # a password is never stored
    try:
        with unit_of_work(app_context(), None, origin(), app_context().database.session()) as work:
            session[SAVED_SUBMISSION] = save(work, owner, path, fields)
    except TooMany:
        return None
    return owner


def _is_script() -> bool:
    """Return whether a script sent the request: people's requests accept HTML."""
    asked = request.headers.get("Accept", "")
    return "application/json" in asked and request.accept_mimetypes.best == "application/json"


def _send_to_log_in() -> ResponseReturnValue:
    if _is_script():
        return {"error": "not logged in"}, 401
    if request.method == "POST":
        save_posted_form()
    if CHALLENGE in session:
        return redirect(url_for("LogInView.second_step"))
    target = request.path if request.method == "GET" else None
    return redirect(url_for("LogInView.log_in", next=None if target == "/" else target))


def _check_organisation(signed_in: SignedIn) -> None:
    """Raise CSRFError for a form from a page that was opened while the person acted for another organisation.

    They may have chosen it in another tab, or on another device. Pages opened from now on are for the new one.
    """
    if not acts_for_another(signed_in):
        return
    if request.method == "POST":
        raise CSRFError("the page was opened while the person acted for another organisation")
    mark_forms(signed_in.principal.user_id, signed_in.principal.organisation_id)


def init_access_control(app: Flask) -> None:
    """Check access before every request, and close the database session after it."""

    @app.before_request
    def check_access() -> ResponseReturnValue | None:
        if request.endpoint in UNTRACKED:
            return None
        set_principal(app_context().database.session(), principal())
        if request.endpoint is None or request.endpoint in PUBLIC:
            return None
        if not current_user.is_authenticated:
            return _send_to_log_in()
        view = current_app.view_functions[request.endpoint]
        if not hasattr(view, "_permission_name"):
            abort(404)  # a view without a permission is not reachable
        _check_organisation(current_user)
        automatic = is_head_request() or _is_script()
        if not automatic and wants_touch(current_user, app_context().clock.now()):
            with my_work() as work:
                record_activity(work)
        return None

    @app.teardown_appcontext
    def close_session(_error: BaseException | None) -> None:
        sessions = app_context().database.session
        if sessions.registry.has():
            with suppress(SQLAlchemyError):  # the database is unavailable, which the response has reported
                end_reading(sessions())
        sessions.remove()
