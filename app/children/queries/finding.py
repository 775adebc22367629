"""Queries to find children by name, number or date of birth. Row-level security applies."""

from collections.abc import Sequence
from typing import Any, cast

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Integer,
    Select,
    and_,
    bindparam,
    false,
    func,
    or_,
    select,
    union_all,
)
from sqlalchemy.orm import InstrumentedAttribute, Session

from app.children.rules.finding import child_wanted
from app.children.tables import Child, ChildName
from app.core.database.compiled_query import CompiledQuery
from app.core.database.engine import use_custom_plans
from app.core.database.listing import Criteria
from app.core.names import just_past, ways_to_match

NOT_COMPARED = ("'", "’", "-", ".", " ")
"""Characters ignored in a search for the names of adults and organisations."""

FEW_LETTERS = 2
"""Up to this many letters, the start of a word may match a large part of all names."""
MANY = 5_000
"""From this many matching words on, reading the index takes as long as filling a page child by child.

Measured with a million children: about one child in two hundred matches.
"""
MANY_TO_SORT = MANY // 2
"""The same limit for rows about children, which also have to be sorted by date."""
SOME = 2_000
"""How many matching words are read for a first page. They belong to at least half as many children, since a
few children have two similar names (Ann Annabel)."""


def child_matches(text: str, *, one_by_one: bool = False) -> ColumnElement[bool]:
    """Return the criterion for children with this NHS number, UPN, date of birth, or these name beginnings.

    The words of a name may come in any order. The longest word is read from the index, and the other words
    are checked for those children only. With `one_by_one`, every word is checked child by child: faster where
    there are few children, or where so many match that a page is soon full.
    """
    wanted = child_wanted(text)
    if wanted.nhs_number:
        return Child.nhs_number == wanted.nhs_number
    if wanted.upn:
        return Child.upn == wanted.upn
    if wanted.born_on:
        return Child.date_of_birth == wanted.born_on
    if not wanted.words:
        return false()  # the text has no letter or digit
    ways = ways_to_match(wanted.words)
    if one_by_one:
        return and_(*[_has_word(each) for each in ways])
    longest, *others = sorted(ways, key=lambda each: len(each[0]), reverse=True)
    return and_(Child.id.in_(_with_word(longest)), *[_has_word(each) for each in others])


def children_listed(session: Session, text: str) -> Criteria:
    """Return the search criteria for a list of all children."""
    return _listed(session, text, MANY, Child.id, child_matches(text))


def listed_by_child(session: Session, text: str, child_id: InstrumentedAttribute[int]) -> Criteria:
    """Return the search criteria for a list of rows about children; `child_id` is their column."""
    criterion = child_id.in_(select(Child.id).where(child_matches(text)))
    return _listed(session, text, MANY_TO_SORT, child_id, criterion)


def named_like(text: str, *columns: Any) -> ColumnElement[bool]:
    """Return the criterion that the joined columns contain this text.

    Apostrophes, hyphens and spaces are ignored. Text without a letter or digit matches nothing.
    """
    letters = "".join(sign for sign in text if sign.isalnum())
    if not letters:
        return false()
    together = columns[0]
    for column in columns[1:]:
        together = together + column
    for sign in NOT_COMPARED:
        together = func.replace(together, sign, "")
    return cast("ColumnElement[bool]", together.icontains(letters, autoescape=True))


def _listed(
    session: Session,
    text: str,
    many: int,
    child_id: InstrumentedAttribute[int],
    criterion: ColumnElement[bool],
) -> Criteria:
    use_custom_plans(session)
    words = child_wanted(text).words
    longest = max(words, key=len, default="")
    alone = len(words) == 1 or len(longest) <= FEW_LETTERS
    if not (longest and alone and _are_many(session, longest, many)):
        return Criteria(criterion)
    ways = ways_to_match(words)
    has = [_has_word(each, child_id) for each in ways]
    place = words.index(longest)
    some = child_id.in_(select(ChildName.child_id).where(_begins(longest)).limit(SOME))
    return Criteria(criterion, and_(*has), and_(some, *has[:place], *has[place + 1 :]))


def _are_many(session: Session, word: str, many: int) -> bool:
    (count,) = _FIRST_WORDS.one(session, word=word, past=just_past(word), most=many)
    return bool(count == many)


def _with_word(ways: tuple[str, ...]) -> Select[Any] | CompoundSelect[Any]:
    """Return the query for children with a word that begins in one of these ways.

    Each way is a query of its own, so that each reads the index.
    """
    each_way = [select(ChildName.child_id).where(_begins(way)) for way in ways]
    return union_all(*each_way) if len(each_way) > 1 else each_way[0]


def _has_word(ways: tuple[str, ...], child_id: InstrumentedAttribute[int] = Child.id) -> ColumnElement[bool]:
    """Return the criterion that a word of the child's name begins in one of these ways."""
    return select(ChildName.child_id).where(ChildName.child_id == child_id, begins(ChildName, ways)).exists()


def begins(name: Any, ways: Sequence[str]) -> ColumnElement[bool]:
    """Return the criterion that the word of ChildName, or of an alias of it, begins in one of these ways."""
    return or_(*[and_(name.word >= way, name.word < just_past(way)) for way in ways])


def _begins(word: Any, past: Any = None) -> ColumnElement[bool]:
    return and_(ChildName.word >= word, ChildName.word < (just_past(word) if past is None else past))


_TYPE = ChildName.word.type
_FIRST_WORDS = CompiledQuery(
    select(func.count()).select_from(
        select(ChildName.child_id)
        .where(_begins(bindparam("word", type_=_TYPE), bindparam("past", type_=_TYPE)))
        .limit(bindparam("most", type_=Integer(), literal_execute=True))
        .subquery()
    ),
)
