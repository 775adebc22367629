"""Few expensive checks at once: each takes a whole processor, and many would only starve each other."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from app.core.errors import Busy

WAIT_SECONDS = 5
"""A request that waits longer than this for its turn is answered "try again" and frees its thread."""


@contextmanager
def turn(slots: threading.BoundedSemaphore) -> Iterator[None]:
    """Hold one of these slots. Raises Busy when none becomes free in time."""
    if not slots.acquire(timeout=WAIT_SECONDS):
        raise Busy
    try:
        yield
    finally:
        slots.release()
