"""Error handlers and their pages."""

import logging

from flask import Flask, current_app, redirect, render_template, request, url_for
from flask.globals import request_ctx
from flask.typing import ResponseReturnValue
from flask_login import current_user
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException

from app.core.command_line import app_context
from app.core.errors import Busy, Conflict, PortalError, TooMany
from app.core.events import AccessDenied
from app.views.web.access_control import save_posted_form
from app.views.web.base import my_work
from app.views.web.unavailable import is_unavailable, may_retry, unavailable_page

log = logging.getLogger(__name__)

DENIED = {403, 404}
PAGES = {400, 401, 403, 404, 409, 413, 422, 429, 500, 503}


def _page(status: int, is_conflict: bool = False) -> tuple[str, int]:
    if request_ctx.url_adapter is None:  # the request's host is not ours, so no address can be built
        return "<!DOCTYPE html><title>Error</title><p>This is not the address of the portal.</p>", status
    return render_template(
        f"errors/{status if status in PAGES else 500 if status >= 500 else 400}.html",
        is_conflict=is_conflict,
    ), status


def _record_denied(status: int) -> None:
    """Record in the audit log that a logged-in person was denied access; not whether the row exists."""
    if status not in DENIED or request.endpoint is None or not current_user.is_authenticated:
        return
    numbers = [value for value in (request.view_args or {}).values() if isinstance(value, int)]
    try:
        with my_work(always_commit=True) as work:
            work.record(AccessDenied(endpoint=request.endpoint, number=numbers[0] if numbers else None))
    except Exception as error:  # the error page is shown even if this fails
        log.error("a refusal was not written down: %s", type(error).__name__)


def _dispatch_again() -> ResponseReturnValue:
    """Return the response to the same request, dispatched once more."""
    try:
        return current_app.make_response(current_app.dispatch_request())
    except Exception as error:
        return current_app.make_response(current_app.handle_user_exception(error))


def init_errors(app: Flask) -> None:
    """Register a plain page for every error."""

    @app.errorhandler(PortalError)
    def portal_error(error: PortalError) -> ResponseReturnValue:
        app_context().database.session.rollback()
        _record_denied(error.status)
        body, status = _page(error.status, isinstance(error, Conflict))
        headers = {"Retry-After": str(error.retry_after)} if isinstance(error, TooMany | Busy) else {}
        return body, status, headers

    @app.errorhandler(CSRFError)
    def form_expired(_error: CSRFError) -> ResponseReturnValue:
        owner = save_posted_form()
        if owner is not None and not current_user.is_authenticated:
            return redirect(url_for("LogInView.log_in"))
        if owner is not None and owner.person_id == current_user.id:
            return redirect(url_for("SavedSubmissionView.show"))
        return render_template("errors/csrf.html"), 400

    @app.errorhandler(HTTPException)
    def http_error(error: HTTPException) -> ResponseReturnValue:
        if error.response is not None or error.code is None or error.code < 400:
            return error.get_response()
        _record_denied(error.code)
        body, status = _page(error.code)
        headers = {name: value for name, value in error.get_headers() if name in {"Allow", "Retry-After"}}
        return body, error.code if status != 500 else status, headers

    @app.errorhandler(Exception)
    def unexpected(error: Exception) -> ResponseReturnValue:
        if may_retry(error):
            return _dispatch_again()
        if is_unavailable(error):
            return unavailable_page(error)
        log.exception("unexpected %s", type(error).__name__)
        app_context().database.session.rollback()
        return _page(500)
