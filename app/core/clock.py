"""The one place that knows what time it is.

Moments are kept as UTC without a time zone attached, everywhere and always: that is what the
database holds. Days are days in England: "today" follows the clock on the council's wall.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

LONDON = ZoneInfo("Europe/London")


def in_london(moment: datetime) -> datetime:
    """The same moment as a clock in England shows it, for screens and letters."""
    return moment.replace(tzinfo=UTC).astimezone(LONDON)


class Clock:
    """Tells the time; services ask it, so that tests can set the day."""

    def now(self) -> datetime:
        """This moment in UTC, without a time zone attached."""
        return datetime.now(UTC).replace(tzinfo=None)

    def today(self) -> date:
        """Today's date in England."""
        return in_london(self.now()).date()


class FixedClock(Clock):
    """A clock that stands still until it is moved; for tests, rehearsals and demo data."""

    def __init__(self, at: datetime) -> None:
        self._at = at.astimezone(UTC).replace(tzinfo=None) if at.tzinfo else at

    def now(self) -> datetime:
        return self._at

    def forward(self, **by: float) -> FixedClock:
        """Move the hands on, for example `forward(days=3)`."""
        self._at += timedelta(**by)
        return self
