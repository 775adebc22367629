"""Each of the portal's own rules finds exactly what its examples call bad, and no exception is unused."""

import re
import shutil
from pathlib import Path

import pytest

from tests.rules.tools import RULES, audit

NAMES = sorted(path.stem for path in RULES.glob("*.yml"))

Found = set[tuple[str, str, int]]


@pytest.fixture(scope="module")
def found_in_examples(tmp_path_factory: pytest.TempPathFactory) -> Found:
    """semgrep passes over folders called tests, so the examples are looked at elsewhere."""
    folder = tmp_path_factory.mktemp("rules")
    shutil.copytree(
        RULES / "examples", folder / "examples", ignore=shutil.ignore_patterns("*.toml", "__pycache__")
    )
    (folder / "examples/sly.py").write_text("print('a name')  # nosemgrep\n")
    return set(audit.broken_rules(folder, ["examples"]))


def test_every_rule_has_examples_and_every_example_a_rule() -> None:
    assert NAMES
    assert (
        sorted(path.stem for path in (RULES / "examples").iterdir() if path.suffix in (".py", ".html"))
        == NAMES
    )


@pytest.mark.parametrize("name", NAMES)
def test_a_rule_finds_exactly_the_bad_examples(name: str, found_in_examples: Found) -> None:
    (example,) = (RULES / "examples").glob(f"{name}.*")
    lines = example.read_text().splitlines()
    bad = {number + 1 for number, line in enumerate(lines, start=1) if "ruleid" in line}

    assert len(bad) >= 2
    assert {
        line
        for rule, path, line in found_in_examples
        if rule == name and Path(path) == Path("examples", example.name)
    } == bad


def test_a_comment_at_the_line_silences_no_rule(found_in_examples: Found) -> None:
    assert ("printed-not-logged", "examples/sly.py", 1) in found_in_examples


def test_every_exception_has_a_reason_and_is_still_needed(tmp_path: Path) -> None:
    excepted = set()
    for name in NAMES:
        text = (RULES / f"{name}.yml").read_text()
        before, _, exceptions = text.partition("    exclude:\n")
        for line in exceptions.splitlines():
            path, reason = re.fullmatch(r" +- /(\S+)  # (.+)", line).groups()
            assert len(reason.split()) >= 3
            excepted.add((name, path))
        bare = before.removesuffix("  paths:\n") if "include:" not in before else before
        (tmp_path / f"{name}.yml").write_text(bare)

    found = {(rule, path) for rule, path, _ in audit.broken_rules(rules=tmp_path)}

    unused = {
        (name, path)
        for name, path in excepted
        if not any(
            rule == name and (where == path or (path.endswith("/") and where.startswith(path)))
            for rule, where in found
        )
    }
    assert unused == set()
    assert ("sql-written-as-text", "app/core/database/health.py") in found
