"""Nobody passes who has not been let in: every route is shut unless it is named here or guarded by a permission."""

from urllib.parse import urlsplit

from flask import Flask, abort, current_app, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from app.store.guard import look_as
from app.views.base import office, principal

PUBLIC: set[str] = {"static", "appbuilder.static"}
"""Endpoints anybody may open; each view file adds its own with `open_to_all`."""


def open_to_all(*endpoints: str) -> None:
    """Name endpoints that need no log-in."""
    PUBLIC.update(endpoints)


def safe_next(target: str | None) -> str | None:
    """Where to go after logging in: a path on this site, or nothing."""
    if not target or not target.startswith("/") or target.startswith(("//", "/\\")):
        return None
    if any(ord(character) < 32 or character == "\\" for character in target):
        return None
    parts = urlsplit(target)
    return None if parts.scheme or parts.netloc else target


def init_gate(app: Flask) -> None:
    """Stand at the door."""

    @app.before_request
    def let_in() -> ResponseReturnValue | None:
        look_as(office().database.session(), principal())
        if request.endpoint is None or request.endpoint in PUBLIC:
            return None
        if not current_user.is_authenticated:
            target = request.path if request.method == "GET" else None
            return redirect(url_for("LogInView.log_in", next=target))
        view = current_app.view_functions[request.endpoint]
        if not hasattr(view, "_permission_name"):
            abort(404)  # a door nobody declared is no door
        return None

    @app.teardown_appcontext
    def put_away(_error: BaseException | None) -> None:
        office().database.session.remove()
