"""What is promised about speed, what is aimed at, and how figures are judged by both."""

from dataclasses import replace

import pytest

from bench.speed.report import COMPARED, MAIN, MOST_STATEMENTS, PAGES, promises
from bench.speed.runner import AMONG_FEW, DJANGO, FLOOR, PORTAL, STOCK, Figure, Figures

ONE = Figure(
    cpu_ms=1.0, database_ms=0.0, median_ms=1.0, p95_ms=1.0, a_second=1000.0, statements=4, bytes=9_000
)


def measured(**cpu_ms: float) -> Figures:
    """Every application takes so much for every page: a millisecond, unless a test sets it."""
    every = {PORTAL: 1.0, FLOOR: 0.5, STOCK: 10.0, DJANGO: 10.0, AMONG_FEW: 1.0}
    return {
        name: {page: replace(ONE, cpu_ms=cpu_ms.get(key, each)) for page in PAGES}
        for (name, each), key in zip(
            every.items(), ("portal", "floor", "stock", "django", "few"), strict=True
        )
    }


def broken(figures: Figures) -> list[str]:
    return [one.name for one in promises(figures) if not one.met]


def test_a_portal_that_reaches_every_aim_breaks_nothing():
    results = list(promises(measured()))

    assert all(one.met for one in results)
    assert not [one for one in results if "not reached" in one.limit]
    assert len([one for one in results if "aim" in one.limit]) == 3 * len((*MAIN, "search_common"))


def test_a_missed_aim_is_reported_and_breaks_nothing():
    results = list(promises(measured(stock=5.0, django=3.0, floor=0.25)))

    assert all(one.met for one in results)
    assert all("not reached" in one.limit for one in results if "aim" in one.limit)


@pytest.mark.parametrize(
    ("figures", "words"),
    [
        ({"floor": 0.01}, "CPU against the floor"),
        ({"stock": 0.3}, "less CPU than stock AppBuilder"),
        ({"django": 0.2}, "less CPU than Django's admin"),
        ({"few": 0.1}, "growth of CPU with the number of people"),
    ],
)
def test_a_page_that_becomes_dearer_breaks_its_promise(figures, words):
    found = broken(measured(**figures))

    assert found == [f"{PAGES[page]}: {words}" for page in (*MAIN, "search_common")]


def test_a_page_that_asks_too_often_breaks_its_promise():
    figures = measured()
    figures[PORTAL]["save"] = replace(ONE, statements=MOST_STATEMENTS + 1)

    assert broken(figures) == ["Saving a section: statements"]


def test_no_promise_asks_for_more_than_its_aim():
    for each in COMPARED:
        for page in MAIN:
            promised = each.promised(page)
            assert promised >= each.aim if each.other == FLOOR else promised <= each.aim
