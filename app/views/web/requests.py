"""Request log and metrics: an id, the route, status and duration; no content."""

import logging
import time
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from flask import Flask, abort, request
from sqlalchemy import event

from app.core.command_line import app_context
from startup.logs import Asked, answering, asked, new_id
from startup.metrics_registry import REQUESTS, SECONDS, STATEMENTS

log = logging.getLogger(__name__)

HEADER = "X-Request-ID"
NO_PAGE = "none"
"""The route of unknown addresses, which are not logged because they may contain anything."""

LONGEST_ADDRESS = 4_000
"""The longest address accepted, in characters. Ours are much shorter, and Python refuses to parse numbers
with more digits."""

METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}
NOT_ASKING = ("BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE", "PRAGMA", "SET ")


class RequestMiddleware:
    """WSGI middleware that logs and counts each request once it is answered."""

    def __init__(self, pages: Any, trust_ids: bool) -> None:
        self.pages, self.trust_ids = pages, trust_ids

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        """Give the request an id, answer it with the id in a header, and count it."""
        given = environ.get("HTTP_X_REQUEST_ID", "") if self.trust_ids else ""
        this = Asked(new_id(given))
        ended = ["500"]
        # Werkzeug is inconsistent about a lower-case "head", so the method is normalised first.
        environ["REQUEST_METHOD"] = environ["REQUEST_METHOD"].upper()

        def answer(status: str, headers: list[tuple[str, str]], *more: Any) -> Any:
            ended[0] = status[:3]
            return start_response(status, [*headers, (HEADER, this.request_id)], *more)

        began = time.perf_counter()
        with answering(this):
            try:
                return self.pages(environ, answer)
            finally:
                _note(this, environ["REQUEST_METHOD"], ended[0], time.perf_counter() - began)


def _note(this: Asked, method: str, status: str, took: float) -> None:
    route, method = this.route or NO_PAGE, method if method in METHODS else "other"
    requests, seconds, statements = _metrics(route, method, status)
    requests.inc()
    seconds.observe(took)
    statements.observe(this.statements)
    facts = {
        "route": route,
        "method": method,
        "status": int(status),
        "duration_ms": round(took * 1000, 1),
        "statements": this.statements,
    }
    log.info("answered", extra={"facts": facts})


@lru_cache(maxsize=2_000)
def _metrics(route: str, method: str, status: str) -> tuple[Any, Any, Any]:
    """Return the metrics of a route, cached because their library looks them up each time."""
    return REQUESTS.labels(route, method, status), SECONDS.labels(route), STATEMENTS.labels(route)


def init_requests(app: Flask, trust_ids: bool) -> None:
    """Add the middleware. A request id is accepted only from our own proxy."""
    app.wsgi_app = RequestMiddleware(app.wsgi_app, trust_ids)  # type: ignore[method-assign]

    @app.before_request
    def name_route() -> None:
        this = asked()
        if this is not None and request.url_rule is not None:
            this.route = request.url_rule.rule
        if len(request.environ["PATH_INFO"]) + len(request.query_string) > LONGEST_ADDRESS:
            abort(414)

    def count(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        this = asked()
        if this is not None and not statement.startswith(NOT_ASKING):
            this.statements += 1

    event.listen(app_context().database.engine, "before_cursor_execute", count)
