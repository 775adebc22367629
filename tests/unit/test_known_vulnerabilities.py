"""Known vulnerabilities of the pinned packages are reported, and so is an index that does not answer."""

import json
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from scripts import audit

CLEAN = {"name": "flask", "version": "3.1.3", "vulns": []}
SKIPPED = {"name": "zxcvbn", "skip_reason": "Dependency not found on PyPI and could not be audited"}
VULNERABLE = {
    "name": "idna",
    "version": "3.6",
    "vulns": [{"id": "PYSEC-2024-60", "fix_versions": ["3.7"], "aliases": [], "description": "slow"}],
}
Tool = Callable[[str, str, int], None]


@pytest.fixture
def tool(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Tool:
    """A program in pip-audit's place that says this and ends so."""

    def place(stdout: str, stderr: str, code: int) -> None:
        for name, text in (("said", stdout), ("complained", stderr)):
            (tmp_path / name).write_text(text)
        program = tmp_path / "pip-audit"
        program.write_text(f"#!/bin/sh\ncat {tmp_path}/said; cat {tmp_path}/complained >&2; exit {code}\n")
        program.chmod(program.stat().st_mode | stat.S_IXUSR)
        monkeypatch.setattr(audit, "TOOLS", tmp_path)
        monkeypatch.setattr(audit, "LOOKS", {"Vulnerabilities": audit.known_vulnerabilities})

    return place


def report(*packages: dict[str, Any]) -> str:
    return json.dumps({"dependencies": packages, "fixes": []})


def test_a12_a_known_vulnerability_fails_the_audit(tool: Tool, capsys: pytest.CaptureFixture[str]) -> None:
    tool(report(CLEAN, VULNERABLE, SKIPPED), "Found 1 known vulnerability", 1)

    assert audit.main() == 1
    stdout = capsys.readouterr()
    assert "1 found" in stdout.out and "idna 3.6 has PYSEC-2024-60: 3.7 fixes it" in stdout.err


@pytest.mark.parametrize(
    ("stdout", "stderr"),
    [
        ("", "ERROR:pip_audit._cli:Could not connect to PyPI's vulnerability feed"),
        ("", "requests.exceptions.ConnectionError: Max retries exceeded"),
        (report(CLEAN, SKIPPED), "No known vulnerabilities found"),
    ],
)
def test_a12_an_index_that_does_not_answer_is_reported_and_fails_nothing(
    tool: Tool, capsys: pytest.CaptureFixture[str], stdout: str, stderr: str
) -> None:
    tool(stdout, stderr, 1 if not stdout else 0)

    assert audit.main() == 0
    assert "NOT LOOKED UP, the index of vulnerabilities" in capsys.readouterr().out


def test_a12_packages_without_a_known_vulnerability_pass(
    tool: Tool, capsys: pytest.CaptureFixture[str]
) -> None:
    tool(report(CLEAN), "No known vulnerabilities found", 0)

    assert audit.main() == 0
    assert "nothing found" in capsys.readouterr().out


def test_a12_a_tool_that_fails_is_not_taken_for_one_that_found_nothing(
    tool: Tool, capsys: pytest.CaptureFixture[str]
) -> None:
    tool("", "ERROR:pip_audit._cli:requirement flask is not pinned", 1)

    assert audit.main() == 1
    assert "is not pinned" in capsys.readouterr().err
