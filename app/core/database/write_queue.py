"""A first-in, first-out queue of the threads of one process that want to write to SQLite.

SQLite lets one transaction write at a time and retries at random intervals, so under load a thread may wait until it fails
with "database is locked". Threads of other processes still compete for SQLite's own lock.
"""

from collections import deque
from threading import Event, Lock

LONGEST_WAIT = 60.0
"""Seconds after which a thread leaves the queue and competes for SQLite's lock."""


class WriteQueue:
    """The queue of one database."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._held = False
        self._waiting: deque[Event] = deque()

    def acquire(self) -> bool:
        """Wait until all before have written. Return False after the longest wait: there is nothing to release then."""
        with self._lock:
            if not self._held:
                self._held = True
                return True
            mine = Event()
            self._waiting.append(mine)
        if mine.wait(LONGEST_WAIT):
            return True
        with self._lock:
            if mine in self._waiting:
                self._waiting.remove(mine)
                return False
        return True  # released to this thread between the wait and the lock

    def release(self) -> None:
        """Let the thread that has waited longest write."""
        with self._lock:
            if self._waiting:
                self._waiting.popleft().set()
            else:
                self._held = False
