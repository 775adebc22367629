"""Writers of one process wait for each other in the order they came.

SQLite lets one write at a time, and its own way of waiting is a lottery: under load somebody may lose for so long
that they are told "database is locked". Other processes still meet at SQLite's lock, one writer of each at a time.
"""

from collections import deque
from threading import Event, Lock

LONGEST = 60.0
"""Seconds after which a writer stops queueing and lets SQLite decide."""


class WriteQueue:
    """One queue for one database."""

    def __init__(self) -> None:
        self._guard = Lock()
        self._taken = False
        self._waiting: deque[Event] = deque()

    def acquire(self) -> bool:
        """Wait for a turn; False when it took too long, so that nothing has to be given back."""
        with self._guard:
            if not self._taken:
                self._taken = True
                return True
            mine = Event()
            self._waiting.append(mine)
        if mine.wait(LONGEST):
            return True
        with self._guard:
            if mine in self._waiting:
                self._waiting.remove(mine)
                return False
        return True  # it came in the moment of giving up

    def release(self) -> None:
        """Whoever has waited longest is next."""
        with self._guard:
            if self._waiting:
                self._waiting.popleft().set()
            else:
                self._taken = False
