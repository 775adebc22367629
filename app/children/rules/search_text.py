"""Interpretation of the text in the search box of the header: a name, and whatever else is known of the child."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from app.children.rules.identifiers import CodeError
from app.core.names import search_words
from app.core.typed_dates import month_number, read_date

LONGEST_READ = 6
"""So many words in a row are read as one detail: "Monday the 27th of March 2015" and "B8 01 2000 05 00 1"."""
MOST_PARTS = 20
DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")

Reader = Callable[[str], Any]
"""Returns what a text means, or None where it means nothing of this kind."""


@dataclass(frozen=True)
class SearchText:
    """What a text says: details by the name of their reader, and the remaining words."""

    details: Mapping[str, Any]
    words: tuple[str, ...]


def read_search(text: str, readers: Mapping[str, Reader]) -> SearchText:
    """Return the details and the words of a text, in any order: "Shah 27/3/2015" is a surname and a date of birth."""
    parts, details = text.replace(",", " ").split()[:MOST_PARTS], {}
    for name, read in readers.items():
        for start, end in _runs(len(parts)):
            found = read(" ".join(parts[start:end]))
            if found is not None:
                details[name], parts = found, parts[:start] + parts[end:]
                break
    return SearchText(details, tuple(search_words(" ".join(parts))))


def read_code(check: Callable[[str], str]) -> Reader:
    """Return the reader of a number or code whose check raises CodeError."""

    def read(text: str) -> str | None:
        try:
            return check(text)
        except CodeError:
            return None

    return read


def read_birthday(text: str) -> date | None:
    """Return the date of birth typed; None where a name comes before it, which `read_date` takes for a day of the week."""
    first = text.split(maxsplit=1)[0].strip(".").lower()
    is_name = first.isalpha() and not (month_number(first) or _is_day(first))
    return None if is_name else read_date(text)


def _is_day(word: str) -> bool:
    return len(word) > 1 and any(day.startswith(word) for day in DAYS)


def _runs(length: int) -> list[tuple[int, int]]:
    """Return the places of all runs of words, the longest first."""
    return [
        (start, start + size)
        for size in range(min(LONGEST_READ, length), 0, -1)
        for start in range(length - size + 1)
    ]
