"""Marks for text in another language than the page, and for data with its own text direction.

A text without a translation is shown in English with `lang="en" dir="ltr"`: otherwise a screen reader uses
the wrong voice, and on a right-to-left page "14 March 2017" becomes "March 2017 14". The same holds for
names, addresses and dates inside a translated sentence.

A catalogue cannot tell whether a text goes into an element or an attribute. So it adds noncharacters, which
cleaned input never contains, and the finished page has them replaced by elements or, inside attributes, by
Unicode isolates.
"""

import re
from typing import Any

from babel.support import NullTranslations
from flask import Flask, Response
from flask_babel import get_locale

ENGLISH, ENGLISH_END, DATA, DATA_END = "\ufdd0", "\ufdd1", "\ufdd2", "\ufdd3"
MARKS = (ENGLISH, ENGLISH_END, DATA, DATA_END)
_IN_BYTES = "\ufdd0".encode()[:2]
ELEMENTS = {
    ENGLISH: '<span lang="en" dir="ltr">',
    ENGLISH_END: "</span>",
    DATA: "<bdi>",
    DATA_END: "</bdi>",
}
ISOLATES = {ENGLISH: "\u2066", ENGLISH_END: "\u2069", DATA: "\u2068", DATA_END: "\u2069"}
NOTHING = dict.fromkeys(MARKS, "")
_PLACE = re.compile(r"%\(\w+\)[sd]")
_PIECES = re.compile(
    r"(<(title|textarea|option|script|style|desc|text)\b[^>]*>)(.*?)(</\2>)|<[^>]*>",
    re.DOTALL | re.IGNORECASE,
)
_NOTE = re.compile(r"<div[^>]* data-partly-english hidden>.*?</div>", re.DOTALL)
_FROM_THE_RIGHT = re.compile(r"[\u0590-\u08ff\ufb1d-\ufdcf\ufdf0-\ufdff\ufe70-\ufeff]")
_LETTER_OR_NUMBERS = re.compile(r"[^\W\d_]|\d\D+\d")
_ENTITY = re.compile(r"&#?\w+;")


class English(NullTranslations):
    """The fallback of a catalogue: the English text with a mark."""

    def gettext(self, message: str) -> str:
        """Return the text as it is written in the code."""
        return f"{ENGLISH}{message}{ENGLISH_END}"

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        """Return the counted text as it is written in the code."""
        return self.gettext(msgid1 if n == 1 else msgid2)


class IsolatingCatalogue:
    """The catalogue of a right-to-left language, in which inserted values are marked as data."""

    def __init__(self, catalogue: Any) -> None:
        self._catalogue = catalogue
        self._known: dict[str, str] = {}

    def ugettext(self, text: str) -> str:
        """Return a text in this language."""
        if text not in self._known:
            self._known[text] = _isolating(self._catalogue.ugettext(text))
        return self._known[text]

    def ungettext(self, one: str, many: str, num: int) -> str:
        """Return a counted text in this language."""
        return _isolating(self._catalogue.ungettext(one, many, num))

    def __getattr__(self, name: str) -> Any:
        return getattr(self._catalogue, name)


def _isolating(text: str) -> str:
    return _PLACE.sub(lambda place: f"{DATA}{place[0]}{DATA_END}", text)


def marked(catalogue: Any) -> Any:
    """Return the catalogue with its marks; English needs none."""
    locale = get_locale()
    if locale is None or locale.language == "en":
        return catalogue
    catalogue.add_fallback(English())
    return IsolatingCatalogue(catalogue) if locale.text_direction == "rtl" else catalogue


def without_marks(text: str) -> str:
    """Return a text without marks, for files and scripts."""
    for mark in MARKS:
        text = text.replace(mark, "").replace(f"\\u{ord(mark):04x}", "")  # JSON escapes them
    return text


def show_languages(html: str, from_the_right: bool) -> str:
    """Return a page with its marks replaced; a right-to-left page also has all other data isolated."""
    note = _NOTE.search(html)
    if note and ENGLISH in html[: note.start()] + html[note.end() :]:
        html = html.replace(" data-partly-english hidden>", " data-partly-english>", 1)
    in_tags = ISOLATES if from_the_right else NOTHING
    shown, at = [], 0
    for piece in _PIECES.finditer(html):
        shown.append(_text(html[at : piece.start()], from_the_right))
        shown.append(_element(piece, in_tags) if piece[1] else _replaced(piece[0], in_tags))
        at = piece.end()
    shown.append(_text(html[at:], from_the_right))
    return "".join(shown)


def _element(piece: re.Match[str], in_tags: dict[str, str]) -> str:
    """Return an element that contains text only, as those of a drawing do, with its marks replaced."""
    start, text, end = _replaced(piece[1], in_tags), piece[3], piece[4]
    if piece[2].lower() == "option" and text.startswith(ENGLISH) and text.endswith(ENGLISH_END):
        start, text = f'{start[:-1]} lang="en" dir="ltr">', text[1:-1]
    return start + _replaced(text, in_tags) + end


def _text(text: str, from_the_right: bool) -> str:
    if any(mark in text for mark in MARKS):
        return _replaced(text, ELEMENTS)
    plain = text.strip()
    if not from_the_right or not plain or _FROM_THE_RIGHT.search(plain):
        return text
    if not _LETTER_OR_NUMBERS.search(_ENTITY.sub("", plain)):
        return text
    return text.replace(plain, f"<bdi>{plain}</bdi>", 1)


def _replaced(text: str, by: dict[str, str]) -> str:
    for mark, words in by.items():
        if mark in text:
            text = text.replace(mark, words)
    return text


def init_text_direction(app: Flask) -> None:
    """Replace the marks in every response."""

    @app.after_request
    def replace_marks(answer: Response) -> Response:
        if (
            answer.is_streamed
            or answer.direct_passthrough
            or not (answer.mimetype or "").startswith(("text/", "application/json"))
        ):
            return answer
        locale = get_locale()
        from_the_right = locale is not None and locale.text_direction == "rtl"
        is_page = answer.mimetype == "text/html"
        if not (is_page and from_the_right) and not _has_marks(answer.get_data()):
            return answer
        text = answer.get_data(as_text=True)
        answer.set_data(show_languages(text, from_the_right) if is_page else without_marks(text))
        return answer


def _has_marks(data: bytes) -> bool:
    return _IN_BYTES in data or b"\\ufdd" in data
