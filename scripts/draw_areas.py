"""Draw docs/pictures/areas.svg: the areas of app/ and the imports between them.

The order comes from the layers contract in pyproject.toml, the arrows from the imports in the code.
Run it after adding an import between two areas: `.venv/bin/python -m scripts.draw_areas`.
"""

from __future__ import annotations

import ast
import tomllib
from collections.abc import Iterator
from html import escape
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PICTURE = ROOT / "docs/pictures/areas.svg"
CONTRACT = "Areas import in one direction"
BOX_LEFT, BOX_WIDTH, BOX_HEIGHT, STEP, TOP = 300, 480, 46, 74, 84
WIDTH = 2 * BOX_LEFT + BOX_WIDTH
ATTRIBUTES = 'role="img" aria-labelledby="title listed" font-family="Arial, sans-serif"'
HEADING = "Areas: each imports only areas below it"
LEGEND = "Right: imports. Left, dashed: exceptions that are still to be removed."
STYLE = (
    "path{fill:none;stroke-width:1.5} .allowed{stroke:#1d70b8} "
    ".exception{stroke:#d4351c;stroke-dasharray:5 4} "
    "rect{fill:#fff;stroke:#0b0c0c;stroke-width:1.5} text{fill:#0b0c0c}"
)


def layers() -> list[str]:
    """Return the areas from the highest, which may import all others, to the lowest."""
    config = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    contracts = config["tool"]["importlinter"]["contracts"]
    contract = next(each for each in contracts if each["name"] == CONTRACT)
    return [layer.split(":")[0].strip().removeprefix("app.") for layer in contract["layers"]]


def description(area: str) -> str:
    """Return the first line of the area's docstring."""
    tree = ast.parse((ROOT / "app" / area / "__init__.py").read_text(encoding="utf-8"))
    return (ast.get_docstring(tree) or "").split("\n")[0].rstrip(".")


def imported(tree: ast.AST) -> Iterator[str]:
    """Yield the modules that a file imports at run time."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            continue
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
        else:
            yield from imported(node)


def arrows(areas: list[str]) -> set[tuple[str, str]]:
    """Return the pairs of areas of which the first imports the second."""
    found = set()
    for area in areas:
        for path in (ROOT / "app" / area).rglob("*.py"):
            for module in imported(ast.parse(path.read_text(encoding="utf-8"))):
                parts = module.split(".")
                if parts[0] == "app" and len(parts) > 1 and parts[1] in areas and parts[1] != area:
                    found.add((area, parts[1]))
    return found


def _arc(start: int, end: int, side: int, exception: bool) -> str:
    """Return one arrow between two rows, on the right (side 1) or, against the order, on the left (side -1)."""
    edge = BOX_LEFT + BOX_WIDTH if side == 1 else BOX_LEFT
    reach = edge + side * (30 + 26 * abs(end - start))
    down = 1 if end > start else -1
    y1 = TOP + start * STEP + BOX_HEIGHT // 2 + 10 * down
    y2 = TOP + end * STEP + BOX_HEIGHT // 2 - 10 * down
    kind = "exception" if exception else "allowed"
    path = f"M{edge},{y1} C{reach},{y1} {reach},{y2} {edge + side * 7},{y2}"
    return f'<path class="{kind}" marker-end="url(#{kind})" d="{path}"/>'


def draw() -> str:
    """Return the picture as SVG."""
    areas = layers()
    rows = {area: row for row, area in enumerate(areas)}
    edges = sorted(arrows(areas), key=lambda edge: (rows[edge[0]], rows[edge[1]]))
    down = [edge for edge in edges if rows[edge[0]] < rows[edge[1]]]
    up = [edge for edge in edges if rows[edge[0]] > rows[edge[1]]]
    height = TOP + len(areas) * STEP
    listed = "; ".join(
        f"{area} imports {', '.join(other for first, other in edges if first == area)}"
        for area in areas
        if any(first == area for first, _ in edges)
    )
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" {ATTRIBUTES}>',
        '<title id="title">The areas of app/ and their imports</title>',
        f'<desc id="listed">{escape(listed)}.</desc>',
        f"<style>{STYLE}</style>",
        "<defs>",
        *(
            f'<marker id="{name}" markerWidth="8" markerHeight="8" refX="6" refY="4" orient="auto">'
            f'<polygon points="0,0 8,4 0,8" fill="{colour}"/></marker>'
            for name, colour in (("allowed", "#1d70b8"), ("exception", "#d4351c"))
        ),
        "</defs>",
        f'<rect x="0" y="0" width="{WIDTH}" height="{height}" style="stroke:none"/>',
        f'<text x="{BOX_LEFT}" y="32" font-size="18" font-weight="bold">{HEADING}</text>',
        f'<text x="{BOX_LEFT}" y="56" font-size="14">{LEGEND}</text>',
        *(_arc(rows[first], rows[second], 1, exception=False) for first, second in down),
        *(_arc(rows[first], rows[second], -1, exception=True) for first, second in up),
    ]
    for area, row in rows.items():
        y = TOP + row * STEP
        lines += [
            f'<rect x="{BOX_LEFT}" y="{y}" width="{BOX_WIDTH}" height="{BOX_HEIGHT}" rx="3"/>',
            f'<text x="{BOX_LEFT + 12}" y="{y + 19}" font-size="15" font-weight="bold">{area}</text>',
            f'<text x="{BOX_LEFT + 12}" y="{y + 37}" font-size="12">{escape(description(area))}</text>',
        ]
    return "\n".join([*lines, "</svg>", ""])


if __name__ == "__main__":
    PICTURE.write_text(draw(), encoding="utf-8")
