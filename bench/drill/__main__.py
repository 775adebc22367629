"""The drill on its own: `python -m bench.drill [--database URL] [--people N]`."""

import argparse
import sys
import tempfile
from pathlib import Path

from bench.drill.proof import PEOPLE, drill
from bench.promises import Options


def main() -> int:
    """Print each promise; 1 when one is broken."""
    parser = argparse.ArgumentParser(prog="python -m bench.drill", description=__doc__)
    parser.add_argument("--database", help="a PostgreSQL server to make databases on; without: SQLite")
    parser.add_argument("--people", type=int, default=PEOPLE)
    asked = parser.parse_args()
    broken = 0
    with tempfile.TemporaryDirectory(prefix="drill-") as folder:
        for promise in drill(Options(Path(folder), database=asked.database), asked.people):
            broken += not promise.met
            mark = "met   " if promise.met else "BROKEN"
            print(f"{mark}  {promise.name}: {promise.figure} (promised: {promise.limit})", flush=True)
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
