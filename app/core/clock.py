"""The current time and date.

A datetime is UTC and naive, in the code as in the database. A date is a day in England.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

LONDON = ZoneInfo("Europe/London")


def in_london(moment: datetime) -> datetime:
    """Return this UTC moment in Europe/London, for screens and mail."""
    return moment.replace(tzinfo=UTC).astimezone(LONDON)


class Clock:
    """The system clock. Use cases ask it for the time, so that tests can set the day."""

    def now(self) -> datetime:
        """Return the current moment as naive UTC."""
        return datetime.now(UTC).replace(tzinfo=None)

    def today(self) -> date:
        """Return today's date in England."""
        return in_london(self.now()).date()


class FixedClock(Clock):
    """A clock that shows the same moment until it is moved, for tests, benchmarks and demo data."""

    def __init__(self, at: datetime) -> None:
        self._at = at.astimezone(UTC).replace(tzinfo=None) if at.tzinfo else at

    def now(self) -> datetime:
        """Return the moment that is set."""
        return self._at

    def forward(self, **by: float) -> FixedClock:
        """Move the clock forward, for example `forward(days=3)`, and return it."""
        self._at += timedelta(**by)
        return self
