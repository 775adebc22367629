"""Measures all applications in one run, turn and turn about, so that whatever else the machine does falls on all alike."""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median, quantiles
from typing import Any

import sqlalchemy as sa

from bench.speed.names import COMMON, MEASURED, RARE
from bench.speed.world import settings_for
from config import ROOT

DJANGO_PYTHON = ROOT / ".venv-bench" / "bin" / "python"
PORTAL, STOCK, DJANGO = "portal", "stock", "django"
AMONG_FEW = "portal, few people"
"""The portal with only FEW people. It alternates with the others, so that growth does not depend on the machine's load."""
FEW = 1_000
WARM_UP = 5


@dataclass(frozen=True)
class Figure:
    """What one page of one application costs."""

    cpu_ms: float
    """CPU of the application and of its database for one request, the median."""
    database_ms: float
    """Of that, the database's, where it is a process of its own."""
    median_ms: float
    p95_ms: float
    a_second: float
    statements: int
    bytes: int


Figures = dict[str, dict[str, Figure]]
"""By application, by page."""


class Subject:
    """An application in its own process."""

    def __init__(
        self, python: Path | str, module: str, given: dict[str, Any], under: Sequence[str] = ()
    ) -> None:
        """`under`: the program that runs it, where that is not the system itself."""
        command = [*under, str(python), "-m", "bench.speed.measured", module, json.dumps(given)]
        quiet = {"PYTHONWARNINGS": "ignore", "LOG_LEVEL": "ERROR"}
        # A pipe that is not read would fill up and block.
        self.complaints = tempfile.TemporaryFile("w+")  # noqa: SIM115 - closed in end()
        self.process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self.complaints,
            text=True,
            cwd=ROOT,
            env=os.environ | quiet,
        )
        self.pages: list[str] = self.hear()["pages"]

    def hear(self) -> dict[str, Any]:
        """Its answer."""
        for line in self.process.stdout or ():
            if line.startswith("{"):
                heard: dict[str, Any] = json.loads(line)
                return heard
        self.complaints.seek(0)
        complaint = self.complaints.read()
        raise RuntimeError(f"An application stopped:\n{complaint[-3000:]}")

    def measure(self, page: str, times: int) -> dict[str, Any]:
        """Ask for a page so many times."""
        self.say(page=page, times=times)
        return self.hear()

    def say(self, **order: Any) -> None:
        """Give it an order."""
        assert self.process.stdin  # noqa: S101
        self.process.stdin.write(json.dumps(order) + "\n")
        self.process.stdin.flush()

    def end(self) -> None:
        """Let it go."""
        self.process.terminate()
        self.process.wait(timeout=20)
        self.complaints.close()


@contextmanager
def subjects(people: int, names: Sequence[str]) -> Iterator[dict[str, Subject]]:
    """Yield the applications for a county of this size and stop them afterwards."""
    with ExitStack() as stack:
        found = {}
        for name in names:
            found[name] = start(PORTAL, FEW) if name == AMONG_FEW else start(name, people)
            stack.callback(found[name].end)
        yield found


def start(name: str, people: int, under: Sequence[str] = ()) -> Subject:
    """Return an application for a county of this size."""
    if name == DJANGO:
        return Subject(DJANGO_PYTHON, "bench.speed.apps.django_admin", _django_facts(people), under)
    given = {"url": settings_for(people).database_url} if name == STOCK else {"people": people}
    return Subject(sys.executable, f"bench.speed.apps.{name}", given, under)


def _django_facts(people: int) -> dict[str, Any]:
    url = settings_for(people).database_url
    engine = sa.create_engine(url)
    with engine.connect() as connection:
        draft = connection.scalar(
            sa.text(
                "SELECT d.id FROM section_draft d JOIN form f ON f.id = d.form_id "
                "WHERE f.child_id = :c AND d.section = 'independence'"
            ),
            {"c": MEASURED},
        )
        sent = connection.scalar(
            sa.text(
                "SELECT s.id FROM submission s JOIN form f ON f.id = s.form_id "
                "WHERE f.child_id = :c AND f.kind = 'request'"
            ),
            {"c": MEASURED},
        )
        senco = connection.scalar(
            sa.text("SELECT id FROM ab_user WHERE first_name = 'Sana' ORDER BY id LIMIT 1")
        )
    engine.dispose()
    return {
        "url": url,
        "senco": senco,
        "child": MEASURED,
        "draft": draft,
        "sent": sent,
        "rare": RARE,
        "common": COMMON,
    }


def measure(people: int, names: Sequence[str], rounds: int, each: int) -> Figures:
    """So many rounds; in each, every page of every application so many times, the applications in turn."""
    heard: dict[tuple[str, str], list[dict[str, Any]]] = {}
    with subjects(people, names) as running:
        for name, subject in running.items():
            for page in subject.pages:
                subject.measure(page, WARM_UP)
                heard[name, page] = []
        for _ in range(rounds):
            for page in running[names[0]].pages:
                for name, subject in running.items():
                    if page in subject.pages:
                        heard[name, page].append(subject.measure(page, each))
    found: Figures = {name: {} for name in names}
    for (name, page), batches in heard.items():
        found[name][page] = _figure(batches)
    return found


def _figure(batches: list[dict[str, Any]]) -> Figure:
    cpu = [one for batch in batches for one in batch["cpu"]]
    wall = [one for batch in batches for one in batch["wall"]]
    database = median(batch["database"] for batch in batches)
    middle = median(wall)
    return Figure(
        cpu_ms=round((median(cpu) + database) * 1000, 3),
        database_ms=round(database * 1000, 3),
        median_ms=round(middle * 1000, 3),
        p95_ms=round(quantiles(wall, n=20)[-1] * 1000, 3),
        a_second=round(1 / middle, 1),
        statements=batches[-1]["statements"],
        bytes=batches[-1]["bytes"],
    )
