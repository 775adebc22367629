"""Check that a password is long enough and hard to guess. Everything that sets a password calls `problem`.

There are no rules about capitals, digits or signs, and no password ever expires (NCSC; ASVS 5.0, 6.2). The common
passwords, names and words are those of zxcvbn (MIT licence), which counts how many guesses a password takes.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache

from app.core.wording import N_, Wording

SHORTEST, LONGEST = 12, 128
LONGEST_INPUT = 4 * LONGEST
"""Longer input is refused before it is normalised, because one character can become eighteen."""
RATED_LENGTH = 40
"""zxcvbn compares every part of a password with its lists, so its time grows with the square of the length."""
MOST_SIGNS = 2
"""zxcvbn tries every combination of the letters that signs may replace: thousands where there are many signs."""
LONGEST_CONTEXT = 254
FEWEST_GUESSES = 10**8
"""With fewer guesses, an attacker who has the hashes would find the password within a day."""

SIGN_LETTERS = str.maketrans("@({[<!|$+%", "acccciistx")
"""One letter for each sign, digits apart, that zxcvbn may read as a letter."""

CONTEXT = (
    "council",
    "portal",
    "send",
    "senco",
    "ehcp",
    "bradford",
    "school",
    "special",
    "needs",
    "welcome",
    "changeme",
)
"""Words that an attacker would try first on this portal."""


def normal(password: str) -> str:
    """Return the normalised form in which a password is hashed and checked, whichever keyboard entered it."""
    return unicodedata.normalize("NFKC", password)


@lru_cache(maxsize=1)
def common_passwords() -> frozenset[str]:
    """Return the most common passwords, in small letters."""
    from zxcvbn.frequency_lists import FREQUENCY_LISTS

    return frozenset(FREQUENCY_LISTS["passwords"])


def problem(password: str, about: Iterable[str] = ()) -> Wording | None:
    """Return what is wrong with a new password, or None. `about` holds the owner's names, email and organisation."""
    if len(password) > LONGEST_INPUT:
        return Wording(N_("Password must be %(most)s characters or fewer"), most=LONGEST)
    normalised = normal(password)
    if not normalised:
        return Wording(N_("Enter a password"))
    if "\x00" in normalised:
        return Wording(N_("Password must not contain hidden characters"))
    if len(normalised) < SHORTEST:
        return Wording(N_("Password must be %(least)s characters or more"), least=SHORTEST)
    if len(normalised) > LONGEST:
        return Wording(N_("Password must be %(most)s characters or fewer"), most=LONGEST)
    words = known_words(about)
    if _is_mostly(normalised, words):
        return Wording(
            N_("Password must not be made of your name, your email address or the name of this service")
        )
    if _is_guessed_early(normalised, words):
        return Wording(N_("Enter a password that is harder to guess. Three random words work well"))
    return None


def known_words(about: Iterable[str]) -> list[str]:
    """Return the words that an attacker who knows the person and the council would try."""
    found = {
        word
        for text in about
        for word in re.split(r"[^\w]+", normal(text[:LONGEST_CONTEXT]).casefold())
        if len(word) > 2
    }
    return sorted(found | set(CONTEXT))


def _is_mostly(password: str, words: list[str]) -> bool:
    """Return whether little is left once the known words are removed."""
    left = password.casefold()
    for word in sorted(words, key=len, reverse=True):
        left = left.replace(word, "")
    return len(left) < len(password) and len(re.sub(r"[\W\d_]+", "", left)) < 4


def _is_guessed_early(password: str, words: list[str]) -> bool:
    common = common_passwords()
    folded = password.casefold()
    core = folded.strip("0123456789!?.,-_*#@$ ")
    if folded in common or core in common:
        return True
    from zxcvbn import zxcvbn  # takes twelve megabytes, so only processes that set passwords load it

    return bool(zxcvbn(rated(password), user_inputs=words)["guesses"] < FEWEST_GUESSES)


def rated(password: str) -> str:
    """Return the part of a password that zxcvbn rates: short, and with few readings. More is only harder to guess."""
    start = password[:RATED_LENGTH]
    signs = {character for character in start if ord(character) in SIGN_LETTERS}
    return start if len(signs) <= MOST_SIGNS else start.translate(SIGN_LETTERS)
