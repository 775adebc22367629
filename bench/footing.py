"""What the portal stands on: how soon a web process answers, how much memory it holds, how soon a code is mailed."""

import re
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median

from bench.browser import Browser
from bench.plant import Plant, plant
from bench.promises import Options, Promise, holds
from bench.stage import PASSWORD, SENDERS, Stage

MEGABYTES, SECONDS_TO_START, SECONDS_TO_MAIL = 180, 5, 1
PAGES = ("/", "/messages/", "/send/", "/account/", "/help/")
FULL, SHORT = 2000, 200


def prove(options: Options) -> Iterator[Promise]:
    """Start it, log people in, open pages, and look."""
    with plant(options, "footing") as portal:
        stage = Stage(portal)
        begun = time.monotonic()
        portal.start_web()
        started = time.monotonic() - begun
        portal.worker.start()
        people = [_log_in(portal, stage.players[key].email) for key in SENDERS[:4]]
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
        started < SECONDS_TO_START,
        f"{started:.1f} s",
        f"under {SECONDS_TO_START} s",
    )
    yield holds(
        f"Memory of the web process that answers, after {pages:,} pages",
        held < MEGABYTES,
        f"{held:.0f} MB",
        f"under {MEGABYTES} MB",
    )
    yield holds(
        "A security code is with the mail server after the password was given",
        mailed < SECONDS_TO_MAIL,
        f"{mailed:.2f} s",
        f"within {SECONDS_TO_MAIL} s",
    )


def _log_in(portal: Plant, email: str) -> tuple[Browser, float]:
    """A browser in which somebody is logged in, and the seconds from the press to the mail server."""
    browser = portal.browser()
    browser.get("/login/")
    pressed = time.time()
    browser.post("/login/", {"email": email, "password": PASSWORD})
    browser.get("/login/code")
    browser.post("/login/code", {"code": portal.mail.code_for(email)})
    mailed = next(mail.at for mail in reversed(portal.mail.taken) if mail.to == email)
    return browser, mailed - pressed


def _serving(master: int) -> list[int]:
    """The processes that this one started, or itself when it started none."""
    children = Path(f"/proc/{master}/task/{master}/children").read_text().split()
    return [int(child) for child in children] or [master]


def _megabytes(pid: int) -> float:
    """What a process holds in memory that is its own alone or shared (VmRSS)."""
    found = re.search(r"VmRSS:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text())
    return int(found[1]) / 1024 if found else 0.0
