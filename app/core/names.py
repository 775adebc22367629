"""People's names, made comparable: small letters, no accents, no apostrophes."""

import unicodedata
from collections.abc import Sequence

from app.core.text_input import clean_code

# Letters that are letters of their own, so that taking accents off does not reach them.
_OWN_LETTERS = str.maketrans(
    {"ł": "l", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i", "ħ": "h"}
)
LONGEST_FOLDED = 500
"""Longer text is no name. Putting accents into order takes as many steps as the square of their number."""
_SILENT = "'.,"


def fold(text: str) -> str:
    """Return a name as searches compare it: "O’Neill-Łuczak" becomes "oneill luczak"."""
    plain = unicodedata.normalize(
        "NFKD", clean_code(text[:LONGEST_FOLDED]).casefold().translate(_OWN_LETTERS)
    )
    letters = [letter for letter in plain if not unicodedata.combining(letter) and letter not in _SILENT]
    words = "".join(letter if letter.isalnum() else " " for letter in letters)
    return " ".join(words.split())


def initials(name: str) -> str:
    """Return a person's initials: "Amina Noor Shah" is "A.S.", a single name its first letter."""
    words = name.split()
    ends = [words[0], words[-1]] if len(words) > 1 else words
    return "".join(f"{word[0].upper()}." for word in ends)


MOST_WORDS = 10
"""Each word of a search is a condition of its own in the database."""


LONGEST_RUN = 3
"""So many words in a row are also taken as one: Van der Berg is Vanderberg."""


def search_name(surname: str, forenames: str, known_as: str = "") -> str:
    """Return the text that a search for a child compares: surname, forenames, and neighbouring words of each joined.

    Mc Donald is also found as McDonald, and Anne-Marie as Annemarie. The words of the name that the child is known by come
    last, so that lists stay sorted by surname and forenames, and only those that are not there already.
    """
    parts = [fold(surname).split(), fold(forenames).split()]
    words = [word for part in parts for word in part]
    if joined := [run for part in parts for run in _joined(part)]:
        words = list(dict.fromkeys([*words, *joined]))
    known = fold(known_as).split()
    return " ".join(
        [*words, *[word for word in dict.fromkeys([*known, *_joined(known)]) if word not in words]]
    )


def _joined(part: Sequence[str]) -> list[str]:
    """Return neighbouring words, joined."""
    return [
        "".join(part[start:end])
        for start in range(len(part))
        for end in range(start + 2, min(start + LONGEST_RUN, len(part)) + 1)
    ]


def ways_to_match(words: Sequence[str]) -> list[tuple[str, ...]]:
    """Return, for each word entered, the beginnings of a name's word that it matches: itself, or joined to those before.

    "o brien" finds O'Brien, whose name is one word; a word joined to what follows begins with the word alone.
    """
    return [
        tuple("".join(words[start : place + 1]) for start in range(place, max(place - LONGEST_RUN, -1), -1))
        for place in range(len(words))
    ]


def search_words(text: str) -> list[str]:
    """Return the words of a search for a child, in the form in which names are stored."""
    return fold(text.replace(",", " "))[:100].split()[:MOST_WORDS]


def just_past(start: str) -> str:
    """Return a text that sorts after every word with this beginning: U+10FFFF is the highest code point."""
    return f"{start}\U0010ffff"
