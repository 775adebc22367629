"""Recover an account: end everything that is pending for it."""

from app.accounts.queries.recovery import (
    EndedInvitation,
    count_family_invitations_from,
    end_account_changes,
    end_account_invitations_from,
    end_invitations_from,
    end_pending,
)
from app.accounts.registration_events import InvitationsLeft, InvitationWithdrawn
from app.core.unit_of_work import UnitOfWork


def end_everything_pending(work: UnitOfWork, person_id: int, except_log_in: int | None = None) -> None:
    """End every log-in, proof, challenge, known device, mailed link, pending change and invitation of an account.

    A new password (chosen or reset), "Log out everywhere", closing the account, a new email address and "It was not
    me" all call this and nothing else. The log-in `except_log_in` stays open, and has to be proved again.
    tests/security/test_recovery.py names every table that this covers; add a new one there.
    """
    work.session.flush()
    _record(work, end_pending(work.session, person_id, work.now, except_log_in))


def end_changes_under_way(work: UnitOfWork, person_id: int) -> None:
    """End the pending changes of address and organisation of an account.

    They were requested in another role or organisation, whose rules applied to the new address.
    """
    work.session.flush()
    end_account_changes(work.session, person_id, work.now)
    work.session.expire_all()


def report_open_invitations(work: UnitOfWork, person_id: int) -> None:
    """Record for the SEN team how many open invitations to families a person who leaves it had sent.

    They are the council's and stay open, but the SEN team checks them. Records nothing where there are none.
    """
    work.session.flush()
    left = count_family_invitations_from(work.session, person_id)
    if left:
        work.record(InvitationsLeft(person_id=person_id, invitations=left))


def end_invitations_sent(work: UnitOfWork, person_id: int) -> None:
    """End the invitations that an account sent, because its owner reported that someone else was using it."""
    _record(work, end_invitations_from(work.session, person_id, work.now))


def end_account_invitations_sent(work: UnitOfWork, person_id: int) -> None:
    """End the invitations of professionals and staff that an account sent, because it lost the role for that."""
    work.session.flush()
    _record(work, end_account_invitations_from(work.session, person_id, work.now))


def _record(work: UnitOfWork, ended: list[EndedInvitation]) -> None:
    work.session.expire_all()  # rows already read may be among those just changed
    for each in ended:
        work.record(InvitationWithdrawn(child_id=each.child_id, invitation_id=each.id))
