"""Whether the portal can do its work: what keeps it from serving, and what is only weaker than it should be."""

import logging
import shutil
import threading
import time
from collections.abc import Callable
from datetime import timedelta
from functools import cache

from app.core.database.health import check_writable
from app.core.database.migrations import newest_revision
from app.core.mail import queue_state
from app.core.unit_of_work import AppContext
from app.documents.documents import store_of
from app.documents.scanner import ScannerDown, scanner_at

log = logging.getLogger(__name__)

LATEST = timedelta(minutes=5)
"""Mail that is due and older than this means that no worker is at work."""

LEAST_FREE = 0.10
PATIENCE = 4.0
"""Seconds that whatever is asked has for its answer."""


class TooLong(Exception):
    """No answer in time."""


class _Question:
    """Something asked in a thread of its own, so that whoever is hung keeps nobody else waiting."""

    def __init__(self, ask: Callable[[], bool]) -> None:
        self.asked_at = time.monotonic()
        self._ask = ask
        self._answer: bool | Exception = TooLong()
        self.thread = threading.Thread(target=self._listen, name="wellbeing", daemon=True)
        self.thread.start()

    def _listen(self) -> None:
        try:
            self._answer = self._ask()
        except Exception as error:
            self._answer = error

    def answer(self) -> bool:
        """The answer, once it is there; TooLong when it does not come in time."""
        self.thread.join(max(0.0, self.asked_at + PATIENCE - time.monotonic()))
        if isinstance(self._answer, Exception):
            raise self._answer
        return self._answer


_open: dict[tuple[int, str], _Question] = {}
"""The last question of each kind: while it is open nobody asks it a second time."""


def _in_time(context: AppContext, name: str, check: Callable[[AppContext], bool]) -> bool:
    key = id(context), name
    question = _open.get(key)
    if question is None or not question.thread.is_alive():
        question = _open[key] = _Question(lambda: check(context))
    return question.answer()


@cache
def wanted_revision() -> str:
    """The migration this version was written for; read once."""
    return newest_revision()


def faults(context: AppContext) -> list[str]:
    """What keeps this process from serving people: no traffic should be sent to it while there is any."""
    found = ["database"] if not _holds("database", _database, context) else []
    found += [name for name, check in _CHECKS.items() if not found and not _holds(name, check, context)]
    if found:
        log.warning("not ready: %s", ", ".join(found))
    return found


def weaknesses(context: AppContext) -> list[str]:
    """What does not keep people from working, but should be seen to: files wait for the scanner, or cannot be kept."""
    return [name for name, check in _WEAK.items() if not _holds(name, check, context)]


def _holds(name: str, check: Callable[[AppContext], bool], context: AppContext) -> bool:
    try:
        return _in_time(context, name, check)
    except Exception as error:
        log.warning("%s: %s", name, type(error).__name__)
        return False


def _database(context: AppContext) -> bool:
    """It can be written to, and its tables are those this version knows.

    Newer tables are no reason to leave: while an upgrade goes from host to host, those not yet upgraded go on serving.
    """
    return check_writable(context.database) >= wanted_revision()


def _mail(context: AppContext) -> bool:
    now = context.clock.now()
    with context.database.engine.connect() as connection:
        return all(lane.late_by(now) < LATEST for lane in queue_state.lanes(connection, now))


def _disk(context: AppContext) -> bool:
    return free_share(context) > LEAST_FREE


def free_share(context: AppContext) -> float:
    """How much of the disk that holds DATA_DIR is free, from 0 to 1."""
    usage = shutil.disk_usage(context.settings.data_dir)
    return usage.free / usage.total


def _scanner(context: AppContext) -> bool:
    try:
        scanner_at(context.settings.clamd_address).ping()
    except ScannerDown:
        return False
    return True


def _files(context: AppContext) -> bool:
    return store_of(context).answers()


_CHECKS: dict[str, Callable[[AppContext], bool]] = {"mail": _mail, "disk": _disk}
_WEAK: dict[str, Callable[[AppContext], bool]] = {"scanner": _scanner, "files": _files}
WEAKNESSES = tuple(_WEAK)
