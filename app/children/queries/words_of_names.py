"""Statements about the words of children's names: which may be another spelling of one typed, and which children have them.

Each reads an index and stops at a limit, so that it takes as long among a million children as among a thousand.
"""

import json
from collections.abc import Callable, Collection, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, Subquery, cast, func, select
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from app.children.queries.finding import begins
from app.children.rules.spelling import SHORTEST, keys_one_letter_off, spelling_key, spellings
from app.children.tables import ChildName

MOST_SPELLINGS = 400
"""How many different words are compared with those typed."""
MOST_COMPARED_WORDS = 2
"""How many of the words typed are also tried with one letter off, the longest first: each gives two hundred keys."""

HasWord = Callable[[Any], ColumnElement[bool]]
"""Returns the criterion that a row of ChildName has one wanted word."""


def known_spellings(
    session: Session, words: Sequence[str], *, letter_off: bool = False
) -> dict[str, tuple[str, ...]]:
    """Return, for each word, the words in children's names that may be other spellings of it.

    With `letter_off`, also those whose key differs in one letter.
    """
    long_enough = [word for word in words if len(word) >= SHORTEST and spelling_key(word)]
    keys = {word: {spelling_key(word)} for word in long_enough}
    if letter_off:
        for word in sorted(long_enough, key=len, reverse=True)[:MOST_COMPARED_WORDS]:
            keys[word].update(keys_one_letter_off(spelling_key(word)))
    wanted = sorted(set().union(*keys.values()))
    if not wanted:
        return {}
    known = session.execute(_different_words(_each_of(session, wanted))).all()
    return {word: spellings(word, [row[1] for row in known if row[0] in own]) for word, own in keys.items()}


def begins_with(ways: Sequence[str]) -> HasWord:
    """Return the criterion for words that begin in one of these ways."""
    return lambda name: begins(name, ways)


def is_one_of(words: Collection[str]) -> HasWord:
    """Return the criterion for these words."""
    return lambda name: name.word.in_(words)


def children_with_words(wanted: Sequence[HasWord]) -> Select[Any]:
    """Return the query for the ids of children whose names have all these words; the first is read from the index."""
    first, *others = wanted
    return select(ChildName.child_id).where(
        first(ChildName), *[has_word(each, ChildName.child_id) for each in others]
    )


def has_word(wanted: HasWord, child_id: InstrumentedAttribute[int]) -> ColumnElement[bool]:
    """Return the criterion that this child's name has a word."""
    name = aliased(ChildName)
    return select(name.child_id).where(name.child_id == child_id, wanted(name)).exists()


def _each_of(session: Session, keys: Sequence[str]) -> Subquery:
    """Return these keys as rows. They are one parameter, so that the statement is the same however many there are."""
    key: Any
    if session.connection().dialect.name == "postgresql":
        key = func.jsonb_array_elements_text(cast(list(keys), JSONB)).column_valued("key")
    else:
        key = func.json_each(json.dumps(keys)).table_valued("value").c.value
    return select(key.label("spelling")).subquery()


def _different_words(each_key: Subquery) -> Select[Any]:
    """Return the query for each key's words, each once: from every word to the next in the index, past all its children."""
    word_of_key = select(func.min(ChildName.word)).where(ChildName.spelling == each_key.c.spelling)
    known = select(each_key.c.spelling, word_of_key.scalar_subquery().label("known")).cte(recursive=True)
    next_word = select(func.min(ChildName.word)).where(
        ChildName.spelling == known.c.spelling, ChildName.word > known.c.known
    )
    following = select(known.c.spelling, next_word.scalar_subquery()).where(known.c.known.is_not(None))
    every = known.union_all(following)
    return select(every.c.spelling, every.c.known).where(every.c.known.is_not(None)).limit(MOST_SPELLINGS)
