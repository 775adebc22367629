"""Two records of one child: noticed when a child is added, settled by the SEN team."""

from datetime import datetime

from sqlalchemy import and_, func, or_, select, update

from app.domain.errors import WrongHands, WrongMoment
from app.domain.events import ChildViewed, DuplicateSettled
from app.domain.matching import Identity, first_match
from app.models import Child, ChildLink, Document, Form, Invitation, Message
from app.services.work import Work
from app.store.guard import look_as, look_as_system


def known_child_like(work: Work, details: Identity) -> int | None:
    """The number of a known child who may be the same, or None. Ask before loading anything else.

    It looks past what the person adding may see, and tells them nothing: the same question is asked of
    the database whether there is such a child or not.
    """
    alike = [Child.date_of_birth == details.date_of_birth]
    if details.upn:
        alike.append(Child.upn == details.upn)
    if details.nhs_number:
        alike.append(Child.nhs_number == details.nhs_number)
    look_as_system(work.session, "a new child is compared with all known children")
    try:
        rows = work.session.execute(
            select(
                Child.forenames,
                Child.surname,
                Child.date_of_birth,
                Child.known_as,
                Child.postcode,
                Child.upn,
                Child.nhs_number,
                Child.id,
            )
            .where(Child.merged_into_id.is_(None), or_(*alike))
            .order_by(Child.id)
        ).all()
    finally:
        look_as(work.session, work.who)
    found = first_match(details, (Identity(*row) for row in rows))
    return found.child_id if found else None


def the_pair(work: Work, child_id: int) -> tuple[Child, Child]:
    """The newer record and the older one it may be the same as. For the SEN team only."""
    _team_only(work)
    newer = work.get(Child, child_id)
    if newer.possible_duplicate_of_id is None:
        raise WrongMoment("duplicate")
    return newer, work.get(Child, newer.possible_duplicate_of_id)


def compare(work: Work, child_id: int) -> tuple[Child, Child]:
    """The two records side by side; the audit keeps that both were looked at."""
    newer, older = the_pair(work, child_id)
    for each in (newer, older):
        work.tell(ChildViewed(child_id=each.id))
    return newer, older


def forms_of_both(work: Work, newer_id: int, older_id: int) -> dict[int, int]:
    """How many forms hang on each of the two records, to help the SEN team decide."""
    counted = (
        select(Form.child_id, func.count())
        .where(Form.child_id.in_((newer_id, older_id)))
        .group_by(Form.child_id)
    )
    return {newer_id: 0, older_id: 0} | {row[0]: row[1] for row in work.session.execute(counted)}


def same_child(work: Work, child_id: int) -> Child:
    """The two records are one child: everything moves to the older record, and the newer one is seen no more."""
    newer, older = the_pair(work, child_id)
    for column in ("upn", "nhs_number", "known_as", "address", "postcode"):
        if not getattr(older, column):
            setattr(older, column, getattr(newer, column))
    for number in ("upn", "postcode"):
        if getattr(older, number):
            setattr(older, f"{number}_missing_reason", None)
    older.contact_risk = older.contact_risk or newer.contact_risk
    newer.possible_duplicate_of_id = None
    newer.merged_into_id = older.id
    work.session.flush()
    newer_id, older_id = newer.id, older.id
    _move_everything(work, newer_id, older_id)
    work.tell(DuplicateSettled(child_id=older_id, of_child_id=newer_id, same=True))
    return work.get(Child, older_id)


def different_children(work: Work, child_id: int) -> Child:
    """The two records are two children; the question is settled."""
    newer, older = the_pair(work, child_id)
    newer.possible_duplicate_of_id = None
    work.tell(DuplicateSettled(child_id=newer.id, of_child_id=older.id, same=False))
    return newer


def _move_everything(work: Work, newer_id: int, older_id: int) -> None:
    """Links, forms, files, messages and invitations. Some are hidden even from the SEN team, so they move under the system's lens."""
    look_as_system(work.session, "two records of one child are merged")
    try:
        _end_doubled_links(work, newer_id, older_id, work.now)
        _withdraw_doubled_invitations(work, newer_id, older_id)
        for table in (ChildLink, Form, Document, Message, Invitation):
            work.session.execute(
                update(table).where(table.child_id == newer_id).values(child_id=older_id),
                execution_options={"synchronize_session": False},
            )
        for pointer in ("possible_duplicate_of_id", "merged_into_id"):
            work.session.execute(
                update(Child)
                .where(getattr(Child, pointer) == newer_id, Child.id != newer_id)
                .values({pointer: older_id}),
                execution_options={"synchronize_session": False},
            )
    finally:
        look_as(work.session, work.who)


def _end_doubled_links(work: Work, newer_id: int, older_id: int, now: datetime) -> None:
    """Who is linked to both records stays linked once, and an organisation's queue holds the child once."""
    kept = select(ChildLink.person_id, ChildLink.organisation_id).where(
        ChildLink.child_id == older_id, ChildLink.ended_at.is_(None)
    )
    rows = work.session.execute(kept).all()
    people = [person for person, _body in rows if person is not None]
    queues = [body for person, body in rows if person is None]
    doubled = or_(
        ChildLink.person_id.in_(people),
        and_(ChildLink.person_id.is_(None), ChildLink.organisation_id.in_(queues)),
    )
    work.session.execute(
        update(ChildLink)
        .where(ChildLink.child_id == newer_id, ChildLink.ended_at.is_(None), doubled)
        .values(ended_at=now, ended_by_id=work.me.user_id),
        execution_options={"synchronize_session": False},
    )


def _withdraw_doubled_invitations(work: Work, newer_id: int, older_id: int) -> None:
    """Who is invited to follow both records stays invited once: only one invitation of an address may be open."""
    is_open = (Invitation.accepted_at.is_(None), Invitation.withdrawn_at.is_(None))
    kept = select(Invitation.email).where(Invitation.child_id == older_id, *is_open)
    work.session.execute(
        update(Invitation)
        .where(Invitation.child_id == newer_id, Invitation.email.in_(kept), *is_open)
        .values(withdrawn_at=work.now),
        execution_options={"synchronize_session": False},
    )


def _team_only(work: Work) -> None:
    if not work.me.in_sen_team:
        raise WrongHands("duplicate")
