"""`make bench COUNT=1`: how many instructions a request takes, which is the same however busy the machine is.

Seconds are what people wait, and they differ by a third from one hour to the next on a machine that others use too.
Valgrind counts instead, at fifty times the time. Where the database is a process of its own, its work is not in it.
"""

import os
import re
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

from bench.speed.report import PAGES
from bench.speed.runner import DJANGO, PORTAL, STOCK, WARM_UP, start

TIMES = 3
Counts = dict[str, dict[str, float]]
"""Millions of instructions for one request, by application, by page."""


def count(people: int, names: Sequence[str]) -> Counts:
    """Each application by itself, every page of it."""
    return {name: _count_one(name, people) for name in names}


def _count_one(name: str, people: int) -> dict[str, float]:
    found = {}
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "counted"
        under = ("valgrind", "-q", "--tool=callgrind", "--instr-atstart=no", f"--callgrind-out-file={out}")
        subject = start(name, people, under)
        control = ("callgrind_control", str(subject.process.pid))
        for number, page in enumerate(subject.pages, 1):
            times = 1 if page == "save" else TIMES  # a second save of the same version would be refused
            subject.measure(page, WARM_UP)
            subject.say(page=page, times=times, hold=True)
            subject.hear()
            _run(*control, "-i", "on")
            subject.say()
            if not subject.hear()["right"]:
                raise RuntimeError(f"{name} did not answer {page} as it should")
            _run(*control, "-i", "off")
            _run(*control, "--dump")
            totals = re.search(r"^totals: (\d+)", Path(f"{out}.{number}").read_text(), re.MULTILINE)
            assert totals  # noqa: S101
            found[page] = int(totals[1]) / times / 1e6
        subject.end()
    return found


def _run(*command: str) -> None:
    subprocess.run(
        command,
        check=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env=os.environ | {"LC_ALL": "C"},
    )


def table(counts: Counts) -> list[str]:
    """Return a Markdown table: millions of instructions a request, and ratios."""
    heads = ["Page", "Portal, millions", "Stock AppBuilder", "Django admin"]
    heads += ["Stock ÷ portal", "Django ÷ portal"]
    lines = [_row(heads), _row(["---"] * len(heads))]
    for page, words in PAGES.items():
        portal, stock, django = (counts.get(name, {}).get(page) for name in (PORTAL, STOCK, DJANGO))
        if portal is None:
            continue
        cells = [words, *(f"{one:.1f}" if one else "" for one in (portal, stock, django))]
        cells += [f"{one / portal:.1f}×" if one else "" for one in (stock, django)]
        lines.append(_row(cells))
    return lines


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"
