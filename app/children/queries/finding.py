"""Finding children by what somebody typed; the row filter says which of them may be found."""

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
"""Left out of adults' and organisations' names when they are searched for."""

FEW_LETTERS = 2
"""So few letters may begin the names of half a county; more than these hardly ever do."""
MANY = 5_000
"""So many words take as long to gather as it takes to meet a page of their children, one child in two hundred, among a
million."""
MANY_TO_SORT = MANY // 2
"""The same for what is about them: that is put in the order of its dates, which takes longer than gathering it."""
SOME = 2_000
"""Words that begin alike belong to half as many children or more: a child has two of them now and then (Ann Annabel)."""


def child_matches(typed: str, *, one_by_one: bool = False) -> ColumnElement[bool]:
    """Children with this NHS number, UPN or date of birth, or with names that begin with these words, in any order.

    The longest word fetches all that it finds from the index, and the other words are looked for in those alone. One by
    one, every word is looked for in one child after another: less work where the children are few anyway, or where
    so many match that a page of them is soon full.
    """
    wanted = child_wanted(typed)
    if wanted.nhs_number:
        return Child.nhs_number == wanted.nhs_number
    if wanted.upn:
        return Child.upn == wanted.upn
    if wanted.born_on:
        return Child.date_of_birth == wanted.born_on
    if not wanted.words:
        return false()  # nothing was typed that a name, date or number can have in it
    ways = ways_to_match(wanted.words)
    if one_by_one:
        return and_(*[_has_word(each) for each in ways])
    longest, *others = sorted(ways, key=lambda each: len(each[0]), reverse=True)
    return and_(Child.id.in_(_with_word(longest)), *[_has_word(each) for each in others])


def children_listed(session: Session, typed: str) -> Criteria:
    """The same, for a list of all children."""
    return _listed(session, typed, MANY, Child.id, child_matches(typed))


def listed_by_child(session: Session, typed: str, child_id: InstrumentedAttribute[int]) -> Criteria:
    """What is about the children that match, for a list of it; `child_id` is the column that says about whom."""
    criterion = child_id.in_(select(Child.id).where(child_matches(typed)))
    return _listed(session, typed, MANY_TO_SORT, child_id, criterion)


def named_like(text: str, *columns: Any) -> ColumnElement[bool]:
    """Whether these columns, one after the other, have this text in them, whatever apostrophes, hyphens and spaces.

    Text without a letter or digit is in none of them.
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
    typed: str,
    many: int,
    child_id: InstrumentedAttribute[int],
    criterion: ColumnElement[bool],
) -> Criteria:
    use_custom_plans(session)
    words = child_wanted(typed).words
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
    """The children with a word that begins in one of these ways, each way read from the index by itself."""
    each_way = [select(ChildName.child_id).where(_begins(way)) for way in ways]
    return union_all(*each_way) if len(each_way) > 1 else each_way[0]


def _has_word(ways: tuple[str, ...], child_id: InstrumentedAttribute[int] = Child.id) -> ColumnElement[bool]:
    """A word of this child's name begins in one of these ways."""
    begins = or_(*[_begins(way) for way in ways])
    return select(ChildName.child_id).where(ChildName.child_id == child_id, begins).exists()


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
