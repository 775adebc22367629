"""How much one person may do of what costs others: nobody at work meets these limits, a program does."""

from datetime import timedelta

from app.core.rate_limits import take
from app.core.try_limits import Limit
from app.core.unit_of_work import UnitOfWork

SEARCHES = Limit("search", 60, timedelta(minutes=1))
EXPORTS = Limit("export", 20, timedelta(hours=1))
UPLOADS = Limit("upload", 200, timedelta(hours=1))
MESSAGES = Limit("message", 100, timedelta(hours=1))
ADDED = Limit("child", 60, timedelta(hours=1))
"""Children one person adds: a large school's whole intake in an afternoon, and no program's thousands."""


def count_mine(work: UnitOfWork, limit: Limit) -> None:
    """Count one more of mine, over all hosts. Raises TooMany, saying when to come back, once there are too many."""
    take(work, limit, f"person {work.me.user_id}")
