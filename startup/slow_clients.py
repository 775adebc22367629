"""Keep the server's threads free while clients are slow: a deadline for bodies, and few large answers at once.

granian gives each request a thread, and reading a body blocks that thread until the next byte comes. A proxy that
buffers (deploy/nginx.conf) takes this waiting away. Without one, more threads wait than work, and a connection whose
body is overdue is cut off.
"""

from __future__ import annotations

import logging
import os
import socket
import stat
import struct
import tempfile
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
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
"""An answer of fewer bytes fits into the system's buffers, whoever reads it."""
LAST_DATA_SENT = 44
"""Where Linux puts, into TCP_INFO, the milliseconds since it last sent data on a connection."""


class SlowClients:
    """WSGI middleware: the application gets bodies whole, in time or not at all."""

    def __init__(
        self, app: App, *, at_once: int, bodies: int, answers: int, seconds: float, most_bytes: int
    ) -> None:
        """`at_once`: requests that the application answers; `bodies` and `answers`: those that wait for clients."""
        self._app, self._most = app, most_bytes
        self._working = threading.BoundedSemaphore(at_once)
        self._bodies = threading.BoundedSemaphore(bodies)
        self._answers = threading.BoundedSemaphore(answers)
        self._overdue = Overdue(seconds)

    def __call__(self, environ: Environ, start_response: Any) -> Iterable[bytes]:
        """Answer the request; 408 where its body is too slow, 503 where too many are slow."""
        if not _has_body(environ) or _length(environ) > self._most:  # too long is refused without being read
            return self._answer(environ, start_response)
        if not self._bodies.acquire(timeout=WAIT_SECONDS):
            return _refuse(start_response, "503 Service Unavailable")
        try:
            body = self._read(environ)
        except _TooSlow:
            log.warning("a request was given up: its body did not come in time")
            return _refuse(start_response, "408 Request Timeout")
        finally:
            self._bodies.release()
        if body is None:
            return _refuse(start_response, "413 Content Too Large")
        environ["wsgi.input"] = body
        return ClosingIterator(self._answer(environ, start_response), [body.close])

    def _read(self, environ: Environ) -> IO[bytes] | None:
        """Return the whole body; None when it is longer than any may be. Raises _TooSlow."""
        kept: IO[bytes] = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115 - the request closes it
        received, whole = 0, False
        try:
            with self._overdue.watching(environ) as one:
                while received <= self._most:
                    try:
                        piece = environ["wsgi.input"].read(PIECE)
                    except OSError:
                        piece = b""
                    if one.cut:
                        raise _TooSlow
                    if not piece:
                        whole = True
                        return self._from_the_start(kept)
                    kept.write(piece)
                    received += len(piece)
                    one.until = one.began + self._overdue.seconds + received / SLOWEST
            return None
        finally:
            if not whole:
                kept.close()

    @staticmethod
    def _from_the_start(kept: IO[bytes]) -> IO[bytes]:
        kept.seek(0)
        return kept

    def _answer(self, environ: Environ, start_response: Any) -> Iterable[bytes]:
        sent: dict[str, str] = {}

        def start(status: str, headers: list[tuple[str, str]], *more: Any) -> Any:
            sent.update((name.lower(), value) for name, value in headers)
            return start_response(status, headers, *more)

        with self._working:
            answer = self._app(environ, start)
        length = sent.get("content-length", "")
        if environ["REQUEST_METHOD"] == "HEAD" or not (length.isdecimal() and int(length) > LARGE):
            return answer
        if not self._answers.acquire(blocking=False):
            ClosingIterator(answer).close()
            return _refuse(start_response, "503 Service Unavailable")
        return ClosingIterator(answer, [_once(self._answers.release)])


class _TooSlow(Exception):
    """The body did not come in time."""


class Watched:
    """One body that is being read."""

    def __init__(self, address: str, port: int, seconds: float) -> None:
        self.address, self.port = address, port
        self.began = time.monotonic()
        self.until = self.began + seconds
        self.cut = False


class Overdue:
    """Cuts off connections whose bodies are overdue: nothing else ends a read that waits for the next byte."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self._watched: set[Watched] = set()
        self._lock = threading.Lock()
        self._running = False

    @contextmanager
    def watching(self, environ: Environ) -> Iterator[Watched]:
        """Watch the body of this request while it is being read."""
        port = str(environ.get("SERVER_PORT") or "")
        one = Watched(environ.get("REMOTE_ADDR", ""), int(port) if port.isdecimal() else 0, self.seconds)
        with self._lock:
            self._watched.add(one)
            if not self._running:
                self._running = True
                threading.Thread(target=self._run, name="overdue bodies", daemon=True).start()
        try:
            yield one
        finally:
            with self._lock:
                self._watched.discard(one)

    def _run(self) -> None:
        while True:
            time.sleep(min(1.0, self.seconds / 4))
            now = time.monotonic()
            with self._lock:
                if not self._watched:
                    self._running = False
                    return
                late = [one for one in self._watched if one.until < now]
                for one in late:
                    one.cut = True
            for one in late:
                cut_off(one.address, one.port, now - one.began)


def cut_off(address: str, port: int, seconds: float) -> None:
    """End this client's connections to which nothing was sent for so long: those are idle, or wait for its body."""
    with suppress(OSError):
        for entry in Path("/proc/self/fd").iterdir():
            with suppress(OSError, ValueError):
                _cut_off(int(entry.name), address, port, seconds)


def _cut_off(number: int, address: str, port: int, seconds: float) -> None:
    found = _socket(number)
    if found is None:
        return
    with found:
        if found.family not in (socket.AF_INET, socket.AF_INET6):
            return
        if found.getsockname()[1] != port or found.getpeername()[0].removeprefix("::ffff:") != address:
            return
        info = found.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, LAST_DATA_SENT + 4)
        (since_sent,) = struct.unpack_from("=I", info, LAST_DATA_SENT)
        if since_sent >= (seconds - 0.5) * 1000:
            found.shutdown(socket.SHUT_RDWR)


def _socket(number: int) -> socket.socket | None:
    """Return a copy of the socket with this number, or None."""
    if not stat.S_ISSOCK(os.fstat(number).st_mode):
        return None
    return socket.socket(fileno=os.dup(number))


def _once(call: Callable[[], None]) -> Callable[[], None]:
    """Return a function that makes this call the first time and does nothing afterwards."""
    calls = [call]
    return lambda: calls.pop()() if calls else None


def _length(environ: Environ) -> int:
    said = environ.get("CONTENT_LENGTH") or "0"
    return int(said) if said.isascii() and said.isdigit() and len(said) < 16 else 0


def _has_body(environ: Environ) -> bool:
    return _length(environ) > 0 or "HTTP_TRANSFER_ENCODING" in environ


def _refuse(start_response: Any, status: str) -> Iterable[bytes]:
    """A short answer in place of the page; a proxy or the browser shows its own words."""
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
