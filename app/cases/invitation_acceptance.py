"""Invitation acceptance: the details the invited person enters, and the account that is created."""

from collections.abc import Sequence

from sqlalchemy import select

from app.accounts.account_creation import open_account
from app.accounts.mailed_links import DeadLink, OpenLink, mail, mail_link, make_link
from app.accounts.membership_changes import begin
from app.accounts.queries.mailed_links import save_password
from app.accounts.registration_events import InvitationAccepted, MembershipAwaited
from app.accounts.tables.invitations import Invitation
from app.accounts.tables.mailed_links import Purpose
from app.accounts.tables.people import Person
from app.cases.invitations import invitations_open_to, letter_of, link_parent, settle
from app.children.locks import child_held
from app.children.tables import Child
from app.core.database.row_filter import bypass_row_filter
from app.core.roles import Profession, Role
from app.core.unit_of_work import UnitOfWork
from app.forms.named_later import is_named_since, keep_from_queues
from app.forms.secrecy_events import InvitationHeldBack
from app.organisations.tables import Organisation


def open_to(work: UnitOfWork, email: str) -> Sequence[Invitation]:
    """Return the open invitations to this address. Raises DeadLink when there is none."""
    found = invitations_open_to(work, email)
    if not found:
        raise DeadLink
    return found


def hold_open_to(work: UnitOfWork, email: str) -> Sequence[Invitation]:
    """Return the open invitations to this address, locked together with their children.

    Merging records, ending a link and withdrawing an invitation lock in the same order, so call this before
    the link is used. Raises DeadLink.
    """
    held: set[int] = set()
    while True:
        work.session.expire_all()
        found = open_to(work, email)
        about = {each.child_id for each in found if each.child_id is not None} - held
        if not about:
            break
        for child_id in sorted(about):
            work.session.execute(child_held(child_id))
        held |= about
    numbers = [each.id for each in found]
    work.session.execute(
        select(Invitation.id).where(Invitation.id.in_(numbers)).order_by(Invitation.id).with_for_update()
    )
    work.session.expire_all()
    return open_to(work, email)


def renew(work: UnitOfWork, email: str) -> None:
    """Email a new link for an open invitation whose link has expired. Raises DeadLink when there is none."""
    newest = hold_open_to(work, email)[-1]
    token = make_link(work, Purpose.invite, newest.email)
    mail_link(work, letter_of(newest), Purpose.invite, newest.email, token)


def enter_details(work: UnitOfWork, email: str, first_name: str, last_name: str, job_title: str) -> None:
    """Store the name and job title an invited person entered, until the account is created."""
    for invitation in open_to(work, email):
        if asks_details(invitation):
            invitation.first_name, invitation.last_name = first_name, last_name
            invitation.job_title = job_title
    work.session.flush()


def organisation_name(work: UnitOfWork, invitation: Invitation) -> str:
    """Return the organisation the invited person will work for; empty for parents."""
    if invitation.role is Role.parent:
        return ""
    place = _place_of(work, invitation)
    return place.name if place is not None else ""


def asks_details(invitation: Invitation) -> bool:
    """Return whether the invited person enters their own name and job title."""
    return invitation.role is not Role.parent


def accept(work: UnitOfWork, link: OpenLink, password_hash: str) -> Person:
    """Create the account with its role, and link a parent to every child this address was invited to.

    Returns the person. A parent is not linked where a form submitted since the invitation may name them as a
    person who must not know; the SEN team then gets a message. Raises Conflict when the address has got an
    account in the meantime.
    """
    bypass_row_filter(work.session, "an invitation is accepted through its link")
    invited = hold_open_to(work, link.email)
    newest = invited[-1]
    if not newest.name:
        raise DeadLink
    invited = [each for each in invited if each.role is newest.role]  # two posts at once may differ
    place = None if newest.role is Role.parent else _place_of(work, newest)
    person = _person(newest, password_hash)
    person.profession = place.kind if place is not None else None
    open_account(work, person, newest.role)
    if place is not None:
        by = newest.second_by_id or newest.invited_by_id
        # An organisation that is no longer in use confirms no one: they wait, should it be used again.
        membership = begin(
            work,
            person,
            place.id,
            newest.job_title or None,
            confirmed_by=by if place.active else None,
        )
        if place.active:  # inviting a professional confirms their employment
            keep_from_queues(work, person, newest.invited_by_id)
        elif newest.role is Role.professional:
            work.record(MembershipAwaited(person_id=person.id, membership_id=membership.id))
    linked: set[int] = set()
    for invitation in invited:
        if not settle(work, invitation, accepted_at=work.now):
            raise DeadLink  # withdrawn at this moment: the new account is rolled back
        child_id = invitation.child_id
        if child_id is None or child_id in linked:  # invited to two records that were merged since
            continue
        if is_named_since(work, invitation):
            work.record(InvitationHeldBack(child_id=child_id, invitation_id=invitation.id))
            continue
        link_parent(work, work.get(Child, child_id), person.id, invitation)
        linked.add(child_id)
    if newest.role is not Role.parent:
        roles = (newest.role.name,)
        work.record(InvitationAccepted(person_id=person.id, invitation_id=newest.id, roles=roles))
    save_password(work.session, link.id, None)
    mail(work, "account_opened", link.email, f"person {person.id}")
    return person


def _person(invitation: Invitation, password_hash: str) -> Person:
    return Person(
        first_name=invitation.first_name,
        last_name=invitation.last_name,
        email=invitation.email,
        password=password_hash,
    )


def _place_of(work: UnitOfWork, invitation: Invitation) -> Organisation | None:
    """Return the invited person's organisation: for council staff, the council if there is exactly one."""
    if invitation.organisation_id is not None:
        return work.get(Organisation, invitation.organisation_id)
    council = select(Organisation).where(
        Organisation.kind == Profession.council, Organisation.active.is_(True)
    )
    found = work.session.scalars(council.limit(2)).all()
    return found[0] if len(found) == 1 else None
