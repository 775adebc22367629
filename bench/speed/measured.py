"""Run one application in a separate process. It gets a page and a number of requests, and answers with their cost.

Only the standard library, since the applications live in different environments. A request goes straight into the
WSGI callable: what is counted is the application's own work, not a server's and not a network's.
"""

import io
import json
import sys
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit


@dataclass
class Ask:
    """One request."""

    path: str
    cookie: str = ""
    form: dict[str, str] | None = None
    """Posted when given."""


@dataclass
class Answer:
    """What came back."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes

    @property
    def cookies(self) -> dict[str, str]:
        """The cookies it sets, by name."""
        set_here = (
            value.partition(";")[0].partition("=")
            for name, value in self.headers
            if name.lower() == "set-cookie"
        )
        return {name.strip(): value for name, _, value in set_here}


@dataclass
class Application:
    """What is measured: the callable, each page's next request, and where its database works."""

    wsgi: Callable[..., Iterable[bytes]]
    pages: dict[str, Callable[[], Ask]] = field(default_factory=dict)
    expected: dict[str, int] = field(default_factory=dict)
    """The status a page answers with, where it is not 200."""
    statements: list[str] = field(default_factory=list)
    """Grows by every statement sent to the database."""
    backends: Callable[[], Iterable[int]] = tuple
    """The database's own processes that work for this one; none where the database is a library."""


def ask(wsgi: Callable[..., Iterable[bytes]], request: Ask) -> Answer:
    """Put one request to an application, as a server would."""
    parts = urlsplit(request.path)
    body = urlencode(request.form or {}).encode()
    started: list[Any] = []
    environ = {
        "REQUEST_METHOD": "GET" if request.form is None else "POST",
        "SCRIPT_NAME": "",
        "PATH_INFO": parts.path,
        "QUERY_STRING": parts.query,
        "SERVER_NAME": "localhost",
        "SERVER_PORT": "8000",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "127.0.0.1",
        "HTTP_HOST": "localhost:8000",
        "HTTP_USER_AGENT": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
        "HTTP_ACCEPT": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
        "HTTP_ACCEPT_LANGUAGE": "en-GB,en;q=0.5",
        "HTTP_COOKIE": request.cookie,
        "HTTP_REFERER": f"http://localhost:8000{parts.path}",
        "CONTENT_LENGTH": str(len(body)),
        "CONTENT_TYPE": "application/x-www-form-urlencoded",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(body),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
    }

    def start(status: str, headers: list[tuple[str, str]], _error: Any = None) -> None:
        started[:] = [int(status.split()[0]), headers]

    came = wsgi(environ, start)
    try:
        content = b"".join(came)
    finally:
        if hasattr(came, "close"):
            came.close()
    return Answer(started[0], started[1], content)


def database_time(backends: Iterable[int]) -> float:
    """Return the CPU seconds of these database processes so far."""
    return sum(int(Path(f"/proc/{pid}/schedstat").read_text().split()[0]) for pid in backends) / 1e9


def measure(app: Application, page: str, times: int) -> dict[str, Any]:
    """Ask for a page so many times, one after the other."""
    cpu, wall, database, statements = [], [], 0.0, 0
    answer = None
    for _ in range(times):
        request = app.pages[page]()
        before, so_far = database_time(app.backends()), len(app.statements)
        began, cpu_began = time.perf_counter(), time.process_time()
        answer = ask(app.wsgi, request)
        cpu.append(time.process_time() - cpu_began)
        wall.append(time.perf_counter() - began)
        database += database_time(app.backends()) - before
        statements += len(app.statements) - so_far
        del app.statements[:]
        if answer.status != app.expected.get(page, 200):
            raise RuntimeError(f"{page} answered {answer.status}: {answer.body[:2000]!r}")
    assert answer is not None  # noqa: S101
    return {
        "cpu": cpu,
        "wall": wall,
        "database": database / times,
        "statements": round(statements / times),
        "bytes": len(answer.body),
    }


def held(app: Application, page: str, times: int) -> dict[str, Any]:
    """Request a page so many times. The requests are prepared first and sent on a signal."""
    requests = [app.pages[page]() for _ in range(times)]
    print(json.dumps({"ready": True}), flush=True)
    sys.stdin.readline()
    statuses = [ask(app.wsgi, request).status for request in requests]
    return {"right": statuses == [app.expected.get(page, 200)] * times}


def main() -> None:
    """Read one order a line until there are no more."""
    module, given = sys.argv[1], json.loads(sys.argv[2])
    app: Application = import_module(module).open_application(**given)
    print(json.dumps({"pages": list(app.pages)}), flush=True)
    for line in sys.stdin:
        order = json.loads(line)
        found: dict[str, Any]
        if order.get("hold"):
            found = held(app, order["page"], order["times"])
        elif order.get("show"):
            found = {"body": ask(app.wsgi, app.pages[order["page"]]()).body.decode()}
        else:
            found = measure(app, order["page"], order["times"])
        print(json.dumps(found), flush=True)


if __name__ == "__main__":
    main()
