"""Domains that look like other domains: letters of other scripts, and ASCII pairs such as 0 and o or rn and m."""

from functools import lru_cache

import idna


def looks_like(domain: str, other: str) -> bool:
    """Return whether two different domains can be taken for each other (Unicode TR 39)."""
    return domain != other and skeleton(domain) == skeleton(other)


def skeleton(domain: str) -> str:
    """Return the domain with each character replaced by the ASCII letters that it can be taken for."""
    try:
        shown = idna.decode(domain)
    except (idna.IDNAError, UnicodeError):
        shown = domain
    return "".join(_letters_for(character) for character in shown)


@lru_cache(maxsize=2_000)
def _letters_for(character: str) -> str:
    # Imported here: the table takes ten megabytes, and few processes ever look at a domain that is not recognised.
    from confusable_homoglyphs import confusables

    is_letter = character.isascii() and character.isalpha()
    for found in confusables.is_confusable(character, greedy=True) or ():
        for homoglyph in found["homoglyphs"]:
            text = str(homoglyph["c"]).lower()
            if text.isascii() and text.isalpha() and (len(text) > 1 or not is_letter):
                return text
    return character
