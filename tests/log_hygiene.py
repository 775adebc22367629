"""Listens to every line the portal logs while the tests run, and tells whether one of them held what no log may hold.

Looked for: any email address, the names of the cast and of every child or stranger that a test entered, every code
and every link's token that was mailed. It is looked for in what was handed to the log, before any formatter changes it.
"""

import json
import logging
import re
from collections.abc import Iterable, Iterator
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event

from app.models import Child, Invitation, Registration
from app.seed.cast import CAST
from startup.logs import ADDRESS, facts_of

CODE = re.compile(r"^\s*(\d{6})\s*$", re.MULTILINE)
TOKEN = re.compile(r"https?://\S+/([A-Za-z0-9_-]{20,})")
WORD = re.compile(r"[^\W_]+(?:[-'’][^\W_]+)*")
SHORTEST_NAME = 4
OTHERS = ("mail.log", "asyncio", "faker", "hypothesis")
"""What speaks beside the portal in a test: the mail server it is tried against, and the tools."""

NAMES = {Child: ("forenames", "surname"), Registration: ("last_name",), Invitation: ("last_name",)}


class Listener(logging.Handler):
    """Collects every line and the words that must not be in one."""

    def __init__(self) -> None:
        super().__init__(logging.INFO)
        self.lines: list[str] = []
        self.heard = 0
        self.secrets: set[str] = {player.last_name for player in CAST}
        self._read: set[tuple[Path, int]] = set()
        for table, columns in NAMES.items():
            event.listen(table, "after_insert", self._remember(columns), propagate=True)

    def _remember(self, columns: Iterable[str]) -> Any:
        def note(_mapper: Any, _connection: Any, row: Any) -> None:
            for column in columns:
                self.secrets.update(WORD.findall(getattr(row, column) or ""))

        return note

    def emit(self, record: logging.LogRecord) -> None:
        """Keep the line as it was logged, with everything our formatters would add to it."""
        if not record.name.startswith(OTHERS):
            self.heard += 1
            self.lines.append(f"{record.getMessage()} {json.dumps(facts_of(record), ensure_ascii=False)}")

    def read_mail(self, folder: Path) -> None:
        """Learn the codes and tokens of the mail in this folder."""
        for path in folder.glob("*.eml"):
            this = path, path.stat().st_mtime_ns
            if this not in self._read:
                self._read.add(this)
                body = message_from_bytes(path.read_bytes(), policy=policy.default).get_body(("plain",))
                text = body.get_content() if body else ""
                self.secrets.update(CODE.findall(text) + TOKEN.findall(text))

    def faults(self) -> list[str]:
        """The lines since the last look that hold what they must not."""
        lines, self.lines = self.lines, []
        return [line for line in lines if holds_forbidden_word(line, self.secrets)]


def holds_forbidden_word(line: str, secrets: set[str]) -> bool:
    """Whether a line holds an address, or one of these words whole."""
    words = set(re.findall(r"[\w-]+", line)) | set(WORD.findall(line))
    return bool(ADDRESS.search(line)) or any(len(word) >= SHORTEST_NAME for word in words & secrets)


LISTENER = Listener()
HEARD = pytest.StashKey[int]()
PROMISE = "Log hygiene: the whole suite's logs hold no name, address, code or token"


def pytest_configure(config: pytest.Config) -> None:
    """Hear what the portal logs, at the level it logs when it runs for real."""
    logging.getLogger().addHandler(LISTENER)
    logging.getLogger().setLevel(logging.INFO)
    config.stash[HEARD] = 0


@pytest.fixture(autouse=True)
def log_is_clean(request: pytest.FixtureRequest) -> Iterator[None]:
    """Whatever a test is about, nothing it made the portal log may say who or about whom."""
    yield
    if "prepared" in request.fixturenames:
        app, _database = request.getfixturevalue("prepared")
        LISTENER.read_mail(app.config["SETTINGS"].mail_dir)
    assert LISTENER.faults() == [], PROMISE


def pytest_sessionfinish(session: pytest.Session) -> None:
    """What was logged outside of tests counts as well; one side of a divided run (-n) tells how much it heard."""
    if LISTENER.faults():
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
    if hasattr(session.config, "workeroutput"):
        session.config.workeroutput["heard"] = LISTENER.heard
    session.config.stash[HEARD] += LISTENER.heard


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """A side of a divided run has ended."""
    node.config.stash[HEARD] += getattr(node, "workeroutput", {}).get("heard", 0)


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """Say that the promise was looked after, and at how many lines."""
    broken = any(PROMISE in str(each.longrepr) for each in terminalreporter.stats.get("error", []))
    verdict = "broken, see the errors" if broken else "kept"
    terminalreporter.write_line(f"{PROMISE}: {verdict}, {config.stash[HEARD]} lines looked through")
