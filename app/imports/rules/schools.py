"""What the GIAS establishment and links files say about schools."""

from app.core.roles import Profession
from app.imports.rules.columns import fold_heading

_POST16 = ("furthereducation", "sixthform", "post16", "highereducation")
_EARLY_YEARS = ("nursery", "childrenscentre")


def profession_of(kind: str, phase: str) -> Profession:
    """Return the kind of organisation for the type and phase of an establishment; a school where neither says else."""
    of_type, of_phase = fold_heading(kind), fold_heading(phase)
    if of_phase == "16plus" or any(word in of_type for word in _POST16):
        return Profession.post16
    if of_phase == "nursery" or any(word in of_type for word in _EARLY_YEARS):
        return Profession.early_years
    return Profession.school


def is_open(status: str) -> bool:
    """Return whether an establishment is open; one that is proposed to close still is."""
    return fold_heading(status).startswith("open")


def is_closed(status: str) -> bool:
    """Return whether an establishment is closed."""
    return fold_heading(status) == "closed"


def is_successor(link_type: str) -> bool:
    """Return whether a link says that one school became one other, as when it becomes an academy.

    Where schools were merged or split, GIAS says so in the link, and a person decides what becomes of their records.
    """
    return fold_heading(link_type) == "successor"
