"""Other spellings of one name, and what the text of a search says besides a name."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.children.rules.identifiers import check_nhs_number, check_postcode
from app.children.rules.search_text import read_birthday, read_code, read_search
from app.children.rules.spelling import (
    join_mc,
    keys_one_letter_off,
    may_be_meant,
    spelling_key,
    spellings,
)

READERS = {
    "nhs_number": read_code(check_nhs_number),
    "date_of_birth": read_birthday,
    "postcode": read_code(check_postcode),
}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("mohammed", "muhammad"),
        ("mcdonald", "macdonald"),
        ("philips", "phillips"),
        ("aisha", "ayesha"),
        ("catherine", "kathryn"),
        ("steven", "stephen"),
        ("johnson", "jonson"),
        ("shah", "sha"),
    ],
)
def test_spellings_of_one_name_have_one_key_and_are_meant(one, other):
    assert spelling_key(one) == spelling_key(other)
    assert may_be_meant(one, other)
    assert may_be_meant(other, one)


@pytest.mark.parametrize(
    ("one", "other"), [("ali", "aaliyah"), ("amina", "iman"), ("shah", "nowak"), ("lee", "ella")]
)
def test_other_names_are_not_meant(one, other):
    assert not may_be_meant(one, other)


def test_a_letter_more_fewer_other_or_elsewhere_gives_one_of_the_keys():
    keys = keys_one_letter_off("rbrtsn")
    assert {"rbtsn", "rbrstsn", "rbrtsk", "brrtsn"} <= set(keys)
    assert len(keys) == len(set(keys)) < 250
    assert keys_one_letter_off("mn") == keys_one_letter_off("m" * 9) == []


@given(st.text(alphabet="bdfgklmnprst", min_size=3, max_size=8))
def test_the_keys_one_letter_off_are_bounded_and_never_the_key_itself(key):
    assert key not in keys_one_letter_off(key)
    assert len(keys_one_letter_off(key)) < 250


def test_the_likest_spelling_is_first_and_words_that_begin_alike_are_left_out():
    assert spellings("johnson", ["jansen", "johnsons", "jonson", "nowak"])[0] == "jonson"
    assert "johnsons" not in spellings("johnson", ["johnsons"])


def test_mc_and_mac_are_joined_to_the_word_after_them():
    assert join_mc(["jo", "mc", "donald"]) == ("jo", "mcdonald")
    assert join_mc(["mac", "mc"]) == ("macmc",)
    assert join_mc(["mac"]) == ("mac",)


@pytest.mark.parametrize(
    ("text", "details", "words"),
    [
        ("Shah, Amina", {}, ("shah", "amina")),
        ("Shah 27 March 2015", {"date_of_birth": date(2015, 3, 27)}, ("shah",)),
        ("27/3/15 Shah", {"date_of_birth": date(2015, 3, 27)}, ("shah",)),
        ("Friday the 27th of March 2015", {"date_of_birth": date(2015, 3, 27)}, ("friday", "the")),
        ("Fri 27 March 2015", {"date_of_birth": date(2015, 3, 27)}, ()),
        ("March 27, 2015", {"date_of_birth": date(2015, 3, 27)}, ()),
        ("amina 943 476 5919", {"nhs_number": "9434765919"}, ("amina",)),
        (
            "bd1 1hx shah 2015-03-27",
            {"date_of_birth": date(2015, 3, 27), "postcode": "BD1 1HX"},
            ("shah",),
        ),
        ("943 476 5918", {}, ("943", "476", "5918")),
        ("31/2/2015", {}, ("31", "2", "2015")),
        ("%", {}, ()),
    ],
)
def test_details_are_read_out_of_the_text_and_the_rest_is_a_name(text, details, words):
    found = read_search(text, READERS)
    assert (dict(found.details), found.words) == (details, words)


@given(st.text(max_size=100))
def test_any_text_can_be_read(text):
    read_search(text, READERS)
