"""Slow clients against the real web server: pages go on, and bodies that do not come are given up."""

import os
import socket
import subprocess
import sys
import threading
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

from startup import slow_clients
from startup.slow_clients import SlowClients
from tests.architecture.test_starting import free_port, wait_for

ROOT = Path(__file__).resolve().parents[2]
SLOW_CLIENTS = 12


def post(port: int, length: int, path: str = "/login/") -> socket.socket:
    """A connection that has announced how much it will send, and has sent nothing of it."""
    client = socket.create_connection(("127.0.0.1", port), timeout=30)
    client.sendall(
        f"POST {path} HTTP/1.1\r\nHost: localhost:{port}\r\nContent-Length: {length}\r\n"
        "Content-Type: application/x-www-form-urlencoded\r\n\r\n".encode()
    )
    return client


def trickle(client: socket.socket, stop: threading.Event) -> None:
    """Send a byte every fifth of a second until stopped or hung up on."""
    with suppress(OSError):
        while not stop.wait(0.2):
            client.sendall(b"a")


def status(client: socket.socket) -> int:
    """The status of the answer; 0 when the connection was cut off."""
    try:
        answer = client.recv(4096)
    except ConnectionResetError:
        return 0
    return int(answer.split(b" ")[1]) if answer else 0


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """The web server as it runs in earnest, with a short deadline."""
    port, folder = free_port(), tmp_path_factory.mktemp("slow")
    environ = {
        "PATH": os.environ["PATH"],
        "PORTAL_MODE": "demo",
        "DATA_DIR": str(folder),
        "PORT": str(port),
        "BODY_SECONDS": "1",
    }
    run = [sys.executable, str(ROOT / "run.py")]
    subprocess.run([*run, "prepare"], env=environ, check=True, capture_output=True)
    with (folder / "said.txt").open("wb") as output:
        process = subprocess.Popen([*run, "web"], env=environ, stdout=output, stderr=output)
    try:
        wait_for(lambda: alive(port), "the web server")
        yield port
    finally:
        process.terminate()
        process.wait(60)


def alive(port: int) -> bool:
    with suppress(OSError), urllib.request.urlopen(f"http://localhost:{port}/healthz", timeout=5) as answer:
        return bool(answer.status == 200)
    return False


@contextmanager
def slow_crowd(port: int) -> Iterator[list[socket.socket]]:
    """Twelve clients, half of which send a byte now and then and half of which send nothing."""
    stop = threading.Event()
    with ExitStack() as stack:
        crowd = [stack.enter_context(post(port, 1_000)) for _ in range(SLOW_CLIENTS)]
        threads = [threading.Thread(target=trickle, args=(one, stop)) for one in crowd[::2]]
        for thread in threads:
            thread.start()
        yield crowd
        stop.set()
        for thread in threads:
            thread.join()


@pytest.mark.slow
def test_A10_pages_are_answered_while_twelve_clients_are_slow(server: int) -> None:
    with slow_crowd(server):
        answered = [alive(server) for _ in range(5)]

    assert answered == [True] * 5


@pytest.mark.slow
def test_A10_slow_bodies_are_given_up_and_others_are_read(server: int) -> None:
    with slow_crowd(server) as crowd:
        found = {status(client) for client in crowd}
        with post(server, 1_000) as quick:
            quick.sendall(b"a" * 1_000)
            read = status(quick)

    assert found <= {0, 408}
    assert read == 400, "it has no token, so it was read"


@pytest.mark.slow
def test_A10_headers_have_a_bounded_size(server: int) -> None:
    with socket.create_connection(("127.0.0.1", server), timeout=30) as client, suppress(OSError):
        client.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\n" + b"X-A: " + b"a" * 200_000 + b"\r\n\r\n")
        assert status(client) == 431


# --- the middleware by itself ---------------------------------------------------------------------


class Client:
    """A client's socket, of which only the timeout is set."""

    timeout: float | None = None

    def settimeout(self, seconds: float) -> None:
        self.timeout = seconds


PLACES: dict[str, Any] = {"at_once": 2, "bodies": 2, "answers": 2, "seconds": 1}


def echo(environ: dict[str, Any], start_response: Any) -> list[bytes]:
    """Answer with how long the body was."""
    start_response("200 OK", [])
    return [str(len(environ["wsgi.input"].read())).encode()]


def asked(app: Any, body: Any, **environ: Any) -> tuple[str, bytes]:
    """One request; gives the status and the answer."""
    output: list[str] = []
    answer = app(
        {"REQUEST_METHOD": "POST", "wsgi.input": body, "gunicorn.socket": Client(), **environ},
        lambda status, _headers: output.append(status),
    )
    content = b"".join(answer)
    getattr(answer, "close", lambda: None)()
    return output[0], content


def test_A10_a_body_that_comes_is_handed_on_whole() -> None:
    app = SlowClients(echo, **PLACES, most_bytes=3_000_000)

    assert asked(app, BytesIO(b"a" * 2_000_000), CONTENT_LENGTH="2000000") == ("200 OK", b"2000000")
    assert asked(app, BytesIO(b"abc"), HTTP_TRANSFER_ENCODING="chunked") == ("200 OK", b"3")
    assert asked(app, BytesIO(b""), CONTENT_LENGTH="0") == ("200 OK", b"0")


def test_A10_a_body_without_a_length_is_not_read_further_than_any_may_be() -> None:
    body = BytesIO(b"a" * 500_000)
    app = SlowClients(echo, **PLACES, most_bytes=1_000)

    assert asked(app, body, HTTP_TRANSFER_ENCODING="chunked")[0].startswith("413")
    assert body.tell() <= 1_000 + slow_clients.PIECE


def test_A10_a_body_that_goes_on_too_slowly_is_given_up_and_its_place_is_free_again() -> None:
    app = SlowClients(echo, **PLACES | {"bodies": 1, "seconds": 0.3}, most_bytes=1_000)

    def post_slowly() -> str:
        ours, theirs = socket.socketpair()
        stop = threading.Event()
        with ours, theirs, ours.makefile("rb") as body:
            sender = threading.Thread(target=trickle, args=(theirs, stop))
            sender.start()
            found = asked(app, body, **{"CONTENT_LENGTH": "1000", "gunicorn.socket": ours})
            stop.set()
            sender.join()
        return found[0]

    assert [post_slowly()[:3] for _ in range(2)] == ["408", "408"]
    assert asked(app, BytesIO(b"abc"), CONTENT_LENGTH="3") == ("200 OK", b"3")


def test_A10_a_client_that_takes_nothing_of_its_answer_is_hung_up_on() -> None:
    client = Client()
    app = SlowClients(echo, **PLACES, most_bytes=1_000)

    app({"REQUEST_METHOD": "POST", "wsgi.input": BytesIO(), "gunicorn.socket": client}, lambda *_: None)

    assert client.timeout == slow_clients.SECONDS_TO_TAKE_ANSWER


def test_A10_few_large_answers_are_sent_at_once() -> None:
    def large(_environ: dict[str, Any], start_response: Any) -> list[bytes]:
        start_response("200 OK", [("Content-Length", str(slow_clients.LARGE + 1))])
        return [b"x"]

    app = SlowClients(large, **PLACES, most_bytes=1)
    output: list[str] = []

    def get() -> Any:
        environ = {"REQUEST_METHOD": "GET", "gunicorn.socket": Client()}
        return app(environ, lambda status, _headers: output.append(status))

    first, _second, third = get(), get(), get()
    first.close()
    first.close()
    fourth = get()

    assert [word[:3] for word in output] == ["200", "200", "200", "503", "200"], "the third was replaced"
    assert b"Try again" in b"".join(third) and b"".join(fourth) == b"x"
