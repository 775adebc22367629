"""People's names, made comparable: small letters, no accents, no apostrophes."""

import unicodedata

from app.domain.text_input import clean_code

# Letters that are letters of their own, so that taking accents off does not reach them.
_OWN_LETTERS = str.maketrans(
    {"ł": "l", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i", "ħ": "h"}
)
LONGEST_FOLDED = 500
"""Longer text is no name. Putting accents into order takes as many steps as the square of their number."""
_SILENT = "'.,"


def fold(text: str) -> str:
    """A name as searching compares it: "O’Neill-Łuczak" becomes "oneill luczak"."""
    plain = unicodedata.normalize(
        "NFKD", clean_code(text[:LONGEST_FOLDED]).casefold().translate(_OWN_LETTERS)
    )
    letters = [letter for letter in plain if not unicodedata.combining(letter) and letter not in _SILENT]
    words = "".join(letter if letter.isalnum() else " " for letter in letters)
    return " ".join(words.split())


MOST_WORDS = 10
"""Each word of a search is a condition of its own in the database."""


def search_name(surname: str, forenames: str) -> str:
    """What searching for a child looks through: surname, then forenames."""
    return f"{fold(surname)} {fold(forenames)}".strip()


def search_words(typed: str) -> list[str]:
    """The words somebody typed to find a child, in the form that names are kept in."""
    return fold(typed.replace(",", " "))[:100].split()[:MOST_WORDS]


def just_past(start: str) -> str:
    """What stands behind every word that begins so, in the order of the letters' numbers: no letter has a higher one."""
    return f"{start}\U0010ffff"
