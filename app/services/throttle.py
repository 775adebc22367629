"""Counting tries, so that nobody guesses their way in. The counts stand in the database and hold for every server."""

import hashlib
import hmac
from datetime import UTC, datetime, timedelta

from app.domain.errors import TooMany
from app.domain.log_in import Limit
from app.services.work import Work
from app.store.queries.log_in import keep_rest, keep_times, locked_times, rests_until


def take(work: Work, limit: Limit, subject: str) -> int:
    """Count one try and give how many there are now. Raises TooMany, saying when to come back, if none is left."""
    key, times = _times(work, limit, subject)
    if len(times) >= limit.most:
        wait = times[-limit.most] + limit.within.total_seconds() - _seconds(work.now)
        raise TooMany("", retry_after=max(1, round(wait)))
    times.append(_seconds(work.now))
    keep_times(work.session, key, times, work.now)
    return len(times)


def has_room(work: Work, limit: Limit, subject: str) -> bool:
    """Count one try if one is left, and return whether it was."""
    try:
        take(work, limit, subject)
    except TooMany:
        return False
    return True


def give_back(work: Work, limit: Limit, subject: str, tries: int = 1) -> None:
    """The tries that were counted turned out right: only wrong ones count."""
    key, times = _times(work, limit, subject)
    keep_times(work.session, key, times[: max(0, len(times) - tries)], work.now)


def forget(work: Work, limit: Limit, subject: str) -> None:
    """Start counting anew."""
    key, _ = _times(work, limit, subject)
    keep_times(work.session, key, [], work.now)


def rest(work: Work, limit: Limit, subject: str, how_long: timedelta) -> None:
    """Nothing more of this for a while, and then from nought again."""
    key, _ = _times(work, limit, subject)
    keep_times(work.session, key, [], work.now)
    keep_rest(work.session, key, work.now + how_long, work.now)


def check_rest(work: Work, limit: Limit, subject: str) -> None:
    """Raises TooMany while this rests."""
    until = rests_until(work.session, _key(work, limit, subject))
    if until is not None and until > work.now:
        raise TooMany("", retry_after=max(1, round((until - work.now).total_seconds())))


def _times(work: Work, limit: Limit, subject: str) -> tuple[str, list[float]]:
    key = _key(work, limit, subject)
    times, _ = locked_times(work.session, key, work.now)
    since = _seconds(work.now) - limit.within.total_seconds()
    return key, [moment for moment in times if moment > since]


def _key(work: Work, limit: Limit, subject: str) -> str:
    """Subjects are addresses of people and of networks: only a keyed mark of them is kept."""
    mark = hmac.new(work.office.settings.otp_key.encode(), f"throttle|{subject}".encode(), hashlib.sha256)
    return f"{limit.name}|{mark.hexdigest()}"


def _seconds(moment: datetime) -> float:
    return moment.replace(tzinfo=UTC).timestamp()
