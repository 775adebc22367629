"""What is promised about speed, for `make prove`.

In full: every ratio and every growth, with 100,000 people; beside what is promised it tells what is aimed at, and whether
that is reached. In short, for every change: that no page asks the database too often, and that none that is read costs
more than stock AppBuilder's.
"""

import os
from collections.abc import Iterable

from bench.promises import Options, Promise, at_most, holds
from bench.speed.report import MAIN, MOST_STATEMENTS, OURS, PAGES, promises, ratio
from bench.speed.runner import AMONG_FEW, DJANGO, DJANGO_PYTHON, FEW, PORTAL, STOCK, measure
from bench.speed.world import make_world

MANY = 100_000
HELD = 1.0
"""How many times less CPU than stock AppBuilder every page that is read takes at least, however busy the machine."""


def prove(options: Options) -> Iterable[Promise]:
    """Seed, measure, compare."""
    os.environ["BENCH_DIR"] = str(options.folder)
    os.environ.pop("DATABASE_URL", None)
    if options.database:
        os.environ["DATABASE_URL"] = options.database
    make_world(FEW)
    if options.short:
        yield from _short()
        return
    names = [PORTAL, STOCK, *([DJANGO] if DJANGO_PYTHON.exists() else [])]
    make_world(MANY)
    yield from promises(measure(MANY, [*names, AMONG_FEW], 10, 10))


def _short() -> Iterable[Promise]:
    figures = measure(FEW, [PORTAL, STOCK], 3, 5)
    for page in MAIN:
        yield at_most(f"{PAGES[page]}: statements", figures[PORTAL][page].statements, MOST_STATEMENTS)
        if page != "save" and page not in OURS:
            less = ratio(figures, page, STOCK, PORTAL) or 0.0
            yield holds(
                f"{PAGES[page]}: less CPU than stock AppBuilder",
                less >= HELD,
                f"{less:.1f}×",
                f"at least {HELD:g}×",
            )
