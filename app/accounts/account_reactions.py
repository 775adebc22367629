"""Call what other areas do when an account changes: accounts cannot import children or forms, so those areas register
here.

Everything runs in the caller's transaction.
"""

from collections.abc import Callable

from app.accounts.tables.memberships import Membership
from app.accounts.tables.people import Person
from app.core.unit_of_work import UnitOfWork

Leaving = Callable[[UnitOfWork, int, int | None], object]
Confirmed = Callable[[UnitOfWork, Membership, int], None]
Renamed = Callable[[UnitOfWork, Person], None]
Follows = Callable[[UnitOfWork, int], bool]

_leaving: list[Leaving] = []
_confirmed: list[Confirmed] = []
_renamed: list[Renamed] = []
_follows: list[Follows] = []


def register(
    *,
    leaving: Leaving | None = None,
    confirmed: Confirmed | None = None,
    renamed: Renamed | None = None,
    follows: Follows | None = None,
) -> None:
    """Register what an area does.

    `leaving` takes the ids of the person and of the organisation they leave, None for every one; `confirmed` the
    membership and who confirmed it, `renamed` the person with the new name; `follows` returns whether a person is linked to a child as family.
    """
    _leaving.extend([leaving] if leaving else [])
    _confirmed.extend([confirmed] if confirmed else [])
    _renamed.extend([renamed] if renamed else [])
    _follows.extend([follows] if follows else [])


def hand_over_work(work: UnitOfWork, person_id: int, organisation_id: int | None = None) -> None:
    """Hand over the work of a person who leaves an organisation, or every one. Rows loaded earlier are expired."""
    for react in _leaving:
        react(work, person_id, organisation_id)


def after_confirmation(work: UnitOfWork, membership: Membership, by: int) -> None:
    """Call what areas do when a person is confirmed as working for an organisation by the account `by`."""
    for react in _confirmed:
        react(work, membership, by)


def after_rename(work: UnitOfWork, person: Person) -> None:
    """Do what follows when the owner of an account corrects their name."""
    for react in _renamed:
        react(work, person)


def follows_a_child(work: UnitOfWork, person_id: int) -> bool:
    """Return whether this person is linked to a child as a parent, carer or young person."""
    return any(asks(work, person_id) for asks in _follows)
