"""Prove the promises about loss, faults, access and speed: `python -m bench.prove [--short] [--only loss,restarts]`.

Each proof is a function that takes Options and yields Promises; add yours to PROOFS.
"""

import argparse
import json
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from importlib import import_module
from pathlib import Path

from bench.promises import NotHere, Options, Promise, holds

PROOFS: dict[str, str] = {
    "loss": "bench.loss:prove",
    "restarts": "bench.restarts:prove",
    "broken-version": "bench.restarts:prove_broken_version",
    "faults": "bench.faults:prove",
    "hosts": "bench.hosts:prove",
    "resources": "bench.resources:prove",
    "drill": "bench.drill.proof:prove",
    "drill-store": "bench.drill.proof:prove_store",
    "speed": "bench.speed.proof:prove",
    "county": "bench.county:prove",
    "access": "bench.access:prove",
    "slow-tests": "bench.slow_tests:prove",
}
"""Name to "module:function", imported only when it is run."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the chosen proofs and print a table. Return 1 if a promise is broken."""
    asked = _asked(arguments)
    found: dict[str, list[Promise]] = {}
    with tempfile.TemporaryDirectory(prefix="proof-") as folder:
        options = Options(Path(folder), asked.short, asked.database, asked.redis, _note)
        for name in asked.only:
            (options.folder / name).mkdir()
            found[name] = run(name, replace(options, folder=options.folder / name))
    broken = sum(not promise.met for promises in found.values() for promise in promises)
    print(f"\n{broken} promises broken." if broken else "\nEvery promise met.")
    if asked.json:
        plain = {name: [promise.plain() for promise in promises] for name, promises in found.items()}
        asked.json.write_text(json.dumps(plain, indent=2) + "\n", encoding="utf-8")
    return 1 if broken else 0


def run(name: str, options: Options) -> list[Promise]:
    """Run one proof and print each promise. A proof that fails to run counts as a broken promise."""
    print(f"\n{name} ({options.on}, {'short' if options.short else 'full'})", flush=True)
    begun, shown = time.monotonic(), []
    try:
        for promise in _proof(name)(options):
            shown.append(promise)
            _print(promise)
    except NotHere as lacking:
        shown.append(holds(f"{name}: not tried on this machine", True, f"it lacks {lacking}", "reported"))
        _print(shown[-1])
    except Exception as failure:
        traceback.print_exc()
        shown.append(holds(f"The proof “{name}” runs to its end", False, f"{type(failure).__name__}"))
        _print(shown[-1])
    print(f"  {time.monotonic() - begun:.0f} s", flush=True)
    return shown


def _proof(name: str) -> Callable[[Options], Iterable[Promise]]:
    module, _, function = PROOFS[name].partition(":")
    found: Callable[[Options], Iterable[Promise]] = getattr(import_module(module), function)
    return found


def _print(promise: Promise) -> None:
    mark = "met   " if promise.met else "BROKEN"
    print(f"  {mark}  {promise.name}: {promise.figure} (promised: {promise.limit})", flush=True)


def _note(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def _asked(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.prove", description=__doc__)
    parser.add_argument("--only", type=_names, default=list(PROOFS), help=f"some of: {', '.join(PROOFS)}")
    parser.add_argument("--short", action="store_true", help="a short form of each, for every change")
    parser.add_argument("--database", help="a PostgreSQL server to create databases on; without it: SQLite")
    parser.add_argument("--redis", help="a Redis that notifies the worker")
    parser.add_argument("--json", type=Path, help="write the figures to this file as well")
    return parser.parse_args(arguments)


def _names(text: str) -> list[str]:
    names = [name for name in text.split(",") if name]
    if unknown := set(names) - set(PROOFS):
        raise argparse.ArgumentTypeError(f"no such proof: {', '.join(sorted(unknown))}")
    return names


if __name__ == "__main__":
    sys.exit(main())
