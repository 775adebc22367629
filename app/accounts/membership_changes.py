"""Begin, move and end memberships. The callers check who may do it, and lock the account first."""

from sqlalchemy import select

from app.accounts.queries.memberships import other_open, set_acted_for
from app.accounts.tables.memberships import Membership
from app.accounts.tables.people import Person
from app.accounts.workplaces import end_unfitting_change
from app.core.unit_of_work import UnitOfWork


def begin(
    work: UnitOfWork,
    person: Person,
    organisation_id: int,
    job_title: str | None,
    *,
    confirmed_by: int | None = None,
) -> Membership:
    """Add a membership and return it. The person acts for this organisation where they act for no other yet.

    It waits to be confirmed unless `confirmed_by` names the account that confirms it.
    """
    membership = work.add(
        Membership(
            person_id=person.id,
            organisation_id=organisation_id,
            job_title=job_title,
            started_at=work.now,
            confirmed_at=None if confirmed_by is None else work.now,
            confirmed_by_id=confirmed_by,
            acted_for=_acted_for(work, person.id) is None,
        )
    )
    work.session.expire(person, ["memberships"])
    return membership


def end(work: UnitOfWork, membership: Membership) -> None:
    """End a membership now. The person acts for another of their organisations from then on.

    One who works for no other waits to be confirmed again at this one, so that the account belongs somewhere. A
    pending change to an email address of this organisation ends.
    """
    person, was_acted_for = membership.person, membership.acted_for
    membership.ended_at, membership.leads, membership.acted_for = work.now, False, False
    work.session.flush()
    others = other_open(work.session, person.id, membership.id)
    if not others:
        begin(work, person, membership.organisation_id, membership.job_title)
    elif was_acted_for:
        set_acted_for(work.session, person.id, others[0])
    work.session.expire(person, ["memberships"])
    end_unfitting_change(work, person)


def move(
    work: UnitOfWork, person: Person, left: int | None, organisation_id: int, *, confirmed_by: int
) -> Membership:
    """End the membership of one organisation and begin a confirmed one of another, which the person acts for."""
    old, new = person.membership_in(left), person.membership_in(organisation_id)
    job_title = old.job_title if old is not None else None
    if old is not None:
        old.ended_at, old.leads, old.acted_for = work.now, False, False
        work.session.flush()
    if new is None:
        new = begin(work, person, organisation_id, job_title, confirmed_by=confirmed_by)
    elif new.confirmed_at is None:
        new.confirmed_at, new.confirmed_by_id = work.now, confirmed_by
    act_for(work, new)
    return new


def act_for(work: UnitOfWork, membership: Membership) -> None:
    """Make this the membership that the person acts for."""
    work.session.flush()
    set_acted_for(work.session, membership.person_id, membership.id)
    work.session.expire(membership, ["acted_for"])


def unconfirm(work: UnitOfWork, person: Person) -> None:
    """Let a person wait to be confirmed in each of their organisations, and lead none.

    A membership that was confirmed or refused ends and another begins, so that it is still known what was confirmed.
    """
    for membership in list(person.memberships):
        membership.leads = False
        if membership.confirmed_at is None and membership.confirmed_by_id is None:
            continue
        membership.ended_at, membership.acted_for = work.now, False
        work.session.flush()
        begin(work, person, membership.organisation_id, membership.job_title)


def _acted_for(work: UnitOfWork, person_id: int) -> int | None:
    acted_for = select(Membership.id).where(Membership.person_id == person_id, Membership.acted_for.is_(True))
    return work.session.scalar(acted_for)
