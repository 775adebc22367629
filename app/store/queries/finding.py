"""Finding children by what somebody typed; the lens says which of them may be found."""

from typing import Any

from sqlalchemy import ColumnElement, Integer, and_, bindparam, func, select, true
from sqlalchemy.orm import InstrumentedAttribute, Session

from app.domain.finding import child_wanted
from app.domain.names import just_past
from app.models import Child, ChildName
from app.store.database import plan_anew
from app.store.listing import Sought
from app.store.ready import Ready

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
    if one_by_one or not wanted.words:
        return and_(true(), *[_has_word(word) for word in wanted.words])
    longest, *others = sorted(wanted.words, key=len, reverse=True)
    found = Child.id.in_(select(ChildName.child_id).where(_begins(longest)))
    return and_(found, *[_has_word(word) for word in others])


def children_listed(session: Session, typed: str) -> Sought:
    """The same, for a list of all children."""
    return _listed(session, typed, MANY, Child.id, child_matches(typed))


def listed_by_child(session: Session, typed: str, child_id: InstrumentedAttribute[int]) -> Sought:
    """What is about the children that match, for a list of it; `child_id` is the column that says about whom."""
    criterion = child_id.in_(select(Child.id).where(child_matches(typed)))
    return _listed(session, typed, MANY_TO_SORT, child_id, criterion)


def _listed(
    session: Session,
    typed: str,
    many: int,
    child_id: InstrumentedAttribute[int],
    criterion: ColumnElement[bool],
) -> Sought:
    plan_anew(session)
    words = child_wanted(typed).words
    longest = max(words, key=len, default="")
    alone = len(words) == 1 or len(longest) <= FEW_LETTERS
    if not (longest and alone and _are_many(session, longest, many)):
        return Sought(criterion)
    has = {word: _has_word(word, child_id) for word in words}
    some = child_id.in_(select(ChildName.child_id).where(_begins(longest)).limit(SOME))
    others = [has[word] for word in has if word != longest]
    return Sought(criterion, and_(*has.values()), and_(some, *others))


def _are_many(session: Session, word: str, many: int) -> bool:
    (count,) = _FIRST_WORDS.only(session, word=word, past=just_past(word), most=many)
    return bool(count == many)


def _has_word(word: str, child_id: InstrumentedAttribute[int] = Child.id) -> ColumnElement[bool]:
    """A word of this child's name begins so."""
    return select(ChildName.child_id).where(ChildName.child_id == child_id, _begins(word)).exists()


def _begins(word: Any, past: Any = None) -> ColumnElement[bool]:
    return and_(ChildName.word >= word, ChildName.word < (just_past(word) if past is None else past))


_TYPE = ChildName.word.type
_FIRST_WORDS = Ready(
    select(func.count()).select_from(
        select(ChildName.child_id)
        .where(_begins(bindparam("word", type_=_TYPE), bindparam("past", type_=_TYPE)))
        .limit(bindparam("most", type_=Integer()))
        .subquery()
    ),
    spelt=["most"],
)
