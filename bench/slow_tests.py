"""Run the tests that `make test` leaves out: those over five seconds, and those that measure time."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from bench.promises import Options, Promise, holds

ROOT = Path(__file__).resolve().parents[1]


def prove(options: Options) -> Iterator[Promise]:
    """Run the tests marked "slow", one after the other."""
    environ = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    environ |= {"TEST_DATABASE_URL": options.database} if options.database else {}
    environ |= {"TEST_REDIS_URL": options.redis} if options.redis else {}
    command = [sys.executable, "-m", "pytest", "-q", "-m", "slow", "-n", "0", "--show-capture=no", "tests"]
    ended = subprocess.run(command, cwd=ROOT, env=environ, capture_output=True, text=True, check=False)
    lines = ended.stdout.splitlines()
    for line in lines:
        if line.startswith(("FAILED", "ERROR")):
            options.notes(line)
    figure = next((line for line in reversed(lines) if " passed" in line or " failed" in line), "no test ran")
    yield holds(
        "The tests that take over five seconds or measure time", ended.returncode == 0, figure, "passed"
    )
