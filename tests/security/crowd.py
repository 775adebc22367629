"""Many at once: processes of their own, each with threads, on the test's database. What they do is named, since it
has to travel to the processes; what came of it travels back as words."""

import multiprocessing
import os
import signal
import threading
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app.accounts import log_in
from app.accounts.second_step import LogInAgain, WrongCode, verify
from app.core.clock import FixedClock
from app.core.errors import TooMany
from app.core.origin import Origin
from app.core.unit_of_work import AppContext, UnitOfWork, unit_of_work


@dataclass(frozen=True)
class Place:
    """The test's portal, as a process of its own finds it."""

    data_dir: str
    database_url: str
    now: datetime
    redis_url: str | None = None


def place_of(context: AppContext) -> Place:
    settings: Any = context.settings
    return Place(str(settings.data_dir), settings.database_url, context.clock.now(), settings.redis_url)


def office_at(place: Place) -> AppContext:
    """A portal of its own at the same place, as another web process would be."""
    from pathlib import Path

    from app import open_app_context
    from tests.conftest import settings_for

    extra = {"REDIS_URL": place.redis_url} if place.redis_url else {}
    return open_app_context(
        settings_for(Path(place.data_dir), place.database_url, **extra), FixedClock(place.now)
    )


def _context() -> Any:
    """Processes that start from one which has read the portal's code once: quick, and with no thread of the test's."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.security.crowd", "tests.conftest"])
    return context


def all_at_once(place: Place, deed: str, given: Sequence[tuple[str, ...]], processes: int = 4) -> list[str]:
    """Do this with each of these, all at the same moment, shared out over processes."""
    shares = [list(given[start::processes]) for start in range(processes)]
    context = _context()
    with context.Manager() as manager, ProcessPoolExecutor(processes, mp_context=context) as pool:
        start = manager.Barrier(processes)
        done = [pool.submit(_share, place, deed, share, start) for share in shares]
        return [word for each in done for word in each.result()]


def dies(place: Place, deed: str, given: tuple[str, ...]) -> int:
    """Do this in a process that is killed in the middle; gives how it ended."""
    process = _context().Process(target=_share, args=(place, deed, [given], None))
    process.start()
    process.join(60)
    return process.exitcode or 0


def _share(place: Place, deed: str, share: list[tuple[str, ...]], start: Any) -> list[str]:
    context = office_at(place)
    ready = threading.Barrier(len(share))

    def one(given: tuple[str, ...]) -> str:
        ready.wait()
        return DEEDS[deed](context, *given)

    if start is not None:
        start.wait()
    with ThreadPoolExecutor(len(share)) as threads:
        results = list(threads.map(one, share))
    context.database.engine.dispose()
    return results


def anonymous_work(context: AppContext, address: str = "test") -> Any:
    """What a view's `self.work` is when no one is logged in."""

    def open_work() -> Any:
        return unit_of_work(context, None, Origin(address, "Mozilla/5.0 (X11; Linux) Firefox/140.0"))

    return open_work


def give_code(context: AppContext, secret: str, code: str) -> str:
    """Answer a challenge; a right code logs in."""
    try:
        passed = verify(anonymous_work(context), secret, code)
        with anonymous_work(context)() as work:
            log_in.enter(work, passed)
        return "in"
    except WrongCode:
        return "wrong"
    except LogInAgain:
        return "again"


def give_password(context: AppContext, email: str, password: str, address: str = "test") -> str:
    """The first step."""
    try:
        log_in.give_password(anonymous_work(context, address), log_in.Credentials(email, password))
        return "challenged"
    except log_in.WrongPassword:
        return "wrong"
    except TooMany:
        return "too many"


def burn_and_die(context: AppContext, secret: str, code: str) -> str:
    """The code is right, and the process dies before the person is logged in."""
    verify(anonymous_work(context), secret, code)
    os.kill(os.getpid(), signal.SIGKILL)
    return "never"


DEEDS = {"give_code": give_code, "give_password": give_password, "burn_and_die": burn_and_die}

__all__ = [
    "Place",
    "UnitOfWork",
    "all_at_once",
    "anonymous_work",
    "dies",
    "give_code",
    "give_password",
    "office_at",
    "place_of",
]
