"""The nginx that is shipped has the limits that SECURITY.md names: the real program is run with its file."""

import http.client
import re
import shutil
import socket
import subprocess
import threading
from collections.abc import Iterator
from contextlib import closing
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from tests.architecture.test_starting import free_port, wait_for

CONF = (Path(__file__).resolve().parents[2] / "deploy/nginx.conf").read_text()
pytestmark = pytest.mark.skipif(not shutil.which("nginx"), reason="nginx is not installed here")


class Portal(BaseHTTPRequestHandler):
    """Answers everything, and remembers which bodies reached it."""

    bodies: list[int] = []

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"ok")

    def do_POST(self) -> None:
        Portal.bodies.append(len(self.rfile.read(int(self.headers["Content-Length"]))))
        self.do_GET()

    def log_message(self, *_args: object) -> None:
        """Say nothing."""


@pytest.fixture
def proxy(tmp_path: Path) -> Iterator[int]:
    """nginx with the shipped file, without TLS and with a body timeout of one second."""
    upstream = ThreadingHTTPServer(("127.0.0.1", 0), Portal)
    threading.Thread(target=upstream.serve_forever, daemon=True).start()
    port, spare = free_port(), free_port()
    conf = re.sub(r"listen \[::\].*?;|ssl_\w+ .*?;", "", CONF)
    for old, new in (
        ("listen 443 ssl;", f"listen 127.0.0.1:{port};"),
        ("listen 80;", f"listen 127.0.0.1:{spare};"),
        ("http://127.0.0.1:8000", f"http://127.0.0.1:{upstream.server_address[1]}"),
        ("client_body_timeout 30s;", "client_body_timeout 1s;"),
        ("/var/log/nginx/error.log", f"{tmp_path}/error.log"),
    ):
        assert old in conf
        conf = conf.replace(old, new)
    places = " ".join(
        f"{name}_temp_path {tmp_path}/{name};"
        for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    main = tmp_path / "nginx.conf"
    main.write_text(
        f"pid {tmp_path}/pid; daemon off; worker_processes 1; error_log {tmp_path}/error.log crit; user root;"
        f"events {{}} http {{ {places} {conf} }}"
    )
    Portal.bodies.clear()
    process = subprocess.Popen(["nginx", "-c", str(main), "-e", str(tmp_path / "error.log")])
    try:
        wait_for(lambda: listens(port), "nginx")
        yield port
    finally:
        process.terminate()
        process.wait(30)
        upstream.shutdown()
        upstream.server_close()


def listens(port: int) -> bool:
    with socket.socket() as trial:
        return trial.connect_ex(("127.0.0.1", port)) == 0


def asked(port: int, method: str, count: int) -> list[int]:
    """The answers to so many requests, one after the other on one connection."""
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=30)) as client:
        found = []
        for _ in range(count):
            client.request(method, "/", headers={"Host": "send.example.gov.uk", "Content-Length": "0"})
            answer = client.getresponse()
            answer.read()
            found.append(answer.status)
        return found


def test_a10_nginx_answers_429_to_floods_and_lets_bursts_through(proxy: int) -> None:
    gets = asked(proxy, "GET", 150)
    posts = asked(proxy, "POST", 150)

    assert set(gets) == {200}
    assert posts[:40] == [200] * 40 and 429 in posts


def test_a10_nginx_limits_connections_of_one_address(proxy: int) -> None:
    clients = [socket.create_connection(("127.0.0.1", proxy), timeout=30) for _ in range(102)]
    try:
        for client in clients[:-1]:
            client.sendall(b"POST / HTTP/1.1\r\nHost: send.example.gov.uk\r\nContent-Length: 9\r\n\r\n")
        codes = [int(client.recv(4096).split(b" ")[1]) for client in clients[100:101]]
    finally:
        for client in clients:
            client.close()

    assert codes == [429]


def test_a10_nginx_keeps_slow_and_large_bodies_and_headers_from_the_portal(proxy: int) -> None:
    def answer(sent: bytes) -> bytes:
        with socket.create_connection(("127.0.0.1", proxy), timeout=30) as client:
            client.sendall(sent)
            try:
                return client.recv(4096)
            except ConnectionResetError:
                return b""

    host = b"Host: send.example.gov.uk\r\n"
    large = answer(b"POST / HTTP/1.1\r\n" + host + b"Content-Length: 29000000\r\n\r\n")
    headers = answer(b"GET / HTTP/1.1\r\n" + host + b"X-A: " + b"a" * 9_000 + b"\r\n\r\n")
    slow = answer(b"POST / HTTP/1.1\r\n" + host + b"Content-Length: 9\r\n\r\nabc")

    assert b" 413 " in large and b" 400 " in headers
    assert slow == b"" or b" 408 " in slow
    assert Portal.bodies == []
