"""Finding children by what somebody typed; the lens says which of them may be found."""

from sqlalchemy import ColumnElement, Select, and_, func, select, true
from sqlalchemy.orm import Session

from app.domain.finding import child_wanted
from app.domain.names import just_past
from app.models import Child, ChildName
from app.store.database import plan_anew

FEW_LETTERS = 2
"""So few letters may begin the names of half a county; more than these hardly ever do."""
MANY = 10_000


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
        return and_(true(), *map(_has_word, wanted.words))
    longest, *others = sorted(wanted.words, key=len, reverse=True)
    found = Child.id.in_(select(ChildName.child_id).where(_begins(longest)))
    return and_(found, *map(_has_word, others))


def children_found(session: Session, typed: str) -> Select[int]:
    """The numbers of the children that match, for a list of what is about them."""
    plan_anew(session)
    return select(Child.id).where(child_matches(typed))


def child_listed(session: Session, typed: str) -> ColumnElement[bool]:
    """The same, for a list of all children that is read from its beginning."""
    plan_anew(session)
    longest = max(child_wanted(typed).words, key=len, default="")
    return child_matches(typed, one_by_one=len(longest) <= FEW_LETTERS and _are_many(session, longest))


def _are_many(session: Session, word: str) -> bool:
    first = select(ChildName.child_id).where(_begins(word)).limit(MANY).subquery()
    return session.scalar(select(func.count()).select_from(first)) == MANY


def _has_word(word: str) -> ColumnElement[bool]:
    """A word of this child's name begins so."""
    return select(ChildName.child_id).where(ChildName.child_id == Child.id, _begins(word)).exists()


def _begins(word: str) -> ColumnElement[bool]:
    return and_(ChildName.word >= word, ChildName.word < just_past(word))
