"""Look for known vulnerabilities and secrets in the code, and write the bill of materials: `make audit`.

The tools live in .venv-audit, apart from what the portal and its tests run on. Only pip-audit asks the network.
"""

from __future__ import annotations

import fnmatch
import hashlib
import json
import re
import subprocess
import sys
import tempfile
import time
import tomllib
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
TOOLS = ROOT / ".venv-audit/bin"
RULES = ROOT / "tests/rules"
KNOWN_SECRETS = RULES / "known_secrets.json"
MATERIALS = ROOT / "dist/sbom.json"
HASHES = r"requirements[\w-]*\.txt|frontend/package-lock\.json|app/static/build/.*|app/templates/appbuilder/originals\.json|tests/rules/known_secrets\.json"
"""Lists of hashes, and files built from files that are checked."""
JUDGED = ("app", "startup", "config.py", "run.py")

PASSED_OVER = {
    ("startup/flask_settings.py", "B105"): "the word False switches a setting off and is no password",
    (
        "bench/*",
        "B105",
    ): "accounts of a proof live as long as the proof; detect-secrets still asks about each",
    ("bench/*", "B106"): "the same",
    ("app/seed/bulk.py", "B608"): "the names of our own tables",
}
"""What bandit finds and ruff does not, so that no comment at the line has to serve both."""


UNREACHED = ("connect", "Connection", "timed out", "Timeout", "Max retries", "HTTPError", "resolve")
"""Words in pip-audit’s output when no index answered."""


class Unfit(Exception):
    """A tool found something or failed."""


class NoAnswer(Exception):
    """The index could not be reached; this is printed and is no failure."""


def ran(*command: str | Path, folder: Path = ROOT, fine: Iterable[int] = (0,)) -> str:
    """Return a tool's output. Raises Unfit if it fails, so that a failure never counts as no finding."""
    arguments = [str(part) for part in command]
    done = subprocess.run(arguments, cwd=folder, capture_output=True, text=True, check=False)  # noqa: S603 - our own tools
    if done.returncode not in fine:
        raise Unfit(f"{Path(command[0]).name} failed ({done.returncode}): {done.stderr.strip()[-2000:]}")
    return done.stdout


def passed_over(path: str, line: str, test: str) -> bool:
    """Tell whether a finding is silenced: ruff's S rules have bandit's numbers, so one comment serves both."""
    code = "S" + test[1:]
    silenced = re.search(r"# noqa: ([A-Z0-9, ]+)", line)
    if silenced and code in re.split(r"[ ,]+", silenced[1]):
        return True
    ignored = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["ruff"]["lint"]["per-file-ignores"]
    if any(fnmatch.fnmatch(path, pattern) and code in codes for pattern, codes in ignored.items()):
        return True
    return any(fnmatch.fnmatch(path, where) and test == which for where, which in PASSED_OVER)


def dangerous_python(root: Path = ROOT, places: Iterable[str] = (*JUDGED, "bench")) -> list[str]:
    """Return bandit's findings that are not silenced."""
    # B404 is every import of subprocess; each call is judged instead.
    output = ran(
        TOOLS / "bandit", "-q", "-f", "json", "--skip", "B404", "-r", *places, folder=root, fine=(0, 1)
    )
    report = json.loads(output)
    if report["errors"]:
        raise Unfit(f"bandit could not read: {report['errors']}")
    found = []
    for each in report["results"]:
        path = each["filename"].removeprefix("./")
        lines = (root / path).read_text(encoding="utf-8").splitlines()
        if not any(passed_over(path, lines[number - 1], each["test_id"]) for number in each["line_range"]):
            found.append(f"{path}:{each['line_number']} {each['test_id']} {each['issue_text']}")
    return found


def broken_rules(
    root: Path = ROOT, places: Iterable[str] = JUDGED, rules: Path = RULES
) -> list[tuple[str, str, int]]:
    """Return rule, file and line of each breach of our own rules; no comment at a line silences one."""
    each_rule = [part for path in sorted(rules.glob("*.yml")) for part in ("--config", path)]
    output = ran(
        TOOLS / "semgrep", "scan", "--metrics", "off", "--disable-version-check", "--disable-nosem", "--quiet", "--json",
        "--no-git-ignore", *each_rule, *places, folder=root,
    )  # fmt: skip
    report = json.loads(output)
    if report["errors"]:
        raise Unfit(f"semgrep could not read: {report['errors']}")
    read = set(report["paths"]["scanned"])
    unread = [
        str(path.relative_to(root))
        for place in places
        for path in ([root / place] if (root / place).is_file() else (root / place).rglob("*.py"))
        if str(path.relative_to(root)) not in read
    ]
    if unread:
        raise Unfit(f"semgrep passed over {unread}")
    return sorted(
        {(one["check_id"].split(".")[-1], one["path"], one["start"]["line"]) for one in report["results"]}
    )


def ours_broken() -> list[str]:
    """Return the breaches as sentences."""
    return [f"{path}:{line} breaks {rule} (tests/rules/{rule}.yml)" for rule, path, line in broken_rules()]


def secrets_in(root: Path = ROOT) -> dict[str, dict[str, int]]:
    """Return what looks like a secret: file to fingerprint to line."""
    files = [
        name
        for name in ran(
            "git", "ls-files", "--cached", "--others", "--exclude-standard", folder=root
        ).splitlines()
        if (root / name).is_file() and not re.fullmatch(HASHES, name)
    ]
    found: dict[str, dict[str, int]] = {}
    for name, secrets in json.loads(ran(TOOLS / "detect-secrets", "scan", *files, folder=root))[
        "results"
    ].items():
        for each in secrets:
            mark = hashlib.sha256(f"{each['type']} {each['hashed_secret']}".encode()).hexdigest()[:16]
            found.setdefault(name, {})[mark] = each["line_number"]
    return found


def left_behind(root: Path = ROOT, known: Path = KNOWN_SECRETS) -> list[str]:
    """Return secrets that are not in the list of known ones, and known ones that are gone."""
    answered = json.loads(known.read_text())
    found = secrets_in(root)
    new = [
        f'{name}:{line} looks like a secret. If it is none, add "{mark}" to {name} in tests/rules/known_secrets.json, with why'
        for name, marks in found.items()
        for mark, line in marks.items()
        if mark not in answered.get(name, {}).get("marks", ())
    ]
    gone = [
        f"{name}: {mark} is not there any more; take it out of tests/rules/known_secrets.json"
        for name, each in answered.items()
        for mark in each["marks"]
        if (root / name).exists() and mark not in found.get(name, {})
    ]
    return new + gone


def bill_of_materials(target: Path = MATERIALS, listed: Path = ROOT / "requirements.txt") -> list[str]:
    """Write the portal's packages as CycloneDX: the same bytes for the same requirements.txt."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        plain = Path(folder, listed.name)  # without notes of who needs what, which would be descriptions
        plain.write_text(re.sub(r"^ +# .*\n", "", listed.read_text(), flags=re.MULTILINE))
        ran(
            TOOLS / "cyclonedx-py", "requirements", "--output-reproducible", "--of", "JSON", "--validate",
            "--pyproject", ROOT / "pyproject.toml", "-o", target, plain,
        )  # fmt: skip
    named = {
        (one["name"].lower().replace("_", "-"), one["version"])
        for one in json.loads(target.read_text())["components"]
    }
    wanted = set(re.findall(r"^([\w.-]+)(?:\[[^\]]*\])?==([^\s;\\]+)", listed.read_text(), re.MULTILINE))
    return [f"{name} {version} is not on the bill" for name, version in sorted(wanted - named)]


def known_vulnerabilities(listed: Path = ROOT / "requirements.txt") -> list[str]:
    """Return the known vulnerabilities of the pinned packages. Raises NoAnswer if no index answers."""
    command = [
        str(TOOLS / "pip-audit"), "--require-hashes", "--disable-pip", "-r", str(listed),
        "--format", "json", "--progress-spinner", "off", "--timeout", "15",
    ]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - our own tools
    if not done.stdout.strip():
        last = (done.stderr.strip().splitlines() or ["no output"])[-1]
        if any(word in last for word in UNREACHED):
            raise NoAnswer("the index of vulnerabilities could not be reached")
        raise Unfit(f"pip-audit failed ({done.returncode}): {last}")
    found, unknown = vulnerabilities_in(json.loads(done.stdout))
    if unknown and not found:
        raise NoAnswer(
            f"the index of vulnerabilities knows nothing of {len(unknown)} packages ({unknown[0]} …)"
        )
    return found


def vulnerabilities_in(report: dict[str, Any]) -> tuple[list[str], list[str]]:
    """Return what pip-audit found, a line each, and the packages it could not look up."""
    found = [
        f"{one['name']} {one['version']} has {each['id']}: "
        f"{', '.join(each['fix_versions']) or 'no version'} fixes it"
        for one in report["dependencies"]
        for each in one.get("vulns", ())
    ]
    return found, [one["name"] for one in report["dependencies"] if "skip_reason" in one]


LOOKS: dict[str, Callable[[], list[str]]] = {
    "Dangerous Python (bandit)": dangerous_python,
    "The portal's own rules (semgrep)": ours_broken,
    "Secrets left behind (detect-secrets)": left_behind,
    "Bill of materials (CycloneDX)": bill_of_materials,
    "Known vulnerabilities (pip-audit)": known_vulnerabilities,
}


def main() -> int:
    """Run every check and return 1 if any found something."""
    bad = 0
    for name, look in LOOKS.items():
        begun = time.monotonic()
        try:
            found = look()
        except NoAnswer as reason:
            print(f"{name}: NOT LOOKED UP, {reason}", flush=True)  # noqa: T201 - a command
            continue
        except (Unfit, OSError) as problem:
            found = [str(problem)]
        bad += len(found)
        print(f"{name}: {len(found) or 'nothing'} found ({time.monotonic() - begun:.0f} s)", flush=True)  # noqa: T201 - a command
        for each in found:
            print(f"  {each}", file=sys.stderr, flush=True)  # noqa: T201 - a command
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
