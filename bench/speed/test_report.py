"""What is promised about speed, and how figures are judged by it."""

from dataclasses import replace

import pytest

from bench.speed.report import MAIN, MOST_STATEMENTS, OURS, PAGES, promises
from bench.speed.runner import AMONG_FEW, DJANGO, PORTAL, STOCK, Figure, Figures

ONE = Figure(
    cpu_ms=1.0, database_ms=0.0, median_ms=1.0, p95_ms=1.0, a_second=1000.0, statements=4, bytes=9_000
)
READ = [page for page in (*MAIN, "search_common") if page not in (*OURS, "save")]


def measured(**cpu_ms: float) -> Figures:
    """Every application takes so much for every page: a millisecond, unless a test sets it."""
    every = {PORTAL: 1.0, STOCK: 10.0, DJANGO: 10.0, AMONG_FEW: 1.0}
    keys = ("portal", "stock", "django", "few")
    figures = {
        name: {page: replace(ONE, cpu_ms=cpu_ms.get(key, each)) for page in PAGES}
        for (name, each), key in zip(every.items(), keys, strict=True)
    }
    for name in (STOCK, DJANGO):
        figures[name] = {page: one for page, one in figures[name].items() if page not in OURS}
    return figures


def broken(figures: Figures) -> list[str]:
    return [one.name for one in promises(figures) if not one.met]


def test_a_portal_that_takes_a_tenth_breaks_nothing():
    results = list(promises(measured()))

    assert all(one.met for one in results)
    assert len([one for one in results if "less CPU" in one.name]) == 2 * len(READ) + 1


@pytest.mark.parametrize(
    ("figures", "words", "pages"),
    [
        ({"stock": 2.9}, "less CPU than stock AppBuilder", READ),
        ({"stock": 3.1}, "less CPU than stock AppBuilder", []),
        ({"django": 1.9}, "less CPU than Django's admin", READ),
        ({"django": 0.6}, "less CPU than Django's admin", [*READ, "save"]),
        ({"few": 0.1}, "growth of CPU with the number of people", [*MAIN, "search_common"]),
    ],
)
def test_a_page_that_becomes_dearer_breaks_its_promise(figures, words, pages):
    assert sorted(broken(measured(**figures))) == sorted(f"{PAGES[page]}: {words}" for page in pages)


def test_a_page_that_asks_too_often_breaks_its_promise():
    figures = measured()
    figures[PORTAL]["save"] = replace(ONE, statements=MOST_STATEMENTS + 1)

    assert broken(figures) == ["Saving a section: statements"]
