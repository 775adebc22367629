"""Spellings of one word of a name that people mix up: Mohammed and Muhammad, McDonald and MacDonald, Jonson and Johnson.

Spellings of one word have the same key: what is heard of the consonants, without vowels and doubled letters. The
database computes the same key and keeps an index of it (app/children/tables.py), so that a misspelt name is found among a
million as quickly as among a thousand. The key only brings words together; `may_be_meant` then compares them whole.
"""

from collections.abc import Iterable, Sequence

from app.children.rules.matching import ALIKE, likeness

HEARD = (
    *(("ph", "f"), ("x", "ks"), ("c", "k"), ("q", "k"), ("z", "s"), ("v", "f"), ("j", "g"), ("h", "")),
    *((letter * 2, letter) for letter in "bdfgklmnprst"),
    *((vowel, "") for vowel in "aeiouyw"),
)
"""What is replaced, in this order, to make the key of a word. The database computes keys in the same way: a change needs a migration."""
LETTERS = "bdfgklmnprst"
"""The letters of which keys are made; those of other scripts stay as they are."""
SHORTEST = 3
"""A word with fewer letters is the start of too many names to be compared with other spellings."""
LONG_KEY, LONGEST_KEY = 3, 8
ALIKE_BY_KEY, ALIKE_BY_SHORT_KEY = 0.6, 0.7
"""From this likeness on, words with the same key count as spellings of one: Catherine and Kathryn, Aisha and Ayesha. The
same two consonants say less than three do: Ali is not Aaliyah."""


def spelling_key(word: str) -> str:
    """Return what is heard of the consonants of a folded word: "mohammed" and "muhammad" both give "mmd"."""
    for old, new in HEARD:
        word = word.replace(old, new)
    return word


def spelling_key_sql(column: str) -> str:
    """Return `spelling_key` of a column in SQL."""
    for old, new in HEARD:
        column = f"replace({column}, '{old}', '{new}')"
    return column


def keys_one_letter_off(key: str) -> list[str]:
    """Return the keys with one letter more, fewer, another or changed places; none for a key of few letters,
    which would give too many names, or of very many.
    """
    if not LONG_KEY <= len(key) <= LONGEST_KEY:
        return []
    places = range(len(key))
    fewer = [key[:n] + key[n + 1 :] for n in places]
    swapped = [key[:n] + key[n + 1] + key[n] + key[n + 2 :] for n in places[:-1]]
    another = [key[:n] + letter + key[n + 1 :] for n in places for letter in LETTERS]
    more = [key[:n] + letter + key[n:] for n in range(len(key) + 1) for letter in LETTERS]
    return [each for each in dict.fromkeys([*fewer, *swapped, *another, *more]) if each != key]


def may_be_meant(typed: str, known: str) -> bool:
    """Return whether a folded word that was typed may be another spelling of a known one."""
    key = spelling_key(typed)
    if key != spelling_key(known):
        return likeness(typed, known) >= ALIKE
    return likeness(typed, known) >= (ALIKE_BY_KEY if len(key) >= LONG_KEY else ALIKE_BY_SHORT_KEY)


def join_mc(words: Sequence[str]) -> tuple[str, ...]:
    """Return the words with Mc or Mac joined to the word after it: "mc donald" is another spelling of MacDonald."""
    joined: list[str] = []
    for word in words:
        if joined and joined[-1] in {"mc", "mac"}:
            joined[-1] += word
        else:
            joined.append(word)
    return tuple(joined)


def spellings(typed: str, known: Iterable[str]) -> tuple[str, ...]:
    """Return the known words that this one may mean, the likest first, without those that begin with it."""
    meant = [word for word in known if not word.startswith(typed) and may_be_meant(typed, word)]
    return tuple(sorted(meant, key=lambda word: (-likeness(typed, word), word)))
