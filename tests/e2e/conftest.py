"""The whole portal as `make run` starts it, a real browser, and the demo's mail read from disk."""

import os
import re
import secrets
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from email import message_from_bytes, policy
from pathlib import Path

import pytest
import sqlalchemy as sa
from playwright.sync_api import Browser, Page, Playwright

from app.seed.cast import CAST
from conftest import find_chromium

ROOT = Path(__file__).parents[2]
PASSWORD = "three-herons-by-the-beck"
SWITCHES = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-background-networking"]
EMAILS = {player.key: player.email for player in CAST}


class Portal:
    """A portal that runs: its address, and the mail it has sent."""

    def __init__(self, address: str, mail: Path) -> None:
        self.address, self.mail = address, mail
        self.read: set[Path] = set()

    def next_mail(self, to: str, subject: str) -> str:
        """The text of the next unread mail to this address with these words in its subject; waits for it."""
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            for path in sorted(self.mail.glob("*.eml"), key=lambda each: each.stat().st_mtime):
                if path in self.read:
                    continue
                mail = message_from_bytes(path.read_bytes(), policy=policy.default)
                if mail["To"] == to and subject.lower() in mail["Subject"].lower():
                    self.read.add(path)
                    body = mail.get_body(("plain",))
                    assert body is not None
                    return str(mail["Subject"]) + "\n" + str(body.get_content())
            time.sleep(0.1)
        raise AssertionError(f"no mail to {to} about {subject}")

    def code_for(self, to: str) -> str:
        """The security code mailed last."""
        found = re.search(r"^\s*(\d{6})\s*$", self.next_mail(to, "security code"), re.MULTILINE)
        assert found
        return found[1]


@pytest.fixture
def portal(tmp_path: Path) -> Iterator[Portal]:
    """Web, worker and demo data, started by the program itself in an empty folder; one portal a test, since a whole
    story needs more security codes than an account is sent in a quarter of an hour."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environ = {
        "PATH": os.environ["PATH"],
        "PORTAL_MODE": "demo",
        "DATA_DIR": str(tmp_path),
        "PORT": str(port),
        "PYTHONWARNINGS": "ignore",
    }
    server, name = os.environ.get("TEST_DATABASE_URL"), f"portal_{secrets.token_hex(4)}"
    if server:
        _on_server(server, f'CREATE DATABASE "{name}"')
        environ["DATABASE_URL"] = sa.make_url(server).set(database=name).render_as_string(hide_password=False)
    if redis := os.environ.get("TEST_REDIS_URL"):
        environ["REDIS_URL"] = redis
    with (tmp_path / "output.log").open("w") as output:
        process = subprocess.Popen(
            [sys.executable, "run.py"], cwd=ROOT, env=environ, stdout=output, stderr=output
        )
    address = f"http://localhost:{port}"
    try:
        _wait_for(f"{address}/readyz", process, tmp_path / "output.log")
        yield Portal(address, tmp_path / "mail")
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=40)
        if server:
            _on_server(server, f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def _on_server(url: str, statement: str) -> None:
    engine = sa.create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(sa.text(statement))
    engine.dispose()


def _wait_for(address: str, process: "subprocess.Popen[bytes]", log: Path) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        assert process.poll() is None, log.read_text()
        try:
            with urllib.request.urlopen(address, timeout=2):  # noqa: S310 - our own address
                return
        except OSError:
            time.sleep(0.2)
    raise AssertionError(log.read_text())


@pytest.fixture(scope="session")
def chromium(playwright: Playwright) -> Iterator[Browser]:
    browser = playwright.chromium.launch(executable_path=find_chromium(), args=SWITCHES)
    yield browser
    browser.close()


@pytest.fixture
def open_browser(chromium: Browser, portal: Portal) -> Iterator[Callable[..., Page]]:
    """Opens a fresh window in which nobody has been here before, with JavaScript or without."""
    contexts = []

    def open_one(javascript: bool = True, width: int = 1280) -> Page:
        context = chromium.new_context(
            java_script_enabled=javascript, viewport={"width": width, "height": 900}, base_url=portal.address
        )
        context.set_default_timeout(15_000)
        contexts.append(context)
        return context.new_page()

    yield open_one
    for context in contexts:
        context.close()
