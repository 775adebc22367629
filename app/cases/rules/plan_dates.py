"""The date that follows from a final plan."""

from datetime import date, timedelta


def review_due_on(served_on: date) -> date:
    """Return the last day of the first review of a plan: 12 months beginning with the day it was made (s. 44(1)(a))."""
    try:
        anniversary = served_on.replace(year=served_on.year + 1)
    except ValueError:  # 29 February
        anniversary = date(served_on.year + 1, 3, 1)
    return anniversary - timedelta(days=1)
