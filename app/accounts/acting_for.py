"""Choose the organisation one acts for, ask to join another one, and leave one."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from app.accounts import membership_changes
from app.accounts.account_reactions import hand_over_work
from app.accounts.accounts import check_open
from app.accounts.registration import choosable_organisation
from app.accounts.registration_events import ActedFor, MembershipAwaited, MembershipLeft
from app.accounts.tables.memberships import Membership
from app.accounts.tables.people import Person
from app.accounts.workplaces import address_left, address_there
from app.core.activity_limits import JOINED, JOINED_ONE, count_mine
from app.core.database.locks import hold_account
from app.core.errors import FieldError, Forbidden, InvalidState, NotFound, TooMany, ValidationFailed
from app.core.roles import Role
from app.core.unit_of_work import UnitOfWork
from app.core.wording import N_, Wording

MOST = 20
"""The most organisations that one person works for."""


def my_memberships(work: UnitOfWork) -> Sequence[Membership]:
    """Return this person's memberships that have not ended, by the organisations' names."""
    mine = select(Membership).where(Membership.person_id == work.me.user_id, Membership.ended_at.is_(None))
    found = work.session.scalars(mine.options(joinedload(Membership.organisation))).all()
    return sorted(found, key=lambda each: each.organisation.name)


def mine_at(work: UnitOfWork, organisation_id: int | None) -> Membership | None:
    """Return this person's membership of an organisation that they may act for, or None."""
    return next(
        (
            each
            for each in my_memberships(work)
            if each.organisation_id == organisation_id and each.confirmed_at is not None
        ),
        None,
    )


def act_for(work: UnitOfWork, membership_id: int) -> Membership:
    """Act for the organisation of this membership from now on, on every device, and return the membership.

    Raises NotFound for another person's or an ended one, and InvalidState for one that waits to be confirmed.
    """
    membership = _mine(work, membership_id)
    if membership.confirmed_at is None:
        raise InvalidState
    if not membership.acted_for:
        membership_changes.act_for(work, membership)
        work.record(
            ActedFor(
                person_id=work.me.user_id,
                membership_id=membership.id,
                organisation_id=membership.organisation_id,
            )
        )
    return membership


def may_join(work: UnitOfWork) -> bool:
    """Return whether this person may ask to join another organisation: only professionals work for several.

    One who waits to be confirmed may not: those who are refused by their only organisation lose the account.
    """
    me = work.me
    return me.has(Role.professional) and (me.is_confirmed or me.organisation_id is None)


def ask_to_join(work: UnitOfWork, organisation_id: int, job_title: str) -> Membership:
    """Ask to join one more organisation and return the membership, which waits to be confirmed.

    Its lead or the SEN team confirms or refuses it. Raises Forbidden for those who may not, and
    ValidationFailed for an organisation that is theirs already or cannot be chosen.
    """
    if not may_join(work):
        raise Forbidden("only confirmed professionals join organisations")
    organisation = choosable_organisation(work, organisation_id)
    check_open(work, Role.professional)
    memberships = my_memberships(work)
    if memberships and not any(each.confirmed_at for each in memberships):  # ended since the page was opened
        raise Forbidden("only confirmed professionals join organisations")
    if any(each.organisation_id == organisation.id for each in memberships):
        text = N_("You work for this organisation already, or have asked to join it")
        raise ValidationFailed(FieldError("organisation", Wording(text)))
    if len(memberships) >= MOST:
        text = N_("You cannot work for more than %(most)s organisations")
        raise ValidationFailed(FieldError("organisation", Wording(text, most=MOST)))
    _count_asking(work, organisation.id)
    person = work.get(Person, work.me.user_id)
    membership = membership_changes.begin(work, person, organisation.id, job_title)
    work.record(MembershipAwaited(person_id=person.id, membership_id=membership.id))
    return membership


def _count_asking(work: UnitOfWork, organisation_id: int) -> None:
    """Count one more organisation that this person asks to join. Raises ValidationFailed when there are too many."""
    try:
        count_mine(work, JOINED)
        count_mine(work, JOINED_ONE, f"organisation {organisation_id}")
    except TooMany as many:
        text = N_("You have asked to join organisations many times today. Wait a day, then ask again")
        raise ValidationFailed(FieldError("organisation", Wording(text))) from many


def to_leave(work: UnitOfWork, membership_id: int) -> Membership:
    """Return one of several memberships of this person. Raises NotFound, and InvalidState for the only one."""
    membership = _mine(work, membership_id)
    if len(my_memberships(work)) < 2:
        raise InvalidState
    return membership


def address_of(work: UnitOfWork, membership: Membership) -> str:
    """Return the address that this person logs in with where it is one of the membership's organisation, else ""."""
    return address_there(work, work.get(Person, work.me.user_id), membership.organisation_id)


def address_to_change(work: UnitOfWork) -> str:
    """Return the address that this person logs in with where it is one of an organisation they have left, else ""."""
    return address_left(work, work.get(Person, work.me.user_id))


def leave(work: UnitOfWork, membership_id: int) -> Membership:
    """End one of this person's memberships, move its work to the organisation's queue, and return the membership.

    Raises NotFound, and InvalidState for the only one: a person who works elsewhere proposes a change of organisation.
    """
    membership = to_leave(work, membership_id)
    hand_over_work(work, work.me.user_id, membership.organisation_id)
    membership = to_leave(work, membership_id)
    membership_changes.end(work, membership)
    work.record(MembershipLeft(person_id=work.me.user_id, membership_id=membership_id))
    return membership


def _mine(work: UnitOfWork, membership_id: int) -> Membership:
    """Return an open membership of this person, whose account stays locked until the commit. Raises NotFound."""
    hold_account(work.session, work.me.user_id)
    membership = work.get(Membership, membership_id)
    work.session.refresh(membership)
    if membership.person_id != work.me.user_id or membership.ended_at is not None:
        raise NotFound("Membership")
    return membership
