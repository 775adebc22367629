"""The figures as people read them: a page of text, a table for the README, a chart."""

from collections.abc import Iterable
from dataclasses import dataclass
from html import escape

from bench.promises import Promise
from bench.speed.runner import AMONG_FEW, DJANGO, PORTAL, STOCK, Figures

PAGES = {
    "home": "Home, SENCO",
    "mine": "SEND area: my children",
    "all": "All children, officer",
    "search": "Search, rare surname",
    "search_common": "Search, common surname",
    "child": "A child’s page, officer",
    "section": "A section of a form",
    "save": "Saving a section",
    "read": "Reading what was sent",
    "team_home": "Home, officer",
    "overdue": "Overdue advice, officer",
    "duplicates": "Possible duplicates, officer",
    "inbox": "Messages, officer",
    "requests": "All requests, officer",
    "advice": "All advice, newest first, officer",
    "letters": "All messages, officer",
    "requests_common": "Requests by a common surname",
}
NAMES = {PORTAL: "Portal", STOCK: "Stock AppBuilder", DJANGO: "Django admin"}
OURS = ("team_home", "overdue", "duplicates", "inbox", "requests", "advice", "letters", "requests_common")
"""Pages with no counterpart in the others: only their growth and statements are reported."""
MAIN = ("home", "mine", "all", "search", "child", "section", "save", "read", *OURS)
SEARCHES = ("search", "search_common", "requests_common")
MOST_GROWTH, MOST_SEARCH_GROWTH, MOST_STATEMENTS = 1.3, 2.0, 12


@dataclass(frozen=True)
class Compared:
    """How many times less CPU than another application a page is promised to take."""

    words: str
    other: str
    reading: float
    saving: float | None
    """Below 1: saving may take more. None: nothing is promised of it."""

    def judge(self, figures: Figures, page: str) -> Promise | None:
        """Return whether the promise about this page is met; None where nothing is promised."""
        promised = self.saving if page == "save" else self.reading
        found = ratio(figures, page, self.other, PORTAL)
        if found is None or promised is None:
            return None
        name = f"{PAGES[page]}: {self.words}"
        return Promise(name, f"{found:.2f}×", f"at least {promised:.2g}×", found >= promised)


COMPARED = (
    Compared("less CPU than stock AppBuilder", STOCK, reading=3.0, saving=None),
    Compared("less CPU than Django's admin", DJANGO, reading=2.0, saving=1 / 1.5),
)


def ratio(figures: Figures, page: str, over: str, under: str) -> float | None:
    """How many times as much CPU one application takes as another for a page."""
    if page not in figures.get(over, {}) or page not in figures.get(under, {}):
        return None
    return figures[over][page].cpu_ms / figures[under][page].cpu_ms


def table(figures: Figures) -> list[str]:
    """Return a Markdown table: CPU a request, ratios, time, statements, bytes, growth."""
    head = ["Page", "Portal, CPU ms", "Stock AppBuilder", "Django admin"]
    head += [
        "Stock ÷ portal",
        "Django ÷ portal",
        "Median ms",
        "p95 ms",
        "a second",
        "Statements",
        "Bytes",
        "Growth",
    ]
    lines = [f"| {' | '.join(head)} |", f"|{'---|' * len(head)}"]
    for page, words in PAGES.items():
        ours = figures[PORTAL][page]
        cells = [words, f"{ours.cpu_ms:.2f}"]
        cells += [
            f"{figures[name][page].cpu_ms:.2f}" if page in figures.get(name, {}) else ""
            for name in (STOCK, DJANGO)
        ]
        cells += [_times(ratio(figures, page, *pair)) for pair in ((STOCK, PORTAL), (DJANGO, PORTAL))]
        cells += [
            f"{ours.median_ms:.2f}",
            f"{ours.p95_ms:.2f}",
            f"{ours.a_second:.0f}",
            str(ours.statements),
            f"{ours.bytes:,}",
        ]
        cells.append(_times(growth(figures, page)))
        lines.append(f"| {' | '.join(cells)} |")
    return lines


def _times(value: float | None) -> str:
    return "" if value is None else f"{value:.2f}×"


def growth(figures: Figures, page: str) -> float | None:
    """How many times as much a page takes with all the people as with few."""
    return ratio(figures, page, PORTAL, AMONG_FEW)


def promises(figures: Figures) -> Iterable[Promise]:
    """Return the promises about performance, page by page."""
    for page in (*MAIN, "search_common"):
        for each in COMPARED:
            if (judged := each.judge(figures, page)) is not None:
                yield judged
        grown = growth(figures, page)
        if grown is not None:
            limit = MOST_SEARCH_GROWTH if page in SEARCHES else MOST_GROWTH
            name = f"{PAGES[page]}: growth of CPU with the number of people"
            yield Promise(name, f"{grown:.2f}×", f"at most {limit:g}×", grown <= limit)
        count = figures[PORTAL][page].statements
        yield Promise(
            f"{PAGES[page]}: statements", str(count), f"at most {MOST_STATEMENTS}", count <= MOST_STATEMENTS
        )


def chart(figures: Figures, people: int, machine: str) -> str:
    """Bars of CPU a request, as SVG: shorter is better."""
    names = [name for name in (PORTAL, DJANGO, STOCK) if name in figures]
    colours = {PORTAL: "#00534c", DJANGO: "#b58840", STOCK: "#ca3535"}
    compared = [page for page in PAGES if page not in OURS]
    longest = max(figures[name][page].cpu_ms for name in names for page in compared)
    left, width, bar = 190, 520, 11
    block = bar * len(names) + 12
    height = 62 + block * len(compared) + 34
    title = f"CPU milliseconds for one request, {people:,} people (shorter is better)"
    box = f"0 0 {left + width + 70} {height}"
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{box}" role="img" aria-labelledby="t" font-size="12" font-family="Arial">',
        f'<title id="t">{escape(title)}</title><rect width="100%" height="100%" fill="#fff"/>',
        f'<text x="10" y="20" font-size="15" font-weight="bold">{escape(title)}</text>',
    ]
    for place, name in enumerate(names):
        x = 10 + place * 150
        parts.append(f'<rect x="{x}" y="32" width="12" height="12" fill="{colours[name]}"/>')
        parts.append(f'<text x="{x + 17}" y="42">{escape(NAMES[name])}</text>')
    for row, page in enumerate(compared):
        words = PAGES[page]
        top = 62 + row * block
        parts.append(f'<text x="{left - 8}" y="{top + block / 2}" text-anchor="end">{escape(words)}</text>')
        for place, name in enumerate(names):
            value = figures[name][page].cpu_ms
            long, y = max(value / longest * width, 1), top + place * bar
            parts.append(
                f'<rect x="{left}" y="{y}" width="{long:.1f}" height="{bar - 2}" fill="{colours[name]}"/>'
            )
            parts.append(f'<text x="{left + long + 4:.1f}" y="{y + 8}" font-size="9">{value:.1f}</text>')
    parts.append(
        f'<text x="10" y="{height - 12}" font-size="10" fill="#484949">{escape(machine)}</text></svg>'
    )
    return "\n".join(parts) + "\n"
