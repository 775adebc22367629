"""Clean text that people type or paste, before it is checked, searched for or stored.

`clean_line` is for every box of one line, `clean_lines` for text areas, `clean_address` for postal addresses and
`clean_code` for numbers, codes and email addresses. What these cannot clean stays in the text, and
`character_problem` names it.
"""

from __future__ import annotations

import re
import unicodedata

from app.core.errors import FieldError
from app.core.wording import N_, Wording

JOINERS = "\u200c\u200d"
"""Zero-width non-joiner and joiner: part of the spelling in scripts such as Urdu's, and of some emoji."""

DIRECTION_MARKS = "\u061c\u200e\u200f"
"""Marks that order numbers and Latin words inside right-to-left prose. They cannot hide or reorder other text."""

NEVER_USABLE = frozenset({"Cc", "Cn", "Co", "Cs"})
"""Control characters, unassigned code points, private use and surrogates."""

MOST_ACCENTS = 30
"""On one letter, as Unicode's stream-safe format has it. Putting more into order would take as many steps as the square
of their number."""

BULLETS = "\uf0b7\uf0d8\uf0fc\uf0a7\uf076"
"""Bullets of the fonts Symbol and Wingdings, as Word copies them."""

_BREAKS = re.compile("\r\n|[\n\r\x0b\x0c\x85\u2028\u2029]")
_LINE = str.maketrans(
    {
        **dict.fromkeys("’‘‛ʼ`´′", "'"),
        **dict.fromkeys("\u2010\u2011\x1e\u2212\ufe63\uff0d", "-"),  # U+001E is Word's non-breaking hyphen
        **dict.fromkeys(BULLETS, "•"),
    }
)
_LINES = str.maketrans({**dict.fromkeys(BULLETS, "•"), "\x1e": "-"})


def clean_line(text: str) -> str:
    """Return the text of a single-line box: no invisible characters, plain spaces, apostrophes and digits."""
    text = _compose("".join(map(_plain_width, _BREAKS.sub(" ", text)))).translate(_LINE)
    visible = "".join(map(_digit, _without_invisible(text, keep="")))
    return " ".join(visible.split())


def clean_lines(text: str) -> str:
    """Return the text of a text area: one kind of line break and bullet, no invisible characters."""
    text = _compose(_BREAKS.sub("\n", text)).translate(_LINES)
    visible = _without_invisible(text, keep="\n\t" + DIRECTION_MARKS)
    return "".join(" " if unicodedata.category(sign) == "Zs" else sign for sign in visible).strip()


def clean_address(text: str) -> str:
    """Return a postal address: each line cleaned as a single line, empty lines left out."""
    return "\n".join(filter(None, map(clean_line, _BREAKS.split(text))))


def clean_code(text: str) -> str:
    """Return a code or email address: a clean line in which no invisible character has a place."""
    return "".join(sign for sign in clean_line(text) if sign not in JOINERS)


def character_problem(text: str) -> Wording | None:
    """Name the first character that can be neither cleaned nor stored as text."""
    for place, sign in enumerate(text, 1):
        if sign == "\ufffd" or (sign not in "\n\t" and unicodedata.category(sign) in NEVER_USABLE):
            return _named(
                N_("Delete or retype character %(place)s, %(character)s. We cannot use it"), place, sign
            )
    return None


def character_faults(field: str, text: str) -> list[FieldError]:
    """Return that problem as an error of this field; an empty list without one."""
    problem = character_problem(text)
    return [FieldError(field, problem)] if problem else []


def letter_problem(text: str) -> Wording | None:
    """Name the first letter that looks like one of a code's but is from another alphabet."""
    for place, sign in enumerate(text, 1):
        if not sign.isascii():
            message = N_(
                "Retype character %(place)s, %(character)s. It is not a letter from A to Z or a number"
            )
            return _named(message, place, sign)
    return None


def _named(message: str, place: int, sign: str) -> Wording:
    shown = f"“{sign}” " if sign.isprintable() else ""
    name = unicodedata.name(sign, "").lower()
    code = f"U+{ord(sign):04X}"
    return Wording(message, place=place, character=f"{shown}({name}, {code})" if name else f"{shown}({code})")


def _plain_width(sign: str) -> str:
    """Return an ordinary character for a full-width one, and for ligatures and shaped letters copied from PDF files."""
    if "\ufb00" <= sign <= "\ufdfb" or "\ufe70" <= sign <= "\ufefc" or "\uff01" <= sign <= "\uffee":
        return unicodedata.normalize("NFKC", sign)
    return sign


def _compose(text: str) -> str:
    """Compose letters with accents entered as characters of their own. Lone surrogates become U+FFFD."""
    signs, marks = [], 0
    for sign in text:
        marks = marks + 1 if unicodedata.combining(sign) else 0
        if marks <= MOST_ACCENTS:
            signs.append("\ufffd" if "\ud800" <= sign <= "\udfff" else sign)
    return unicodedata.normalize("NFC", "".join(signs))


def _without_invisible(text: str, keep: str) -> str:
    return "".join(
        sign
        for place, sign in enumerate(text)
        if sign in keep
        or unicodedata.category(sign) not in {"Cc", "Cf"}
        or (sign == "\t" and not keep)
        or (sign in JOINERS and _joins(text[place - 1 : place], text[place + 1 : place + 2]))
    )


def _joins(before: str, after: str) -> bool:
    """Return whether a joiner between these two has a meaning: letters of joining scripts, or parts of an emoji."""
    return _may_join(before) and _may_join(after)


def _may_join(sign: str) -> bool:
    return sign >= "\u0600" and unicodedata.category(sign)[0] in "LMS"


def _digit(sign: str) -> str:
    return str(unicodedata.decimal(sign)) if sign.isdecimal() else sign
