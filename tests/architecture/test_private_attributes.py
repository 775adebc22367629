"""Libraries are used through their public interface: no name of theirs that begins with an underscore."""

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

OVERRIDE_POINTS = {
    "_add": "Flask-AppBuilder's add, which a view may wrap (CRUD views, 'Customizing')",
    "_edit": "Flask-AppBuilder's edit, likewise",
    "_show": "Flask-AppBuilder's record page, likewise",
    "_base_filters": "what Flask-AppBuilder makes of base_filters",
    "_related_views": "what Flask-AppBuilder makes of related_views",
    "_get_show_widget": "Flask-AppBuilder's widget of a record",
}
"""Names of Flask-AppBuilder that its views are meant to be extended by, and why each is used."""


def sources() -> list[tuple[Path, ast.Module]]:
    files = [
        *(ROOT / "app").rglob("*.py"),
        *(ROOT / "startup").rglob("*.py"),
        ROOT / "run.py",
        ROOT / "config.py",
    ]
    return [(path, ast.parse(path.read_text(encoding="utf-8"))) for path in files]


def own_names(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            yield node.name
        elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
            yield node.attr
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id


def private_names(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and node.attr.startswith("_") and not node.attr.startswith("__"):
            on_self = isinstance(node.value, ast.Name) and node.value.id in {"self", "cls"}
            if isinstance(node.ctx, ast.Load) or not on_self:
                yield node.attr
        elif isinstance(node, ast.ImportFrom) and not (node.module or "").startswith(("app", "startup")):
            yield from (name.name for name in node.names if name.name.startswith("_"))


def test_no_private_name_of_a_library_is_used() -> None:
    trees = sources()
    ours = {name for _path, tree in trees for name in own_names(tree)} - {"_login_user"}

    used = {
        f"{path.relative_to(ROOT)}: {name}"
        for path, tree in trees
        for name in private_names(tree)
        if name not in ours and name not in OVERRIDE_POINTS
    }

    assert used == set()


def test_every_override_point_listed_is_used() -> None:
    used = {name for _path, tree in sources() for name in private_names(tree)} | {
        node.name for _path, tree in sources() for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)
    }

    assert set(OVERRIDE_POINTS) - used == set()
