"""Check the subjects of commits: imperative, capitalised, at most 72 characters, no full stop.

`python -m scripts.check_commits [BASE]` checks the commits since BASE; without it those since origin/main, or the last 20.
"""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
LONGEST = 72
NUMBER = 20
FIRST = "aaea0ebfd551"
"""The check covers the commits after this one; older subjects stay as they are."""
NOT_IMPERATIVE = re.compile(r"(?<!e)ed$|ing$|(?<!s)s$")
IMPERATIVES = frozenset(
    {"Bring", "Embed", "Focus", "Ping", "Shed", "Shred", "String", "Swing", "Bias", "Canvas"}
)
"""Verbs that look like another form."""


def problem(subject: str) -> str | None:
    """Return what is wrong with a commit subject, or None."""
    first = subject.split(maxsplit=1)[0] if subject.strip() else ""
    if not first[:1].isupper():
        return "begin with a capital letter"
    if first not in IMPERATIVES and NOT_IMPERATIVE.search(first):
        return f"begin with an imperative verb, not “{first}”"
    if len(subject) > LONGEST:
        return f"use at most {LONGEST} characters, not {len(subject)}"
    if subject.endswith("."):
        return "leave out the full stop"
    return None


def subjects(base: str | None) -> list[str]:
    """Return the subjects of the commits since the base, or of the last 20, without merges."""
    since = [f"^{base}"] if base else [f"-{NUMBER}"]
    if _exists(FIRST):
        since.append(f"^{FIRST}")
    return _git("log", "--no-merges", "--format=%s", "HEAD", *since).splitlines()


def default_base() -> str | None:
    """Return origin/main, or None if there is no such branch or nothing has been committed since."""
    if not _exists("origin/main") or _git("rev-parse", "HEAD") == _git("rev-parse", "origin/main"):
        return None
    return "origin/main"


def _exists(commit: str) -> bool:
    try:
        _git("rev-parse", "--verify", "--quiet", f"{commit}^{{commit}}")
    except subprocess.CalledProcessError:
        return False
    return True


def _git(*words: str) -> str:
    run = subprocess.run(["git", *words], cwd=ROOT, capture_output=True, text=True, check=True)  # noqa: S603, S607
    return run.stdout


def main(arguments: list[str]) -> int:
    """Print each wrong subject and return the exit code."""
    base = arguments[0] if arguments else default_base()
    wrong = [(subject, what) for subject in subjects(base) if (what := problem(subject))]
    for subject, what in wrong:
        print(f"Commit “{subject}”: {what}.")  # noqa: T201
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
