"""The access tests notice every guard that is taken out: tests/access/mutations.py, started as a program of its own."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from bench.promises import Options, Promise

ROOT = Path(__file__).resolve().parents[1]


def prove(options: Options) -> Iterator[Promise]:
    """Take out every guard, in short a few of each kind. Raises CalledProcessError if that does not run to its end."""
    found = options.folder / "mutations.json"
    command = [sys.executable, "-m", "tests.access.mutations", "--json", str(found)]
    command += ["--short"] if options.short else []
    command += ["--database", options.database] if options.database else []
    ended = subprocess.run(command, cwd=ROOT, stdout=subprocess.DEVNULL, check=False)
    if not found.exists():
        ended.check_returncode()
    yield from (Promise(**one) for one in json.loads(found.read_text(encoding="utf-8")))
