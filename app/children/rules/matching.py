"""Rules for finding possible duplicates: whether two records may be of one child. The SEN team decides."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from difflib import SequenceMatcher

from app.core.names import fold

ALIKE = 0.8
"""From this similarity on, two names count as spellings of one: Mohammed and Muhammad, Shah and Sha."""


LONGEST_COMPARED = 60
"""The longest part of a name that is compared, since comparing takes up to the cube of the length."""


@dataclass(frozen=True)
class Identity:
    """The details that distinguish one child from another."""

    forenames: str
    surname: str
    date_of_birth: date
    known_as: str = ""
    postcode: str = ""
    upn: str | None = None
    nhs_number: str | None = None
    child_id: int | None = None


def similar(one: str, other: str) -> bool:
    """Return whether two names may be spellings of one name."""
    a, b = fold(one)[:LONGEST_COMPARED], fold(other)[:LONGEST_COMPARED]
    if not a or not b:
        return False
    return a == b or a in b.split() or b in a.split() or likeness(a, b) >= ALIKE


def likeness(one: str, other: str) -> float:
    """Return how alike two folded names are written: from 0 for nothing in common to 1 for the same letters."""
    return SequenceMatcher(None, one[:LONGEST_COMPARED], other[:LONGEST_COMPARED]).ratio()


def may_be_same_child(one: Identity, other: Identity) -> bool:
    """Return whether two records may be of one child.

    They have the same UPN or NHS number, or the same date of birth and a similar name or the same postcode.
    Two different NHS numbers mean two children, so that twins are not taken for one child.
    """
    if one.nhs_number and other.nhs_number:
        return one.nhs_number == other.nhs_number
    if one.upn and one.upn == other.upn:
        return True
    if one.date_of_birth != other.date_of_birth:
        return False
    same_home = bool(one.postcode) and fold(one.postcode) == fold(other.postcode)
    return same_home or _similarly_named(one, other)


def is_close_to(one: Identity, other: Identity) -> bool:
    """Return whether one record may be the other with one wrong detail, such as the date of birth."""
    same_names = fold(one.surname) == fold(other.surname) and fold(one.forenames) == fold(other.forenames)
    return same_names or may_be_same_child(one, other)


def _similarly_named(one: Identity, other: Identity) -> bool:
    """Return whether surname and forename are similar, in either order; "known as" counts as a forename."""
    straight = _alike_surnames(one, other) and any(
        similar(a, b) for a in (one.forenames, one.known_as) for b in (other.forenames, other.known_as)
    )
    crossed = similar(one.surname, other.forenames) and similar(one.forenames, other.surname)
    return straight or crossed


def _alike_surnames(one: Identity, other: Identity) -> bool:
    """Return whether the surnames are similar.

    A child recorded with one name only may have a surname in another record.
    """
    return not one.surname or not other.surname or similar(one.surname, other.surname)


def first_match(new: Identity, known: Iterable[Identity]) -> Identity | None:
    """Return the oldest record that may be the same child, or None."""
    return next((each for each in known if may_be_same_child(new, each)), None)
