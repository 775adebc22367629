"""Take an account back: nothing that was pending survives it."""

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
    """End every log-in, proof, challenge, known device, mailed link, change on its way and invitation of an account.

    A new password (chosen or reset), "Log out everywhere", closing the account, a new email address and "It was not
    me" all call this and nothing else. Only the log-in named is left open, and it has to be proved again.
    tests/security/test_recovery.py names every table that this covers; a new one has to be entered there.
    """
    work.session.flush()
    _record(work, end_pending(work.session, person_id, work.now, except_log_in))


def end_changes_under_way(work: UnitOfWork, person_id: int) -> None:
    """End the changes of address and organisation of an account that wait: they were asked for in another role, or at
    another organisation, by whose rules the new address was taken."""
    work.session.flush()
    end_account_changes(work.session, person_id, work.now)
    work.session.expire_all()


def report_open_invitations(work: UnitOfWork, person_id: int) -> None:
    """Tell the SEN team how many invitations to families a person who leaves it has open. They are the council's and go
    on, but the SEN team checks that they are right. Nothing where none is."""
    work.session.flush()
    left = count_family_invitations_from(work.session, person_id)
    if left:
        work.record(InvitationsLeft(person_id=person_id, invitations=left))


def end_invitations_sent(work: UnitOfWork, person_id: int) -> None:
    """End the invitations that an account sent: its owner says that somebody else was using it."""
    _record(work, end_invitations_from(work.session, person_id, work.now))


def end_account_invitations_sent(work: UnitOfWork, person_id: int) -> None:
    """End the invitations of professionals and staff that an account sent: its owner has lost the role for that."""
    work.session.flush()
    _record(work, end_account_invitations_from(work.session, person_id, work.now))


def _record(work: UnitOfWork, ended: list[EndedInvitation]) -> None:
    work.session.expire_all()  # rows already read may be among those just changed
    for each in ended:
        work.record(InvitationWithdrawn(child_id=each.child_id, invitation_id=each.id))
