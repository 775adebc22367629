"""Rate limits of passwords, codes and links. The counts are in the database and apply to every server."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from app.core.errors import TooMany
from app.core.fingerprints import marks_of
from app.core.rate_limit_counts import (
    forget_times,
    locked_times,
    rests_until,
    save_rest,
    save_times,
    times_of,
)
from app.core.try_limits import Limit
from app.core.unit_of_work import UnitOfWork


def take(work: UnitOfWork, limit: Limit, subject: str) -> int:
    """Count one try and return how many there are now. Raises TooMany, with the time to wait, if none is left."""
    key, times = _times(work, limit, subject)
    before = sorted([*times, *_times_of_older_keys(work, limit, subject)])
    if len(before) >= limit.most:
        wait = before[-limit.most] + limit.within.total_seconds() - _seconds(work.now)
        raise TooMany("", retry_after=max(1, round(wait)))
    times.append(_seconds(work.now))
    save_times(work.session, key, times, work.now)
    return len(before) + 1


def has_room(work: UnitOfWork, limit: Limit, subject: str) -> bool:
    """Count one try if one is left, and return whether it was."""
    try:
        take(work, limit, subject)
    except TooMany:
        return False
    return True


def give_back(work: UnitOfWork, limit: Limit, subject: str, tries: int = 1) -> None:
    """Remove tries that turned out to be right: only wrong ones count."""
    key, times = _times(work, limit, subject)
    save_times(work.session, key, times[: max(0, len(times) - tries)], work.now)


def forget(work: UnitOfWork, limit: Limit, subject: str) -> None:
    """Set the count to zero."""
    key, _ = _times(work, limit, subject)
    save_times(work.session, key, [], work.now)
    forget_times(work.session, _keys(work, limit, subject)[1:], work.now)


def rest(work: UnitOfWork, limit: Limit, subject: str, how_long: timedelta) -> None:
    """Refuse every try for this long, then start counting from zero."""
    forget(work, limit, subject)
    key = _keys(work, limit, subject)[0]
    save_rest(work.session, key, work.now + how_long, work.now)


def check_rest(work: UnitOfWork, limit: Limit, subject: str) -> None:
    """Check that tries are not refused by `rest`. Raises TooMany, with the time to wait."""
    until = rests_until(work.session, _keys(work, limit, subject))
    if until is not None and until > work.now:
        raise TooMany("", retry_after=max(1, round((until - work.now).total_seconds())))


def _times(work: UnitOfWork, limit: Limit, subject: str) -> tuple[str, list[float]]:
    key = _keys(work, limit, subject)[0]
    times, _ = locked_times(work.session, key, work.now)
    return key, _counting_still(work, limit, times)


def _times_of_older_keys(work: UnitOfWork, limit: Limit, subject: str) -> list[float]:
    older = _keys(work, limit, subject)[1:]
    return _counting_still(work, limit, times_of(work.session, older)) if older else []


def _counting_still(work: UnitOfWork, limit: Limit, times: Iterable[float]) -> list[float]:
    since = _seconds(work.now) - limit.within.total_seconds()
    return [moment for moment in times if moment > since]


def _keys(work: UnitOfWork, limit: Limit, subject: str) -> list[str]:
    """Return the keys of a subject, the newest first. Only keyed hashes of email and network addresses are stored."""
    return [f"{limit.name}|{mark}" for mark in marks_of(work.context, f"throttle|{subject}")]


def _seconds(moment: datetime) -> float:
    return moment.replace(tzinfo=UTC).timestamp()
