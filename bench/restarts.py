"""Prove rolling restarts: a new version of the web server replaces the old one while people work.

A restart is SIGHUP to `run.py web`: it checks the new version, starts a worker process of it beside the old one, and then
the old one finishes its open requests. Nothing here tries again: whatever a browser would show as an error counts as one.
"""

import os
import signal
import threading
import time
import uuid
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from bench.browser import Answer, Browser, NoAnswer
from bench.fixtures import SENDERS, Fixtures
from bench.promises import Options, Promise, exactly, holds
from bench.stack import Stack, stack

FULL, SHORT = 100, 5
PAGES = ("/", "/messages/", "/send/")
LONGEST = 60
"""Seconds a restart may take."""


class Reader(threading.Thread):
    """One person at work: opening pages, saying "stay logged in", and sending one form in each restart."""

    def __init__(self, browser: Browser, forms: list[int], restarts: "Restarts") -> None:
        super().__init__(daemon=True)
        self.browser, self.forms, self.restarts = browser, forms, restarts
        self.wrong: Counter[str] = Counter()
        self.asked = 0
        self.slowest = 0.0
        self.sent: dict[int, str] = {}

    def run(self) -> None:
        """Work until the restarts are over."""
        while not self.restarts.over.is_set():
            for page in PAGES:
                self._expect(200, "GET", page)
            self._expect(302, "POST", "/login/stay")
            if len(self.sent) < self.restarts.begun:
                self._send(self.forms[len(self.sent)])

    def _send(self, form_id: int) -> None:
        key = uuid.uuid4().hex
        self.sent[form_id] = key
        self._expect(302, "POST", f"/forms/{form_id}/submit", send_key=key)

    def _expect(self, status: int, method: str, path: str, **fields: str) -> None:
        begun = time.monotonic()
        self.asked += 1
        try:
            answer = self.browser.get(path) if method == "GET" else self.browser.post(path, fields)
            problem = _problem(answer, status)
        except NoAnswer as silent:
            problem = str(silent)
        self.slowest = max(self.slowest, time.monotonic() - begun)
        if problem:
            self.wrong[f"{method} {path.split('/')[1] or 'home'}: {problem}"] += 1


class Restarts:
    """The restarts, one after the other."""

    def __init__(self, portal: Stack) -> None:
        self.portal = portal
        self.begun = 0
        self.over = threading.Event()

    def once(self) -> None:
        """One restart, to its end."""
        master = self.portal.web.running.pid
        before = _children(master)
        self.begun += 1
        os.kill(master, signal.SIGHUP)
        self.portal.until(lambda: bool(before - _children(master)), LONGEST, "the old web server to leave")


def prove(options: Options) -> Iterator[Promise]:
    """Restart under load; gives one promise after the other."""
    times = SHORT if options.short else FULL
    with stack(options, "restarts") as portal:
        fixtures = Fixtures(portal)
        forms = fixtures.advice_ready_to_send(times + 1)
        portal.start_web()
        restarts = Restarts(portal)
        readers = [
            Reader(fixtures.log_in(portal, key, portal.mail, keep=number % 2 == 0), forms[key], restarts)
            for number, key in enumerate(SENDERS[:6])
        ]
        for reader in readers:
            reader.start()
        begun = time.monotonic()
        for number in range(times):
            restarts.once()
            if number % 10 == 9:
                options.notes(f"  {number + 1} restarts, {_wrong(readers).total()} errors")
        seconds = time.monotonic() - begun
        restarts.over.set()
        for reader in readers:
            reader.join(60)
    yield from _promises(readers, restarts.begun, seconds)


def prove_broken_version(options: Options) -> Iterator[Promise]:
    """Prove that the old version continues when a new one cannot start; here, because of wrong settings."""
    with stack(options, "broken-version") as portal:
        portal.start_web()
        master = portal.web.running.pid
        before = _children(master)
        broken = portal.folder / "data" / "secrets.toml"  # a demo's: no live portal starts beside it
        broken.touch()
        os.kill(master, signal.SIGHUP)
        line = "does not start"
        portal.until(lambda: line in portal.web.log.read_text(), LONGEST, "word that it does not start")
        answered = portal.healthy()
        fine = answered is not None and answered.status == 200 and before <= _children(master)
        yield holds("A version that does not start: the one before goes on", fine, "it answers")
        broken.unlink()
        Restarts(portal).once()
        answered = portal.healthy()
        yield holds("Mended, it takes over", answered is not None and answered.status == 200, "it answers")


def _promises(readers: list[Reader], times: int, seconds: float) -> Iterator[Promise]:
    wrong = _wrong(readers)
    asked = sum(reader.asked for reader in readers)
    resent = sum(reader.browser.resent for reader in readers)
    errors = "; ".join(f"{many} x {what}" for what, many in wrong.most_common(5))
    yield holds(
        f"Errors a browser would show, in {times} restarts and {asked:,} requests",
        not wrong,
        f"{wrong.total()} {errors}".strip(),
        "0",
    )
    yield exactly(
        "Forms sent in those restarts, each by one press",
        sum(len(one.sent) for one in readers),
        times * len(readers),
    )
    slowest = max(reader.slowest for reader in readers)
    yield holds("Longest wait for a page", slowest < 30, f"{slowest:.1f} s", "under 30 s")
    yield holds("Kept connections that browsers opened anew", True, f"{resent}", "for information")
    yield holds("A restart takes", True, f"{seconds / times:.1f} s", "for information")


def _problem(answer: Answer, status: int) -> str:
    if answer.status != status or answer.location.startswith("/login"):
        return f"{answer.status} {answer.location}"
    return ""


def _wrong(readers: list[Reader]) -> Counter[str]:
    return sum((reader.wrong for reader in readers), Counter())


def _children(pid: int) -> set[int]:
    """Return the running child processes."""
    try:
        return {int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()}
    except FileNotFoundError:
        return set()
