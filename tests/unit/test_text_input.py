"""B3 and B4: what is cleaned out of typed and pasted text, what stays, and what is named in an error."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.text_input import character_problem, clean_address, clean_code, clean_line, clean_lines

INVISIBLE = "\u200b\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\u2066\u2067\u2068\u2069\u00ad\ufeff\u061c"


@pytest.mark.parametrize(
    ("typed", "cleaned"),
    [
        ("Ann Smith", "Ann Smith"),
        ("  Ann \t Smith\n", "Ann Smith"),
        ("Ann\u00a0Smith", "Ann Smith"),
        ("Ann\u2003\u202f\u3000Smith", "Ann Smith"),
        ("Ann\x0bSmith\x0c\u2028\u2029\x85", "Ann Smith"),
        ("A\u200bnn", "Ann"),
        ("\ufeffAnn\u00ad", "Ann"),
        ("\u202eAnn\u202c\u200e\u200f", "Ann"),
        ("Ann\x00\x07", "Ann"),
        ("O’Brien", "O'Brien"),
        ("O‘Brien, OʼBrien, O`Brien, O´Brien", "O'Brien, O'Brien, O'Brien, O'Brien"),
        ("Al\u2011Khan", "Al-Khan"),
        ("Al\x1eKhan", "Al-Khan"),
        ("Zoe\u0308", "Zoë"),
        ("Ａｎｎ １２", "Ann 12"),
        ("Gri\ufb03th", "Griffith"),
        ("٠١٢٣٤٥٦٧٨٩", "0123456789"),
        ("۱۲ High Street", "12 High Street"),
        ("१२३", "123"),
        ("\uf0b7 one", "• one"),
        ("Łuczak–Ó Súilleabháin ½ €", "Łuczak–Ó Súilleabháin ½ €"),
        ("نام\u200cها", "نام\u200cها"),
        ("\u200cAnn\u200d", "Ann"),
        ("Al\u200cKhan", "AlKhan"),
        ("", ""),
    ],
)
def test_b3_a_single_line_is_cleaned(typed, cleaned):
    assert clean_line(typed) == cleaned
    assert clean_line(cleaned) == cleaned


@pytest.mark.parametrize("sign", INVISIBLE)
def test_b3_invisible_characters_leave_a_line(sign):
    assert clean_line(f"A{sign}nn") == "Ann"
    assert clean_code(f"B8{sign}01") == "B801"


@given(st.text())
def test_b3_cleaning_twice_changes_nothing_more(text):
    for clean in (clean_line, clean_lines, clean_address, clean_code):
        assert clean(clean(text)) == clean(text)


@given(st.text())
def test_b3_a_clean_line_has_no_breaks_tabs_or_control_characters(text):
    assert all(sign == " " or not sign.isspace() for sign in clean_line(text))
    assert "\x00" not in clean_line(text) + clean_lines(text)


@pytest.mark.parametrize(
    ("typed", "cleaned"),
    [
        ("one\r\ntwo\rthree", "one\ntwo\nthree"),
        ("one\x0btwo\x0cthree", "one\ntwo\nthree"),
        ("one\u2028two\u2029three\x85four", "one\ntwo\nthree\nfour"),
        ("\uf0b7 a\n\uf0d8 b\n\uf0fc c", "• a\n• b\n• c"),
        ("a\u00a0b\u200bc\u00add", "a bcd"),
        ("Ann said “no”, didn’t she?", "Ann said “no”, didn’t she?"),
        ("col\tumn", "col\tumn"),
        ("\u202eturned\u202c", "turned"),
        ("عمر \u200e(12)", "عمر \u200e(12)"),
        ("👩\u200d🏫", "👩\u200d🏫"),
        ("a\x07b\x00", "ab"),
        ("  \n text \n\n more \n ", "text \n\n more"),
    ],
)
def test_b4_long_text_keeps_its_breaks_and_bullets(typed, cleaned):
    assert clean_lines(typed) == cleaned


def test_b3_an_address_is_cleaned_line_by_line():
    assert clean_address(" 4\tBeck Lane \r\n\r\n Bradford\u00a0\x0bBD9 ") == "4 Beck Lane\nBradford\nBD9"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Ann\ue000", "Delete or retype character 4, (U+E000). We cannot use it"),
        (
            "\ufffdAnn",
            "Delete or retype character 1, “\ufffd” (replacement character, U+FFFD). We cannot use it",
        ),
        ("\uffff", "Delete or retype character 1, (U+FFFF). We cannot use it"),
    ],
)
def test_b3_what_cannot_be_cleaned_is_shown_with_its_place(text, words):
    assert character_problem(clean_line(text)) == words
    assert character_problem(clean_lines(text)) == words


@pytest.mark.parametrize("text", ["Ann", "Zoë", "شاہ", "🙂", "a\nb\tc", ""])
def test_b3_ordinary_text_has_no_such_problem(text):
    assert character_problem(text) is None


def test_b3_accents_on_one_letter_are_limited_so_that_cleaning_stays_quick():
    assert clean_line("a" + "\u0301\u0316" * 50_000) == clean_line("a" + "\u0301\u0316" * 15)
