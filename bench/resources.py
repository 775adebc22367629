"""Measure the start time and memory of a web process, and the time until a code is mailed.

The short form runs with the tests, beside other work: it reports the times and promises only the memory.
"""

import re
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median

from bench.browser import Browser
from bench.fixtures import PASSWORD, SENDERS, Fixtures
from bench.promises import Options, Promise, holds
from bench.stack import Stack, stack

MEGABYTES, SECONDS_TO_START, SECONDS_TO_MAIL = 180, 5, 1
PAGES = ("/", "/messages/", "/send/", "/account/", "/help/")
FULL, SHORT = 2000, 200


def prove(options: Options) -> Iterator[Promise]:
    """Start the portal, log people in, open pages and measure."""
    with stack(options, "resources") as portal:
        fixtures = Fixtures(portal)
        begun = time.monotonic()
        portal.start_web()
        started = time.monotonic() - begun
        portal.worker.start()
        people = [_log_in(portal, fixtures.players[key].email) for key in SENDERS[:4]]
        rounds = (SHORT if options.short else FULL) // (len(people) * len(PAGES))
        for _ in range(rounds):
            for browser, _waited in people:
                for page in PAGES:
                    browser.get(page)
        held = max(_megabytes(pid) for pid in _serving(portal.web.running.pid))
    mailed = median(waited for _browser, waited in people)
    pages = rounds * len(people) * len(PAGES)
    yield holds(
        "A web process answers after being started",
        options.short or started < SECONDS_TO_START,
        f"{started:.1f} s",
        "reported" if options.short else f"under {SECONDS_TO_START} s",
    )
    yield holds(
        f"Memory of the web process that answers, after {pages:,} pages",
        held < MEGABYTES,
        f"{held:.0f} MB",
        f"under {MEGABYTES} MB",
    )
    yield holds(
        "A security code is with the mail server after the password was given",
        options.short or mailed < SECONDS_TO_MAIL,
        f"{mailed:.2f} s",
        "reported" if options.short else f"within {SECONDS_TO_MAIL} s",
    )


def _log_in(portal: Stack, email: str) -> tuple[Browser, float]:
    """Log a person in. Return the browser and the seconds from the password to the mail server."""
    browser = portal.browser()
    browser.get("/login/")
    pressed = time.time()
    browser.post("/login/", {"email": email, "password": PASSWORD})
    browser.get("/login/code")
    browser.post("/login/code", {"code": portal.mail.code_for(email)})
    mailed = next(mail.at for mail in reversed(portal.mail.taken) if mail.to == email)
    return browser, mailed - pressed


def _serving(master: int) -> list[int]:
    """Return the child processes, or the process itself if it has none."""
    children = Path(f"/proc/{master}/task/{master}/children").read_text().split()
    return [int(child) for child in children] or [master]


def _megabytes(pid: int) -> float:
    """Return the resident memory of a process (VmRSS), shared memory included."""
    found = re.search(r"VmRSS:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text())
    return int(found[1]) / 1024 if found else 0.0
