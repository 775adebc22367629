"""The structure of the code: areas import downward only, files stay small, installed packages are pinned."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LONGEST_ROOM = 480
OURS = ("app", "startup", "tests", "bench", "devtools", "scripts")


def python_files(*folders: str) -> list[Path]:
    return sorted(path for folder in folders for path in (ROOT / folder).rglob("*.py"))


def pinned(name: str) -> dict[str, set[str]]:
    """Package to the versions a compiled list pins; more than one where Python versions differ."""
    versions: dict[str, set[str]] = {}
    for package, version in re.findall(
        r"^([\w.-]+)(?:\[[^\]]*\])?==([^\s;\\]+)", (ROOT / name).read_text(), re.MULTILINE
    ):
        versions.setdefault(package.lower().replace("_", "-"), set()).add(version)
    return versions


def asked_for(name: str) -> set[str]:
    lines = (ROOT / name).read_text().splitlines()
    wanted = [re.match(r"[\w.-]+", line) for line in lines if not line.startswith(("#", "-"))]
    return {found[0].lower().replace("_", "-") for found in wanted if found}


def test_areas_import_in_one_direction() -> None:
    ended = subprocess.run(
        [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
    )

    assert ended.returncode == 0, ended.stdout
    assert "Areas import in one direction KEPT" in ended.stdout
    assert "Rules import neither Flask nor SQLAlchemy KEPT" in ended.stdout


NOT_IMPORTED = {
    "tests": {"bench"},
    "bench": {"tests"},
    "devtools": {"bench", "tests"},
    "app": {"bench", "devtools", "scripts", "tests"},
    "startup": {"bench", "devtools", "scripts", "tests"},
}
"""What both tests and proofs need is in devtools/; the portal needs neither of them."""


def imported_by(path: Path) -> set[str]:
    """Return the first part of every module that this file imports."""
    nodes = list(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))
    names = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    names |= {node.module or "" for node in nodes if isinstance(node, ast.ImportFrom) and not node.level}
    return {name.partition(".")[0] for name in names}


@pytest.mark.parametrize("folder", NOT_IMPORTED)
def test_tests_proofs_and_portal_do_not_import_each_other(folder: str) -> None:
    found = {
        f"{path.relative_to(ROOT)} imports {name}"
        for path in python_files(folder)
        for name in imported_by(path) & NOT_IMPORTED[folder]
    }

    assert found == set()


def test_no_room_has_grown_too_big() -> None:
    lengths = {
        path.relative_to(ROOT): len(path.read_text(encoding="utf-8").splitlines())
        for path in [*python_files(*OURS), *ROOT.glob("*.py")]
    }

    assert {path: length for path, length in lengths.items() if length > LONGEST_ROOM} == {}


def test_every_room_says_what_it_is_for() -> None:
    silent = [
        path.relative_to(ROOT)
        for path in [*python_files("app", "startup"), ROOT / "config.py", ROOT / "run.py"]
        if path.read_text(encoding="utf-8").strip()
        and not ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
    ]

    assert silent == []


def test_models_only_re_exports_the_tables() -> None:
    body = ast.parse((ROOT / "app/models.py").read_text(encoding="utf-8")).body

    other = [
        ast.unparse(node)
        for node in body
        if not isinstance(node, ast.Import | ast.ImportFrom)
        and not (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant))
        and not (isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__")
    ]
    assert other == []


@pytest.mark.parametrize("name", ["requirements", "requirements-dev", "requirements-audit"])
def test_every_package_asked_for_is_pinned_with_hashes(name: str) -> None:
    text = (ROOT / f"{name}.txt").read_text()
    entries = re.split(r"\n(?=[a-z])", text[text.index("\n\n") + 1 if "\n\n" in text else 0 :])

    assert asked_for(f"{name}.in") <= set(pinned(f"{name}.txt"))
    bare = [entry.splitlines()[0] for entry in entries if "==" in entry and "--hash=sha256:" not in entry]
    assert bare == []


def test_every_library_is_listed_with_its_reason() -> None:
    table = re.findall(r"^\|([^|]+)\|[^|]+\|$", (ROOT / "CONTRIBUTING.md").read_text(), re.MULTILINE)
    named = {name for row in table for name in re.findall(r"[\w.-]+", row.lower())}

    assert asked_for("requirements.in") - named == set()


def test_what_is_tested_is_what_runs() -> None:
    running, testing = pinned("requirements.txt"), pinned("requirements-dev.txt")

    assert {name: versions for name, versions in running.items() if testing.get(name) != versions} == {}
