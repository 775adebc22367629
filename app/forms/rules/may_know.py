"""The question whether a person or an organisation may know about a child: what forms say, and whom the SEN team removed."""

import enum
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from app.forms.rules.secrecy import (
    Note,
    member_must_not_know,
    plainly_must_not_know,
    share_a_name,
    who_must_not_know,
)

Names = tuple[str, ...]
"""The name of an organisation, then those that it had before."""


@dataclass(frozen=True, kw_only=True)
class Someone:
    """A person who knows or would know about a child, or an organisation's queue, which has no name of its own."""

    name: str = ""
    former: Sequence[str] = ()
    """Names that the person had before."""
    relationship: str = ""
    places: Mapping[int, Names] = field(default_factory=dict)
    """The organisations that count for them, by id: what they read for one, they know at all."""
    person_id: int | None = None


@dataclass(frozen=True)
class Removed:
    """A person whose involvement with a child the SEN team ended."""

    person_id: int
    names: Names


@dataclass(frozen=True)
class Known:
    """What is known about a child that may exclude someone from it."""

    notes: Sequence[Note] = ()
    """The restricted answers in the submitted forms."""
    people: Sequence[Removed] = ()
    organisations: Mapping[int, str] = field(default_factory=dict)
    """The organisations whose involvement the SEN team ended, by id."""

    def __bool__(self) -> bool:
        return bool(self.notes or self.people or self.organisations)


class Asker(enum.Enum):
    """Who asks, and so how much counts."""

    officer = "officer"
    """An officer, who then decides: every note that may mean the person."""
    portal = "portal"
    """The portal, which acts before an officer has looked."""
    queue = "queue"
    """The portal, for one of the many people who see the child in an organisation's queue; `places` are their others."""


_NOTES = {
    Asker.officer: who_must_not_know,
    Asker.portal: plainly_must_not_know,
}


@dataclass(frozen=True)
class Objection:
    """The answer: why someone may have to be excluded from a child. It is false where nothing is known against them."""

    notes: Sequence[Note] = ()
    """The answers that may mean them or an organisation of theirs."""
    removed: Names = ()
    """The removed people and organisations that they may be or work for, by name."""

    def __bool__(self) -> bool:
        return bool(self.notes or self.removed)


def objection(known: Known, who: Someone, asker: Asker) -> Objection:
    """Return what is known against this person or organisation: the one question at every way to a child."""
    if not known:
        return Objection()
    places = tuple(name for names in who.places.values() for name in names)
    if asker is Asker.queue:
        notes = member_must_not_know(known.notes, who.name, places, who.former)
    else:
        notes = _NOTES[asker](known.notes, who.name, who.relationship, places, who.former)
    return Objection(notes, tuple(dict.fromkeys(_removed(known, who))))


def _removed(known: Known, who: Someone) -> Iterator[str]:
    names = [each for each in (who.name, *who.former) if each]
    for each in known.people:  # it may be another account of theirs
        if each.person_id == who.person_id or share_a_name(names, each.names):
            yield each.names[0]
    yield from (name for number, name in known.organisations.items() if number in who.places)
