"""WSGI middleware that limits how long clients may be slow, and how many of them at once.

gunicorn gives each request a thread, which reads the body and writes the answer at the client's pace. A live portal
is behind a proxy that does this waiting (deploy/nginx.conf). For a demo, which has none, more threads wait than work,
and a body that does not come in time is refused.
"""

from __future__ import annotations

import logging
import socket
import tempfile
import threading
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import IO, Any

from werkzeug.wsgi import ClosingIterator

log = logging.getLogger(__name__)

Environ = dict[str, Any]
App = Callable[[Environ, Any], Iterable[bytes]]

IN_MEMORY = 500_000
SLOWEST = 20_000
"""Bytes a second: a body that comes faster than this has as long as it needs."""
PIECE = 16_384
WAIT_SECONDS = 1
"""How long a request waits for a place among those that read a body."""
LARGE = 1_000_000
"""An answer of fewer bytes fits into the system's buffers, however slow the client is."""
SECONDS_TO_TAKE_ANSWER = 60


class SlowClients:
    """The application gets bodies whole, in time or not at all."""

    def __init__(
        self, app: App, *, at_once: int, bodies: int, answers: int, seconds: float, most_bytes: int
    ) -> None:
        """`at_once`: requests that the application answers; `bodies` and `answers`: those that wait for clients."""
        self._app, self._seconds, self._most = app, seconds, most_bytes
        self._working = threading.BoundedSemaphore(at_once)
        self._bodies = threading.BoundedSemaphore(bodies)
        self._answers = threading.BoundedSemaphore(answers)

    def __call__(self, environ: Environ, start_response: Any) -> Iterable[bytes]:
        """Answer the request; 408 where its body is too slow, 503 where too many are slow."""
        length = content_length(environ)
        chunked = "HTTP_TRANSFER_ENCODING" in environ
        if not (length or chunked) or length > self._most:  # too long is refused without being read
            return self._answer(environ, start_response)
        if not self._bodies.acquire(timeout=WAIT_SECONDS):
            return refusal(start_response, "503 Service Unavailable")
        try:
            body = self._read(environ, length)
        except BodyTooSlow:
            log.warning("a request was given up: its body did not come in time")
            return refusal(start_response, "408 Request Timeout")
        finally:
            self._bodies.release()
        if body is None:
            return refusal(start_response, "413 Content Too Large")
        environ["wsgi.input"] = body
        return ClosingIterator(self._answer(environ, start_response), [body.close])

    def _read(self, environ: Environ, length: int) -> IO[bytes] | None:
        """Return the whole body; None when it is longer than any may be. Raises BodyTooSlow."""
        body: IO[bytes] = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115 - the request closes it
        began, received = time.monotonic(), 0
        try:
            while received <= self._most:
                end = began + self._seconds + received / SLOWEST
                piece = read_until(end, environ["gunicorn.socket"], environ["wsgi.input"])
                body.write(piece)
                received += len(piece)
                if not piece or received == length:
                    body.seek(0)
                    return body
        except BaseException:
            body.close()
            raise
        body.close()
        return None

    def _answer(self, environ: Environ, start_response: Any) -> Iterable[bytes]:
        sent: dict[str, str] = {}

        def start(status: str, headers: list[tuple[str, str]], *more: Any) -> Any:
            sent.update((name.lower(), value) for name, value in headers)
            return start_response(status, headers, *more)

        environ["gunicorn.socket"].settimeout(SECONDS_TO_TAKE_ANSWER)  # for each piece that is written
        with self._working:
            answer = self._app(environ, start)
        length = sent.get("content-length", "")
        if environ["REQUEST_METHOD"] == "HEAD" or not (length.isdecimal() and int(length) > LARGE):
            return answer
        if not self._answers.acquire(blocking=False):
            ClosingIterator(answer).close()
            return refusal(start_response, "503 Service Unavailable")
        return ClosingIterator(answer, [once(self._answers.release)])


class BodyTooSlow(Exception):
    """The body did not come in time."""


def read_until(end: float, client: socket.socket, body: IO[bytes]) -> bytes:
    """Return the next piece of a body. Raises BodyTooSlow when it is not there at `end` (of time.monotonic).

    A timeout of the socket would not do: it starts again with each byte. Nothing more is read from the client after the
    deadline, which is what ends the reading that waits for it.
    """
    deadline = threading.Timer(end - time.monotonic(), stop_reading, [client])
    deadline.start()
    try:
        piece = body.read(PIECE)
    except OSError:
        piece = b""
    finally:
        deadline.cancel()
    if time.monotonic() >= end:
        raise BodyTooSlow
    return piece


def stop_reading(client: socket.socket) -> None:
    """Read nothing more from this client; it can still be sent an answer."""
    with suppress(OSError):
        client.shutdown(socket.SHUT_RD)


def once(call: Callable[[], None]) -> Callable[[], None]:
    """Return a function that makes this call the first time and does nothing afterwards."""
    calls = [call]
    return lambda: calls.pop()() if calls else None


def content_length(environ: Environ) -> int:
    """Return the length of the body that the client named; 0 when it named none."""
    named = environ.get("CONTENT_LENGTH") or "0"
    return int(named) if named.isascii() and named.isdigit() and len(named) < 16 else 0


def refusal(start_response: Any, status: str) -> Iterable[bytes]:
    """Return a short answer in place of the page; a proxy or the browser shows its own words."""
    text = f"<!DOCTYPE html><title>{status}</title><p>{status[4:]}. Try again in a minute.</p>".encode()
    headers = [
        ("Content-Type", "text/html; charset=utf-8"),
        ("Content-Length", str(len(text))),
        ("Cache-Control", "no-store"),
        ("Connection", "close"),
    ]
    if status.startswith("503"):
        headers.append(("Retry-After", "60"))
    start_response(status, headers)
    return [text]
