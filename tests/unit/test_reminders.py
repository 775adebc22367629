"""Which reminder of advice is sent, and when."""

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.cases.rules.reminders import ReminderDay, ReminderTo, is_time_to_remind, reminder_due

DAYS = [
    ReminderDay(-10, ReminderTo.author),
    ReminderDay(-3, ReminderTo.author),
    ReminderDay(0, ReminderTo.author),
    ReminderDay(3, ReminderTo.team),
    ReminderDay(5, ReminderTo.lead),
]
DUE = date(2026, 12, 18)
ASKED = date(2026, 11, 6)


@pytest.mark.parametrize(
    ("day", "sent", "expected"),
    [
        (date(2026, 12, 7), (), None),
        (date(2026, 12, 8), (), -10),
        (date(2026, 12, 8), (-10,), None),
        (date(2026, 12, 14), (-10,), None),
        (date(2026, 12, 15), (-10,), -3),
        (date(2026, 12, 18), (-10, -3), 0),
        (date(2026, 12, 21), (-10, -3, 0), 3),
        (date(2026, 12, 23), (3,), 5),
        (date(2027, 3, 1), (-10,), 5),
        (date(2027, 3, 1), (5,), None),
        (date(2026, 12, 16), (-2,), None),
    ],
)
def test_the_latest_reminder_whose_day_has_come_is_sent_once(day, sent, expected):
    found = reminder_due(DAYS, ASKED, DUE, sent, day)
    assert (found.days if found else None) == expected


def test_nothing_is_sent_on_the_day_the_advice_was_asked_for():
    assert reminder_due(DAYS, DUE - timedelta(days=2), DUE, (), DUE - timedelta(days=2)) is None


@given(st.integers(-60, 60), st.sets(st.integers(-12, 60)))
def test_no_reminder_is_sent_before_its_day_or_twice(offset, sent):
    found = reminder_due(DAYS, ASKED, DUE, sent, DUE + timedelta(days=offset))
    assert found is None or (found.days <= offset and found.days not in sent)


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        (datetime(2026, 12, 7, 8, 0), True),
        (datetime(2026, 12, 7, 7, 59), False),
        (datetime(2026, 12, 7, 17, 59), True),
        (datetime(2026, 12, 7, 18, 0), False),
        (datetime(2026, 12, 5, 12, 0), False),
        (datetime(2026, 12, 25, 12, 0), False),
    ],
)
def test_reminders_are_sent_by_day_on_working_days(moment, expected):
    assert is_time_to_remind(moment) is expected
