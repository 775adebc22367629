"""Case numbers: written, read back as people enter them, and sorted as text."""

import pytest

from app.cases.rules.case_numbers import case_number, place_in_year, read_case_number


def test_a_number_names_the_year_and_the_place():
    assert case_number(2026, 417) == "26-00417"
    assert place_in_year("26-00417") == 417
    assert sorted([case_number(2027, 2), case_number(2026, 10), case_number(2026, 9)]) == [
        "26-00009",
        "26-00010",
        "27-00002",
    ]


@pytest.mark.parametrize("place", [0, 100_000])
def test_a_place_that_would_not_sort_is_refused(place):
    with pytest.raises(ValueError, match="1 to 99999"):
        case_number(2026, place)


@pytest.mark.parametrize(
    ("entered", "number"),
    [
        ("26-00417", "26-00417"),
        (" 26-417 ", "26-00417"),
        ("26 - 417", "26-00417"),
        ("26–417", "26-00417"),
        ("26-0", None),
        ("27/3/2015", None),
        ("Shah", None),
        ("2026-417", None),
    ],
)
def test_a_number_is_read_as_people_enter_it(entered, number):
    assert read_case_number(entered) == number
