"""The faults, one after the other."""

from collections.abc import Callable, Iterator

from bench.faults.neighbours import mail_hanging, redis_stopped, scanner_stopped
from bench.faults.storage import disk_full, postgres_stopped, read_only
from bench.promises import NotHere, Options, Promise, holds

FAULTS: dict[str, Callable[[Options], Iterator[Promise]]] = {
    "disk full": disk_full,
    "database read-only": read_only,
    "PostgreSQL stopped": postgres_stopped,
    "mail server hanging": mail_hanging,
    "Redis stopped": redis_stopped,
    "scanner stopped": scanner_stopped,
}


def prove(options: Options) -> Iterator[Promise]:
    """Each fault in a portal of its own."""
    for name, fault in FAULTS.items():
        options.notes(f"  {name}")
        try:
            yield from fault(options)
        except NotHere as lacking:
            yield holds(f"{name}: not tried on this machine", True, f"it lacks {lacking}", "reported")
        except Exception as failure:
            yield holds(f"{name}: the proof runs to its end", False, f"{type(failure).__name__}: {failure}")
