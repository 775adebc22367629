"""B4: a comma in a number is taken for what it is between thousands, and asked about elsewhere."""

from datetime import date

import pytest

from app.forms.definitions.kinds import KINDS
from tests.unit.small_forms import ask, form_of

TODAY = date(2026, 11, 30)
QUESTION = form_of(ask("number", label="Attendance")).sections[0].questions[0]


def read(typed, kind="number"):
    return KINDS[kind].clean(QUESTION, {"": [typed]}, TODAY)


@pytest.mark.parametrize(
    ("typed", "value"),
    [
        ("925", 925), ("92.5", 92.5), ("1,000", 1000), ("£12,345.67", 12345.67), ("1,234,567", 1234567), ("-3", -3),
        ("92.5 %", 92.5), ("٩٢", 92), ("\u200b92\u00a0", 92), ("1 000", 1000),
    ],
)  # fmt: skip
def test_b4_a_number_is_read(typed, value):
    assert read(typed) == value
    assert KINDS["number"].problem(QUESTION, value, TODAY) is None


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("92,5", "Did you mean 92.5 or 925? Enter the number without a comma"),
        ("1,50", "Did you mean 1.50 or 150? Enter the number without a comma"),
        ("92,5 %", "Did you mean 92.5 or 925? Enter the number without a comma"),
        ("1.234,5", "Attendance must be a number, like 12 or 12.5"),
        ("1,2,3", "Attendance must be a number, like 12 or 12.5"),
        (",5", "Attendance must be a number, like 12 or 12.5"),
    ],
)
def test_b4_a_comma_that_may_mean_two_numbers_is_a_question(typed, words):
    assert read(typed) == typed
    assert KINDS["number"].problem(QUESTION, typed, TODAY) == words
