"""B5: one way to read dates, whatever the box."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.typed_dates import MONTHS, read_date, read_parts

MARCH = date(2015, 3, 27)


@pytest.mark.parametrize(
    "typed",
    [
        "27/3/15", "27/03/2015", "27.3.2015", "27-3-2015", "27 3 2015", "27 03 15", " 27 / 3 / 2015 ",
        "2015-03-27", "2015/3/27", "2015-03-27T00:00:00", "2015-03-27 00:00:00.000",
        "27 March 2015", "27 Mar 2015", "27th March 2015", "27th of March, 2015", "27mar2015", "27-Mar-15", "27 mar. 2015",
        "Friday 27 March 2015", "Fri, 27 Mar 2015", "March 27, 2015", "Mar 27th 2015", "2015 March 27",
        "27\u00a0March\u00a02015", "\u200b27/3/2015", "٢٧/٣/٢٠١٥", "２７／３／２０１５",
    ],
)  # fmt: skip
def test_b5_one_day_in_every_way_people_write_it(typed):
    assert read_date(typed) == MARCH


def test_b5_september_has_three_abbreviations():
    assert {read_date(f"27 {month} 2015") for month in ("Sep", "Sept", "September", "sep.")} == {
        date(2015, 9, 27)
    }


@pytest.mark.parametrize(
    ("typed", "year"), [("1/2/00", 2000), ("1/2/68", 2068), ("1/2/69", 1969), ("1/2/98", 1998)]
)
def test_b5_two_digits_of_a_year(typed, year):
    assert read_date(typed) == date(year, 2, 1)


@pytest.mark.parametrize(
    "typed",
    ["", "27", "27/3", "31/2/2016", "13/13/2015", "3/27/2015", "2015-27-03", "27 Ma 2015", "27 Smarch 2015",
     "27/3/215", "27/3/20155", "0/3/2015", "March 2015", "today", "27//3//2015", "1-2-3-4", "%"],
)  # fmt: skip
def test_b5_what_is_no_date_is_none(typed):
    assert read_date(typed) is None


@given(st.dates(date(1970, 1, 1), date(2068, 12, 31)))
def test_b5_every_day_is_read_from_every_form(day):
    name = MONTHS[day.month - 1]
    for typed in (f"{day:%d/%m/%Y}", f"{day:%d/%m/%y}", day.isoformat(), f"{day.day} {name} {day.year}",
                  f"{day.day} {name[:3]} {day:%y}", f"{name} {day.day}, {day.year}"):  # fmt: skip
        assert read_date(typed) == day


@given(st.text(max_size=60))
def test_b5_any_text_is_a_date_or_none(text):
    read_date(text)


@pytest.mark.parametrize(
    ("day", "month", "year"),
    [
        ("27", "3", "2015"), ("27", "March", "15"), ("27/3/2015", "", ""), ("", "2015-03-27", ""),
        ("", "", "27 Mar 2015"), ("27", "March 2015", ""), ("27\u200b", " 03 ", "\u00a02015"),
    ],
)  # fmt: skip
def test_b5_three_boxes_or_one_pasted_date(day, month, year):
    assert read_parts({"day": day, "month": month, "year": year}) == MARCH


@pytest.mark.parametrize(
    ("day", "month", "year"),
    [("27", "", "2015"), ("", "3", "2015"), ("27", "3", ""), ("", "", ""), ("x", "3", "2015")],
)
def test_b5_boxes_left_empty_make_no_date(day, month, year):
    assert read_parts({"day": day, "month": month, "year": year}) is None
