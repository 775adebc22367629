"""Decide whether a case can be handed to a colleague, and say why not."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from app.core.wording import N_


class NotHanded(Enum):
    """Why a case is not handed over."""

    has_it = "has_it"
    changed = "changed"
    gone = "gone"


NOT_HANDED: Mapping[NotHanded, str] = {
    NotHanded.has_it: N_("This colleague has it already"),
    NotHanded.changed: N_("Someone else has handed it over since you chose it"),
    NotHanded.gone: N_("There is no such case any more"),
}


@dataclass(frozen=True)
class Chosen:
    """A case that an officer chose, and the owner that was shown at that moment; None for no owner."""

    case_id: int
    owner_id: int | None


def why_not_handed(chosen: Chosen, owner_id: int | None, to_id: int) -> NotHanded | None:
    """Return why a case that `owner_id` has now is not handed to a person, or None where it is."""
    if owner_id == to_id:
        return NotHanded.has_it
    return NotHanded.changed if owner_id != chosen.owner_id else None
