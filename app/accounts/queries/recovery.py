"""End what is pending for an account, whether its owner, an administrator or a mailed link recovers it.

Their own row filter shows none of these rows, so these are Core statements.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from sqlalchemy import ColumnElement, Table, and_, func, or_, select, update
from sqlalchemy.orm import Session

from app.accounts.tables.account_changes import EmailChange, OrganisationChange, ProposalState
from app.accounts.tables.invitations import Invitation
from app.accounts.tables.log_in import LogInChallenge, LogInSession, Registration, RegistrationState
from app.accounts.tables.mailed_links import MailedLink
from app.core.people import PERSON_TABLE
from app.core.roles import Role

_person = cast(Table, PERSON_TABLE)
_log_in = cast(Table, LogInSession.__table__)
_challenge = cast(Table, LogInChallenge.__table__)
_link = cast(Table, MailedLink.__table__)
_email_change = cast(Table, EmailChange.__table__)
_organisation_change = cast(Table, OrganisationChange.__table__)
_registration = cast(Table, Registration.__table__)
_invitation = cast(Table, Invitation.__table__)


@dataclass(frozen=True)
class EndedInvitation:
    """An invitation that can no longer be accepted."""

    id: int
    child_id: int


def end_pending(
    session: Session, person_id: int, now: datetime, except_log_in: int | None
) -> list[EndedInvitation]:
    """End everything pending for this account and return the invitations that ended.

    The account's own row is updated first: a log-in that is being opened locks it (stamp_log_in), and so is either
    refused or ended here.
    """
    email = session.execute(
        update(_person)
        .where(_person.c.id == person_id)
        .values(known_devices_from=now)
        .returning(_person.c.email)
    ).scalar_one()
    _end_log_ins(session, person_id, now, except_log_in)
    _set(session, _challenge, _challenge.c.person_id == person_id, _challenge.c.closed_at, now)
    # An intruder may have invited themselves to another role; the invitations of families stay open.
    # Before the links: withdrawing or accepting an invitation locks the invitation before its link.
    invitations = _withdraw(session, now, or_(_invitation.c.email == email, _to_accounts(person_id)))
    _end_links(session, person_id, email, now)
    end_account_changes(session, person_id, now)
    session.execute(
        update(_registration)
        .where(_registration.c.email == email, _registration.c.state == RegistrationState.waiting)
        .values(
            state=RegistrationState.refused,
            decided_at=now,
            decision_reason="The address has an account, whose owner ended everything that was pending.",
        )
    )
    return invitations


def end_account_changes(session: Session, person_id: int, now: datetime) -> None:
    """End the pending change of email address and the waiting proposal of another organisation."""
    pending = and_(_email_change.c.person_id == person_id, _email_change.c.applied_at.is_(None))
    _set(session, _email_change, pending, _email_change.c.cancelled_at, now)
    session.execute(
        update(_organisation_change)
        .where(
            _organisation_change.c.person_id == person_id,
            _organisation_change.c.state == ProposalState.waiting,
        )
        .values(state=ProposalState.withdrawn, decided_at=now)
    )


def end_account_invitations_from(session: Session, person_id: int, now: datetime) -> list[EndedInvitation]:
    """End the invitations of professionals and staff that this account sent or confirmed, and return them."""
    return _withdraw(session, now, _to_accounts(person_id))


def count_family_invitations_from(session: Session, person_id: int) -> int:
    """Return how many open invitations of parents, carers and young people this account sent."""
    of_families = select(func.count(_invitation.c.id)).where(
        _invitation.c.invited_by_id == person_id,
        _invitation.c.role == Role.parent,
        _invitation.c.accepted_at.is_(None),
        _invitation.c.withdrawn_at.is_(None),
    )
    return session.execute(of_families).scalar_one()


def _to_accounts(person_id: int) -> ColumnElement[bool]:
    by_them = or_(_invitation.c.invited_by_id == person_id, _invitation.c.second_by_id == person_id)
    return and_(by_them, _invitation.c.role != Role.parent)


def end_invitations_from(session: Session, person_id: int, now: datetime) -> list[EndedInvitation]:
    """End the invitations that this account sent or, as second administrator, confirmed; return them."""
    theirs = or_(_invitation.c.invited_by_id == person_id, _invitation.c.second_by_id == person_id)
    return _withdraw(session, now, theirs)


def _end_log_ins(session: Session, person_id: int, now: datetime, except_log_in: int | None) -> None:
    """End every log-in but the named one, which has to be proved again."""
    mine = and_(_log_in.c.person_id == person_id, _log_in.c.ended_at.is_(None))
    others = mine if except_log_in is None else and_(mine, _log_in.c.id != except_log_in)
    session.execute(update(_log_in).where(others).values(ended_at=now, proved_at=None))
    session.execute(update(_log_in).where(mine).values(proved_at=None))


def _end_links(session: Session, person_id: int, email: str, now: datetime) -> None:
    """End links about the account or to its address, with the passwords chosen through them."""
    about = or_(_link.c.person_id == person_id, _link.c.email == email)
    session.execute(update(_link).where(about).values(chosen_password=None))
    _set(session, _link, about, _link.c.used_at, now)


def _set(session: Session, table: Table, criterion: Any, column: Any, now: datetime) -> None:
    """Set the date of the rows that have none."""
    session.execute(update(table).where(criterion, column.is_(None)).values({column: now}))


def _withdraw(session: Session, now: datetime, criterion: Any) -> list[EndedInvitation]:
    still_open = and_(_invitation.c.accepted_at.is_(None), _invitation.c.withdrawn_at.is_(None))
    ended = session.execute(
        update(_invitation)
        .where(criterion, still_open)
        .values(withdrawn_at=now)
        .returning(_invitation.c.id, _invitation.c.child_id)
    )
    return [EndedInvitation(row.id, row.child_id) for row in ended]
