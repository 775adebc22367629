"""Finding children by what somebody typed; the lens says which of them may be found."""

from sqlalchemy import ColumnElement, and_, or_, true

from app.domain.finding import child_wanted
from app.models import Child


def child_matches(typed: str) -> ColumnElement[bool]:
    """Children with this NHS number, UPN or date of birth, or with names that begin with these words, in any order."""
    wanted = child_wanted(typed)
    if wanted.nhs_number:
        return Child.nhs_number == wanted.nhs_number
    if wanted.upn:
        return Child.upn == wanted.upn
    if wanted.born_on:
        return Child.date_of_birth == wanted.born_on
    return and_(true(), *map(_has_word, wanted.words))


def _has_word(word: str) -> ColumnElement[bool]:
    """A word of the name begins so."""
    return or_(
        Child.search_name.startswith(word, autoescape=True),
        Child.search_name.contains(f" {word}", autoescape=True),
    )
