"""Health checks: faults that prevent the portal from serving, and weaknesses that only degrade it."""

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

LATE_AFTER = timedelta(minutes=5)
"""Mail overdue by more than this means that no worker is running."""

LEAST_FREE = 0.10
TIMEOUT_SECONDS = 4.0
"""The timeout of a check in seconds."""


class CheckTimeout(Exception):
    """A check did not finish in time."""


class _Check:
    """A check in its own thread, so that one that hangs does not block the others."""

    def __init__(self, function: Callable[[], bool]) -> None:
        self.asked_at = time.monotonic()
        self._function = function
        self._result: bool | Exception = CheckTimeout()
        self.thread = threading.Thread(target=self._run, name="wellbeing", daemon=True)
        self.thread.start()

    def _run(self) -> None:
        try:
            self._result = self._function()
        except Exception as error:
            self._result = error

    def result(self) -> bool:
        """Return the result of the check. Raises CheckTimeout when it does not finish in time."""
        self.thread.join(max(0.0, self.asked_at + TIMEOUT_SECONDS - time.monotonic()))
        if isinstance(self._result, Exception):
            raise self._result
        return self._result


_latest: dict[tuple[int, str], _Check] = {}
"""The latest run of each check; a check that is still running is not started a second time."""


def _in_time(context: AppContext, name: str, check: Callable[[AppContext], bool]) -> bool:
    key = id(context), name
    check_run = _latest.get(key)
    if check_run is None or not check_run.thread.is_alive():
        check_run = _latest[key] = _Check(lambda: check(context))
    return check_run.result()


@cache
def wanted_revision() -> str:
    """Return the migration revision that this version requires; read once."""
    return newest_revision()


def faults(context: AppContext) -> list[str]:
    """Return the faults that prevent this process from serving; with any, it should get no traffic."""
    found = ["database"] if not _holds("database", _database, context) else []
    found += [name for name, check in _CHECKS.items() if not found and not _holds(name, check, context)]
    if found:
        log.warning("not ready: %s", ", ".join(found))
    return found


def weaknesses(context: AppContext) -> list[str]:
    """Return the weaknesses that degrade the portal: the virus scanner or the file storage does not respond."""
    return [name for name, check in _WEAK.items() if not _holds(name, check, context)]


def _holds(name: str, check: Callable[[AppContext], bool], context: AppContext) -> bool:
    try:
        return _in_time(context, name, check)
    except Exception as error:
        log.warning("%s: %s", name, type(error).__name__)
        return False


def _database(context: AppContext) -> bool:
    """Return whether the database can be written to and has the migrations this version requires.

    Newer migrations are accepted, because hosts that are not upgraded yet go on serving during an upgrade.
    """
    return check_writable(context.database) >= wanted_revision()


def _mail(context: AppContext) -> bool:
    now = context.clock.now()
    with context.database.engine.connect() as connection:
        return all(lane.late_by(now) < LATE_AFTER for lane in queue_state.lanes(connection, now))


def _disk(context: AppContext) -> bool:
    return free_share(context) > LEAST_FREE


def free_share(context: AppContext) -> float:
    """Return the free share of the disk that holds DATA_DIR, from 0 to 1."""
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
