"""The SEN team's pages on a demo of a county's size: no page costs much more than others, however many cases there are.

In short, for every change: that the demo is seeded in time, and that no page asks the database too often. In full also
what each page costs, since that depends on what else the machine does.
"""

import os
from collections.abc import Iterable

from bench.promises import Options, Promise, at_most
from bench.speed.report import MOST_STATEMENTS
from bench.speed.runner import measure
from bench.speed.world import COUNTY, make_county

SECONDS_TO_SEED = 120
OTHERS = ("child", "children")
"""What the team's other pages are measured by: a child's page, and the list of all children."""
PAGES = {
    "today": "Today, the whole team's",
    "today_overdue": "Today, what is overdue",
    "board": "The board of cases",
    "cases": "The list of cases",
    "cases_overdue": "The list of cases, overdue",
    "find": "The search box, a surname",
    "figures": "The manager's figures",
}
TIMES = 2.0
"""At most so many times the CPU of the dearer of OTHERS, in the same run."""


def prove(options: Options) -> Iterable[Promise]:
    """Seed, then measure the pages in turn."""
    os.environ["BENCH_DIR"] = str(options.folder)
    os.environ.pop("DATABASE_URL", None)
    if options.database:
        os.environ["DATABASE_URL"] = options.database
    seconds = make_county()
    yield at_most("8,000 children and 2,500 live cases are seeded", round(seconds), SECONDS_TO_SEED, " s")
    rounds, each = (1, 2) if options.short else (10, 10)
    figures = measure(0, [COUNTY], rounds, each)[COUNTY]
    others = max(figures[name].cpu_ms for name in OTHERS)
    for name, words in PAGES.items():
        found = figures[name]
        yield at_most(f"{words}: statements", found.statements, MOST_STATEMENTS)
        if not options.short:
            yield at_most(
                f"{words}: {found.cpu_ms:.1f} ms of CPU, times that of other pages",
                round(found.cpu_ms / others, 2),
                TIMES,
            )
