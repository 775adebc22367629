"""`make bench`: seeds the county, measures, prints a page of figures and keeps them in bench/results/."""

import argparse
import json
import os
import platform
import sys
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

from bench.promises import Promise
from bench.speed import counted
from bench.speed.report import chart, promises, table
from bench.speed.runner import AMONG_FEW, DJANGO, DJANGO_PYTHON, FEW, PORTAL, STOCK, Figures, measure
from bench.speed.world import make_world

RESULTS = Path(__file__).resolve().parent.parent / "results"


def main() -> int:
    """Run it all; 0 however the figures are: what is promised is judged by `make prove`."""
    asked = _asked()
    names = [PORTAL, STOCK]
    if not asked.quick and DJANGO_PYTHON.exists():
        names.append(DJANGO)
    people = FEW if asked.quick else asked.people
    if asked.count:
        make_world(people)
        return keep_counts(people, names, asked.name)
    rounds, each = (3, 5) if asked.quick else (asked.rounds, 10)
    began = machine()
    if people > FEW:
        make_world(FEW)
        names.append(AMONG_FEW)
    make_world(people)
    figures = measure(people, names, rounds, each)
    shown = list(promises(figures))
    text = page(figures, shown, people, began)
    print(text)
    if not asked.quick:
        keep(figures, shown, people, began, text, asked.name)
    return 0


def page(figures: Figures, shown: list[Promise], people: int, began: str) -> str:
    """Return a page of figures."""
    lines = [
        f"# What a page costs: {people:,} people on {_where()}",
        "",
        f"{datetime.now(UTC):%d %B %Y}. {began}; {machine()} at the end.",
        "CPU is the application's and its database's for one request, the median; the applications took turns.",
        f"Growth: CPU with {people:,} people against {FEW:,}." if AMONG_FEW in figures else "",
        "",
        *table(figures),
        "",
        *(
            f"- {'met' if one.met else '**not met**'}: {one.name}: {one.figure} ({one.limit})"
            for one in shown
        ),
    ]
    return "\n".join(lines) + "\n"


def machine() -> str:
    """Return the size and the load of the machine."""
    load = os.getloadavg()[0]
    return (
        f"{os.cpu_count()} cores ({platform.machine()}), Python {platform.python_version()}, load {load:.1f}"
    )


def keep(
    figures: Figures,
    shown: list[Promise],
    people: int,
    began: str,
    text: str,
    name: str,
) -> None:
    """Write JSON, table and chart."""
    RESULTS.mkdir(exist_ok=True)
    database = _where().lower()
    stem = RESULTS / (name or f"{datetime.now(UTC):%Y-%m-%d}-{people}-{database}")
    plain = {
        "people": people,
        "database": database,
        "machine": began,
        "figures": _plain(figures),
        "promises": [one.plain() for one in shown],
    }
    stem.with_suffix(".json").write_text(json.dumps(plain, indent=1) + "\n", encoding="utf-8")
    stem.with_suffix(".md").write_text(text, encoding="utf-8")
    stem.with_suffix(".svg").write_text(chart(figures, people, began), encoding="utf-8")
    print(f"Kept in {stem}.json, .md and .svg")


def keep_counts(people: int, names: list[str], name: str) -> int:
    """Count instructions, print a page of them and keep it."""
    lines = [f"# Instructions for a request: {people:,} people on {_where()}", ""]
    lines += [f"{datetime.now(UTC):%d %B %Y}. {machine()}. Counted by Valgrind.", ""]
    text = "\n".join([*lines, *counted.table(counted.count(people, names))]) + "\n"
    print(text)
    target = (
        RESULTS / f"{name or f'{datetime.now(UTC):%Y-%m-%d}-{people}-{_where().lower()}'}-instructions.md"
    )
    target.write_text(text, encoding="utf-8")
    print(f"Kept in {target}")
    return 0


def _where() -> str:
    return "PostgreSQL" if "DATABASE_URL" in os.environ else "SQLite"


def _plain(figures: Figures) -> dict[str, dict[str, dict[str, float]]]:
    return {name: {page: asdict(one) for page, one in pages.items()} for name, pages in figures.items()}


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.speed", description=__doc__)
    parser.add_argument("--people", type=int, default=int(os.environ.get("PEOPLE", "100000")))
    parser.add_argument("--rounds", type=int, default=10, help="each of ten requests a page")
    parser.add_argument("--quick", action="store_true", help="1,000 people, few requests, no Django: for CI")
    parser.add_argument("--count", action="store_true", help="instructions and not seconds (needs valgrind)")
    parser.add_argument("--name", default="", help="what to call the results")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
