"""The order of Today: what is lost first comes first, over all pages."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.cases.rules.case_states import CaseState
from app.cases.rules.today import (
    DUTY_LABELS,
    REASON_LABELS,
    WHOSE_LABELS,
    Part,
    Reason,
    Whose,
    last_page,
    parts_of_page,
)

COUNTS = {Reason.overdue: 3, Reason.this_week: 0, Reason.to_read: 24, Reason.late_advice: 1, Reason.unread: 2}


def test_reasons_come_in_the_order_in_which_something_is_lost():
    assert [each.name for each in Reason] == [
        "overdue",
        "this_week",
        "notice",
        "to_read",
        "late_advice",
        "unread",
    ]


@pytest.mark.parametrize(
    ("page", "parts"),
    [
        (1, [Part(Reason.overdue, 0, 3), Part(Reason.to_read, 0, 22)]),
        (2, [Part(Reason.to_read, 22, 2), Part(Reason.late_advice, 0, 1), Part(Reason.unread, 0, 2)]),
        (3, []),
    ],
)
def test_a_page_goes_on_where_the_one_before_ended(page, parts):
    assert parts_of_page(COUNTS, page, 25) == parts


def test_the_last_page():
    assert last_page(COUNTS, 25) == 2
    assert last_page({}, 25) == 1
    assert last_page({Reason.overdue: 25}, 25) == 1


@given(st.lists(st.integers(0, 60), min_size=len(Reason), max_size=len(Reason)), st.integers(1, 30))
def test_all_pages_together_show_every_row_once_and_in_order(numbers, size):
    counts = dict(zip(Reason, numbers, strict=True))
    shown = [
        (part.reason, part.offset + place)
        for page in range(1, last_page(counts, size) + 1)
        for part in parts_of_page(counts, page, size)
        for place in range(part.limit)
    ]
    assert shown == [(reason, place) for reason in Reason for place in range(counts[reason])]


def test_everything_that_a_page_names_has_words():
    assert set(REASON_LABELS) == set(Reason)
    assert set(WHOSE_LABELS) == set(Whose)
    assert set(DUTY_LABELS) <= set(CaseState)
