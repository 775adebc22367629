"""HEAD requests: answered like a GET without the body, and without changes (RFC 9110, 9.2.1 and 9.3.2).

Views handle them as a GET; the unit of work is rolled back and the cookie stays unchanged. Audit events that
must not depend on the method (denied access, a file name shown, rate limits) are still committed.
"""

from typing import Any

from flask import Flask, Response, request
from flask.sessions import SecureCookieSessionInterface, SessionMixin

from app.views.web.request_limits import BoundedRequest


class HeadAsGetRequest(BoundedRequest):
    """A request class that reports a HEAD as a GET; the web server omits the body."""

    def __init__(self, *given: Any, **options: Any) -> None:
        super().__init__(*given, **options)
        if is_head_request(self):
            self.method = "GET"


class HeadSafeCookies(SecureCookieSessionInterface):
    """Flask's signed cookie, which a HEAD does not change."""

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        """Set the cookie, if it has changed and the request is no HEAD."""
        super().save_session(app, session, response)
        if is_head_request():
            response.headers.remove("Set-Cookie")


def is_head_request(asked: Any = request) -> bool:
    """Return whether this request is a HEAD, which may change nothing."""
    return bool(asked.environ["REQUEST_METHOD"] == "HEAD")
