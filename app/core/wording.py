"""Sentences of the rules, in English, that views can translate.

Rules import no translator. They return a sentence with the pattern it was made from, so that a view can show
`_(text.msgid, **text.values)` in the reader's language.
"""

from __future__ import annotations

from typing import Any, Self


def N_(text: str) -> str:  # noqa: N802 - the translators’ tools look for this name
    """Mark a text for translation, and return it unchanged."""
    return text


class Wording(str):
    """An English sentence with its pattern and the values in it."""

    msgid: str
    values: dict[str, Any]

    def __new__(cls, msgid: str, **values: Any) -> Self:
        """Return the sentence with these values filled in."""
        wording = super().__new__(cls, msgid % values if values else msgid)
        wording.msgid = msgid
        wording.values = values
        return wording


class CountedWording(Wording):
    """An English sentence about a number, with its singular and plural patterns and the values in it."""

    plural: str
    num: int

    def __new__(cls, one: str, many: str, num: int, **values: Any) -> Self:
        """Return the sentence for this number, which the patterns name `num`."""
        wording = super().__new__(cls, one if num == 1 else many, num=num, **values)
        wording.msgid, wording.plural, wording.num = one, many, num
        return wording


def lower_first(text: str) -> str:
    """Ready a label for the middle of a sentence: "Home address" becomes "home address", "UPN" stays."""
    first_word = text.split(" ", 1)[0]
    if (len(first_word) > 1 and first_word.upper() == first_word) or (
        "’" in first_word and first_word[0] == "I"
    ):
        return text
    return text[:1].lower() + text[1:]


def upper_first(text: str) -> str:
    """Ready a phrase for the start of a sentence."""
    return text[:1].upper() + text[1:]
