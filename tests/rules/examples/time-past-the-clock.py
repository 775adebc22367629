import time
from datetime import UTC, date, datetime


def bad():
    # ruleid
    a = datetime.now(UTC)
    # ruleid
    b = datetime.utcnow()
    # ruleid
    c = date.today()
    # ruleid
    return a, b, c, time.time()


def good(clock):
    begun = time.monotonic()
    return clock.now(), clock.today(), datetime(2026, 5, 3, tzinfo=UTC), begun
