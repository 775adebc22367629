"""A HEAD is answered as a GET would be, but for the page itself, and changes nothing (RFC 9110, 9.2.1 and 9.3.2).

So no view has to know of it: a view is asked as by a GET, what it writes is never committed, and the browser's cookie
stays as it is. What counts however somebody asks (a door that was shut, a file whose name was told, what costs others) is still
written down.
"""

from typing import Any

from flask import Flask, Response, request
from flask.sessions import SecureCookieSessionInterface, SessionMixin

from app.views.web.request_limits import BoundedRequest


class AnyRequest(BoundedRequest):
    """A request; a HEAD says it is a GET, and the web server leaves out the page."""

    def __init__(self, *given: Any, **options: Any) -> None:
        super().__init__(*given, **options)
        if only_looks(self):
            self.method = "GET"


class Cookies(SecureCookieSessionInterface):
    """Flask's signed cookie, which a HEAD does not change."""

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        """Give the browser its cookie, if it has changed and this is no HEAD."""
        super().save_session(app, session, response)
        if only_looks():
            response.headers.remove("Set-Cookie")


def only_looks(asked: Any = request) -> bool:
    """Whether this request is a HEAD: a program's, never a person's, and it may change nothing."""
    return bool(asked.environ["REQUEST_METHOD"] == "HEAD")
