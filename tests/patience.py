"""Waits for work that must end, without judging how fast it is."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

FOR_EVER = 60
"""Seconds after which work counts as hanging, however busy the machine is."""

Result = TypeVar("Result")


def ends(work: Callable[[], Result]) -> Result:
    """Return what this gives. Raises TimeoutError when it hangs."""
    pool = ThreadPoolExecutor(1)
    try:
        return pool.submit(work).result(timeout=FOR_EVER)
    finally:
        pool.shutdown(wait=False)
