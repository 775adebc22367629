"""The whole portal as `make run` starts it, a real browser, and the demo's mail read from disk."""

import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, Page, Playwright
from werkzeug.serving import make_server

from app.seed.cast import CAST
from conftest import find_chromium
from devtools.databases import own_database
from tests.cast import Actor

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


@contextmanager
def running(folder: Path) -> Iterator[Portal]:
    """Web, worker and demo data, started by the program itself in an empty folder."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environ = {
        "PATH": os.environ["PATH"],
        "PORTAL_MODE": "demo",
        "DATA_DIR": str(folder),
        "PORT": str(port),
        "PYTHONWARNINGS": "ignore",
    }
    if redis := os.environ.get("TEST_REDIS_URL"):
        environ["REDIS_URL"] = redis
    with (
        own_database(os.environ.get("TEST_DATABASE_URL"), folder) as environ["DATABASE_URL"],
        (folder / "output.log").open("w") as output,
    ):
        process = subprocess.Popen(
            [sys.executable, "run.py"], cwd=ROOT, env=environ, stdout=output, stderr=output
        )
        address = f"http://localhost:{port}"
        try:
            _wait_for(f"{address}/readyz", process, folder / "output.log")
            yield Portal(address, folder / "mail")
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(timeout=40)


@pytest.fixture
def portal(tmp_path: Path) -> Iterator[Portal]:
    """A portal for one test alone: a whole story needs more security codes than an account is sent in 15 minutes."""
    with running(tmp_path) as started:
        yield started


@pytest.fixture(scope="module")
def shared_portal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    """One portal for a whole file of tests."""
    with running(tmp_path_factory.mktemp("portal")) as started:
        yield started


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


class Windows:
    """New browser windows, without cookies."""

    def __init__(self, chromium: Browser) -> None:
        self.chromium = chromium
        self.contexts: list[BrowserContext] = []

    def open(self, portal: Portal, javascript: bool = True, width: int = 1280) -> Page:
        """A fresh window on this portal, with JavaScript or without."""
        context = self.chromium.new_context(
            java_script_enabled=javascript, viewport={"width": width, "height": 900}, base_url=portal.address
        )
        context.set_default_timeout(15_000)
        self.contexts.append(context)
        return context.new_page()

    def close(self) -> None:
        """Close them all."""
        for context in self.contexts:
            context.close()


@pytest.fixture
def windows(chromium: Browser) -> Iterator[Windows]:
    """Windows that are closed with the test."""
    opened = Windows(chromium)
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def shared_windows(chromium: Browser) -> Iterator[Windows]:
    """Windows that stay open for a whole file of tests."""
    opened = Windows(chromium)
    yield opened
    opened.close()


@pytest.fixture
def address(app: Flask) -> Iterator[str]:
    """The tests' portal, answering on a port of its own."""
    server = make_server("localhost", 0, app, threaded=True)
    server.daemon_threads = (
        False  # an answer under way is waited for, so that it keeps its database to the end
    )
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://localhost:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def visit(app: Flask, address: str, chromium: Browser) -> Iterator[Any]:
    """A window in which a person is logged in, with a clock that the test moves."""
    windows = []

    def open_one(who: Actor, path: str, width: int = 1280, **options: Any) -> Page:
        window = chromium.new_context(base_url=address, viewport={"width": width, "height": 900}, **options)
        windows.append(window)
        name = app.config["SESSION_COOKIE_NAME"]
        cookie = who.browser().get_cookie(name)
        assert cookie is not None
        window.add_cookies([{"name": name, "value": cookie.value, "url": address}])
        page = window.new_page()
        page.set_default_timeout(10_000)
        page.clock.install()
        answer = page.goto(path)
        assert answer is not None and answer.status == 200
        return page

    yield open_one
    for window in windows:
        window.close()
