"""The figures as people read them: a page of text, a table for the README, a chart."""

from collections.abc import Iterable
from html import escape

from bench.promises import Promise
from bench.speed.runner import AMONG_FEW, DJANGO, FLOOR, PORTAL, STOCK, Figures

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
}
NAMES = {PORTAL: "Portal", FLOOR: "Floor", STOCK: "Stock AppBuilder", DJANGO: "Django admin"}
OURS = ("team_home", "overdue", "duplicates", "inbox")
"""Pages that the others have no like of: only their growth and their statements are told."""
MAIN = ("home", "mine", "all", "search", "child", "section", "save", "read", *OURS)
SEARCHES = ("search", "search_common")
MOST_OF_FLOOR, LESS_THAN_STOCK, LESS_THAN_DJANGO = 2.0, 8.0, 5.0
MOST_GROWTH, MOST_SEARCH_GROWTH, MOST_STATEMENTS = 1.3, 2.0, 12


def ratio(figures: Figures, page: str, over: str, under: str) -> float | None:
    """How many times as much CPU one application takes as another for a page."""
    if page not in figures.get(over, {}) or page not in figures.get(under, {}):
        return None
    return figures[over][page].cpu_ms / figures[under][page].cpu_ms


def table(figures: Figures) -> list[str]:
    """A Markdown table: CPU a request, ratios, time, statements, bytes, growth."""
    head = ["Page", "Portal, CPU ms", "Floor", "Stock AppBuilder", "Django admin", "Portal ÷ floor"]
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
            for name in (FLOOR, STOCK, DJANGO)
        ]
        cells += [
            _times(ratio(figures, page, *pair))
            for pair in ((PORTAL, FLOOR), (STOCK, PORTAL), (DJANGO, PORTAL))
        ]
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
    """What performance is promised, page by page, and whether it is kept."""
    for page in MAIN:
        for name, value, limit, wanted in (
            (
                f"{PAGES[page]}: CPU against the floor",
                ratio(figures, page, PORTAL, FLOOR),
                MOST_OF_FLOOR,
                "most",
            ),
            (
                f"{PAGES[page]}: less CPU than stock AppBuilder",
                ratio(figures, page, STOCK, PORTAL),
                LESS_THAN_STOCK,
                "least",
            ),
            (
                f"{PAGES[page]}: less CPU than Django's admin",
                ratio(figures, page, DJANGO, PORTAL),
                LESS_THAN_DJANGO,
                "least",
            ),
            (
                f"{PAGES[page]}: growth of CPU with the number of people",
                growth(figures, page),
                MOST_SEARCH_GROWTH if page in SEARCHES else MOST_GROWTH,
                "most",
            ),
        ):
            if value is not None:
                kept = value <= limit if wanted == "most" else value >= limit
                yield Promise(name, f"{value:.2f}×", f"at {wanted} {limit:g}×", kept)
        count = figures[PORTAL][page].statements
        yield Promise(
            f"{PAGES[page]}: statements", str(count), f"at most {MOST_STATEMENTS}", count <= MOST_STATEMENTS
        )


def chart(figures: Figures, people: int, machine: str) -> str:
    """Bars of CPU a request, as SVG: shorter is better."""
    names = [name for name in (FLOOR, PORTAL, DJANGO, STOCK) if name in figures]
    colours = {FLOOR: "#8eb8b3", PORTAL: "#00534c", DJANGO: "#b58840", STOCK: "#ca3535"}
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
