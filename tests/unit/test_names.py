"""Names compare the way people mean them."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.children.rules.matching import Identity, first_match, may_be_same_child, similar
from app.core.names import fold, just_past, search_name, search_words, ways_to_match

AMINA = Identity("Amina", "Shah", date(2017, 3, 14), postcode="BD9 4NQ")


@pytest.mark.parametrize(
    ("name", "folded"),
    [
        ("O’Neill", "oneill"),
        ("O'Neill", "oneill"),
        ("Łuczak", "luczak"),
        ("José-María", "jose maria"),
        ("  van  der Berg ", "van der berg"),
        ("Ødegård", "odegard"),
        ("İpek", "ipek"),
        ("Strauß", "strauss"),
        ("علی", "علی"),
    ],
)
def test_names_are_stored_in_small_letters_without_accents(name, folded):
    assert fold(name) == folded


def test_a_search_finds_however_it_is_typed():
    stored = search_name("O’Neill", "Zoë Ann")
    assert stored == "oneill zoe ann zoeann"
    assert search_words("O'NEILL, zoe") == ["oneill", "zoe"]


@pytest.mark.parametrize("start", ["a", "shah", "z", "عل", "힣", "\ud7fb", "𐐨", "\U0003134a", "9"])
def test_all_words_that_begin_so_and_no_others_stand_before_what_is_just_past(start):
    for word in (start, f"{start}a", f"{start}힣", f"{start}\U0003134a{start}"):
        assert start <= word < just_past(start)
        assert start.encode() <= word.encode() < just_past(start).encode(), "the databases compare bytes"
    for word in (
        start[:-1],
        start[:-1] + chr(ord(start[-1]) - 1) + "z",
        start[:-1] + chr(ord(start[-1]) + 1),
    ):
        assert not start <= word < just_past(start)


@given(st.text(max_size=8))
def test_no_word_of_a_name_holds_the_letter_that_is_just_past(text):
    assert just_past("") not in fold(f"{text}{just_past('')}")


def other(**changes):
    from dataclasses import replace

    return replace(AMINA, **changes)


@pytest.mark.parametrize(
    "twin",
    [
        other(),
        other(forenames="Aminah", postcode="LS1 1AA"),
        other(forenames="Shah", surname="Amina", postcode="LS1 1AA"),
        other(surname="Shah-Khan", postcode="LS1 1AA"),
        other(forenames="Aisha Noor", known_as="Amina", postcode=""),
        other(forenames="Bea", surname="Long"),
    ],
)
def test_born_on_the_same_day_with_a_similar_name_or_home_may_be_the_same(twin):
    assert may_be_same_child(AMINA, twin)
    assert may_be_same_child(twin, AMINA)


@pytest.mark.parametrize(
    "stranger",
    [
        other(date_of_birth=date(2017, 3, 15)),
        other(forenames="Bea", surname="Long", postcode="LS1 1AA"),
        other(forenames="Bea", surname="Long", postcode=""),
        other(forenames="Yusuf", postcode="LS1 1AA"),
    ],
)
def test_others_are_not_taken_for_the_same(stranger):
    assert not may_be_same_child(AMINA, stranger)


def test_one_upn_or_nhs_number_is_one_child_whatever_else_differs():
    one = other(upn="B801200005001", nhs_number=None)
    elsewhere = Identity("X", "Y", date(2010, 1, 1), upn="B801200005001", nhs_number="9434765870")
    assert may_be_same_child(one, elsewhere)
    assert may_be_same_child(other(nhs_number="9434765870"), elsewhere)


def test_two_nhs_numbers_are_two_children_even_twins_at_one_address():
    assert not may_be_same_child(other(nhs_number="9434765870"), other(nhs_number="9434765919"))


def test_no_name_is_like_no_name():
    assert not similar("", "")


def test_the_oldest_match_is_the_one_named():
    known = [Identity("X", "Y", date(2010, 1, 1), child_id=1), other(child_id=2), other(child_id=3)]
    found = first_match(AMINA, known)
    assert found is not None
    assert found.child_id == 2


@pytest.mark.parametrize(
    ("surname", "forenames", "stored"),
    [
        ("Shah", "Amina", "shah amina"),
        ("Mc Donald", "Jo", "mc donald jo mcdonald"),
        ("Al-Khan", "Sam", "al khan sam alkhan"),
        ("van der Berg", "Anne-Marie", "van der berg anne marie vander vanderberg derberg annemarie"),
        ("", "Amina", "amina"),
        ("Lee", "Lee", "lee lee"),
        ("O\u200b’Brien\u00ad", "A", "obrien a"),
    ],
)
def test_b5_neighbouring_words_are_stored_joined_too(surname, forenames, stored):
    assert search_name(surname, forenames) == stored


def test_b5_each_word_typed_may_be_the_end_of_a_longer_one():
    assert ways_to_match(["o", "brien", "jo"]) == [("o",), ("brien", "obrien"), ("jo", "brienjo", "obrienjo")]
