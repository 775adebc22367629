"""Limits on what one person may do at the expense of others. Ordinary work stays below them; a program does not."""

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

JOINED = Limit("join", 20, timedelta(days=1))
"""Organisations that one person asks to join: as many as they may work for. Each asking mails its leads and the SEN team."""
JOINED_ONE = Limit("join_one", 3, timedelta(days=1))
"""How often one person asks to join the same organisation."""
PROPOSED = Limit("propose", 5, timedelta(days=1))
"""Changes of organisation that one person proposes to the SEN team."""
RENAMED = Limit("rename", 10, timedelta(days=1))
"""Changes of one's own name: forms are compared with the new one, and the SEN team is mailed of what it finds."""


def count_mine(work: UnitOfWork, limit: Limit, about: str = "") -> None:
    """Count one more action of this user, over all hosts, or of theirs with one subject.

    Raises TooMany, with the time to wait, beyond the limit.
    """
    take(work, limit, f"person {work.me.user_id} {about}".rstrip())
