"""Invitations to create an account: parents for one child, professionals, and council staff.

One function sends every invitation. A role is given only when the invited person has confirmed their address
by the link.
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import ColumnElement, or_, select, update
from sqlalchemy.orm import joinedload

from app.accounts.accounts import roles_held
from app.accounts.invitation_checks import (
    CLOSED,
    address_of,
    check_mailbox_open,
    check_organisation,
    needs_second,
)
from app.accounts.mailed_links import mail, mail_link, make_link
from app.accounts.queries.addresses import KnownPerson, person_with_email
from app.accounts.queries.mailed_links import end_older
from app.accounts.registration_events import (
    AccountInvited,
    InvitationConfirmed,
    InvitationWithdrawn,
    ParentInvited,
)
from app.accounts.rules.invitations import LASTS, may_invite, roles_invited_by
from app.accounts.tables.invitations import Invitation
from app.accounts.tables.mailed_links import Purpose
from app.accounts.tables.people import Person
from app.cases.bars import lift_bar
from app.cases.events import ChildLinked
from app.cases.links import lock_child, open_link_of
from app.children.tables import Child, ChildLink
from app.core.errors import FieldError, Forbidden, InvalidState, NotFound, ValidationFailed
from app.core.names import fold
from app.core.roles import FAMILY_ROLES, Role, WorkflowRole
from app.core.unit_of_work import UnitOfWork
from app.core.wording import N_, Wording
from app.forms.may_know import ask_about_invited
from app.forms.named_later import check_named_since

MOST_LISTED = 100
"""The limit of a list on one page, which shows a note where there are more."""


@dataclass(frozen=True, kw_only=True)
class Invited:
    """The details of an invitation. A parent has a name and a child, a professional an organisation."""

    role: Role
    email: str
    child_id: int | None = None
    organisation_id: int | None = None
    first_name: str = ""
    last_name: str = ""
    relationship: str = ""
    part: WorkflowRole = WorkflowRole.parent
    """A parent's or carer's account, or the young person's own."""
    despite: bool = False
    """The officer was warned that a form names this person as one who must not know, and confirmed."""

    @property
    def name(self) -> str:
        """Return the first and last name; empty where the invited person enters it."""
        return f"{self.first_name} {self.last_name}".strip()


def invite(work: UnitOfWork, invited: Invited) -> Invitation | ChildLink:
    """Email a link to create an account with this role and return the invitation; the email names no child.

    A parent who has an account already is linked to the child at once, and the link is returned. Raises
    ValidationFailed when the address has an account of another kind, belongs to another person, or has an
    open invitation, which is never replaced.
    """
    _check_may_invite(work, invited.role)
    _check_still_may_invite(work, invited.role)
    child = _child_of(work, invited)
    check_organisation(work, invited.role, invited.organisation_id)
    address = address_of(invited.email, invited.role)
    known = person_with_email(work.session, address)
    if child is not None and not invited.despite:
        names = [invited.name, *(known.former_names if known else ())]
        ask_about_invited(work, child, names, invited.relationship, invited.part)
    if known is not None:
        if child is None:
            raise _has_account(known)
        return _link_known(work, child, known, invited)
    check_mailbox_open(work, address)
    repeated = _repeated(work, address, invited)
    if repeated is not None:
        return repeated
    try:
        _check_open_ones(work, address, invited)
        invitation = work.add_only(_new(work, address, invited), _is_open(None))
    except ValidationFailed:  # another officer, or the same request again, was first
        repeated = _repeated(work, address, invited)
        if repeated is None:
            raise
        return repeated
    if invitation.awaits_second:
        _ask_second(work)
    else:
        _send(work, invitation)
    _record(work, invitation)
    return invitation


def _new(work: UnitOfWork, address: str, invited: Invited) -> Invitation:
    return Invitation(
        created_at=work.now,
        role=invited.role,
        child_id=invited.child_id if invited.role is Role.parent else None,
        organisation_id=invited.organisation_id if invited.role is Role.professional else None,
        email=address,
        first_name=invited.first_name,
        last_name=invited.last_name,
        relationship_to_child=invited.relationship,
        part=invited.part,
        invited_by_id=work.me.user_id,
        sent_at=work.now,
        second_needed=needs_second(work, invited.role),
    )


def _repeated(work: UnitOfWork, address: str, invited: Invited) -> Invitation | None:
    """Return the open invitation that the same request, sent twice, has just made."""
    made = select(Invitation).where(
        Invitation.email == address,
        Invitation.role == invited.role,
        Invitation.accepted_at.is_(None),
        Invitation.withdrawn_at.is_(None),
    )
    made = made.where(
        Invitation.child_id == invited.child_id
        if invited.role is Role.parent
        else Invitation.child_id.is_(None)
    )
    found = work.session.scalars(made.limit(1)).first()
    if found is None or not work.is_repeat(found.created_at, found.invited_by_id):
        return None
    made_of = (found.name, found.relationship_to_child, found.part, found.organisation_id)
    asked = (invited.name, invited.relationship, invited.part, invited.organisation_id)
    return found if made_of == asked else None


def confirm(work: UnitOfWork, invitation_id: int) -> Invitation:
    """Confirm an invitation as the second administrator, send its link and return it.

    Of two confirmations at once, one raises InvalidState.
    """
    invitation = _open_one(work, invitation_id)
    _check_still_may_invite(work, invitation.role)
    if invitation.invited_by_id == work.me.user_id:
        raise Forbidden("an invitation is confirmed by another administrator")
    changed = work.session.execute(
        update(Invitation)
        .where(
            Invitation.id == invitation.id,
            Invitation.second_needed.is_(True),
            Invitation.second_at.is_(None),
            Invitation.withdrawn_at.is_(None),
        )
        .values(second_at=work.now, second_by_id=work.me.user_id)
    )
    if changed.rowcount != 1:  # type: ignore[attr-defined]
        raise InvalidState
    work.session.refresh(invitation)
    _send(work, invitation)
    work.record(InvitationConfirmed(invitation_id=invitation.id))
    return invitation


def send_again(work: UnitOfWork, invitation_id: int) -> Invitation:
    """Email a new link and return the invitation; the older link stops working.

    Raises InvalidState when the invitation is accepted or withdrawn already, or a second administrator has to
    confirm it first. Raises ValidationFailed when a form submitted since may name this person as one who must
    not know.
    """
    invitation = _open_one(work, invitation_id)
    if invitation.awaits_second:
        raise InvalidState
    check_named_since(work, invitation)
    _send(work, invitation)
    _record(work, invitation)
    return invitation


def withdraw(work: UnitOfWork, invitation_id: int) -> Invitation:
    """Withdraw an invitation and return it. Its link no longer works."""
    invitation = _open_one(work, invitation_id)
    if not settle(work, invitation, withdrawn_at=work.now):
        raise InvalidState
    if not invitations_open_to(work, invitation.email):
        end_older(work.session, Purpose.invite, invitation.email, None, work.now)
    work.record(InvitationWithdrawn(child_id=invitation.child_id, invitation_id=invitation.id))
    return invitation


def settle(work: UnitOfWork, invitation: Invitation, **ending: datetime) -> bool:
    """Accept or withdraw an invitation that is still open; of several attempts at once, one returns True."""
    changed = work.session.execute(
        update(Invitation)
        .where(
            Invitation.id == invitation.id,
            Invitation.accepted_at.is_(None),
            Invitation.withdrawn_at.is_(None),
        )
        .values(**ending)
    )
    return bool(changed.rowcount == 1)  # type: ignore[attr-defined]


def of_child(work: UnitOfWork, child_id: int) -> tuple[Child, list[Invitation]]:
    """Return a child and the open invitations to follow it."""
    _check_may_invite(work, Role.parent)
    child = work.get(Child, child_id)
    return child, _listed(work, Invitation.child_id == child.id)


def of_accounts(work: UnitOfWork) -> list[Invitation]:
    """Return the open invitations of professionals and staff that this person may send again or withdraw.

    Oldest first, at most MOST_LISTED + 1; the extra one shows that there are more.
    """
    roles = roles_invited_by(work.me)
    if not roles:
        raise Forbidden("invite")
    return _listed(work, Invitation.role.in_(roles))


def of_families(work: UnitOfWork) -> list[Invitation]:
    """Return the open invitations of families to any child; empty for people who may not invite them.

    Includes invitations by officers who left. Oldest first, at most MOST_LISTED + 1; the extra one shows that
    there are more.
    """
    return _listed(work, Invitation.role == Role.parent) if may_invite(work.me, Role.parent) else []


def _check_may_invite(work: UnitOfWork, role: Role) -> None:
    if not may_invite(work.me, role):
        raise Forbidden("this person does not invite to this role")


def _check_still_may_invite(work: UnitOfWork, role: Role) -> None:
    """Raise Forbidden where this person's role is being removed or their account closed.

    That withdraws the account invitations they sent, so this one must not come after it.
    """
    if role is not Role.parent and not may_invite(replace(work.me, roles=roles_held(work)), role):
        raise Forbidden("this person does not invite to this role any more")


def _child_of(work: UnitOfWork, invited: Invited) -> Child | None:
    if invited.role is not Role.parent:
        return None
    if invited.part not in FAMILY_ROLES:
        raise Forbidden("invite")
    return lock_child(work, invited.child_id or 0)


def _has_account(known: KnownPerson) -> ValidationFailed:
    if not known.active:
        return ValidationFailed(FieldError("email", Wording(CLOSED)))
    text = N_("This email address already has an account. An administrator can change its roles")
    return ValidationFailed(FieldError("email", Wording(text)))


def _check_same_person(name: str, invited: Invited) -> None:
    """Raise ValidationFailed when the names differ.

    Two people with one mailbox would read each other's messages and share one account.
    """
    if fold(name) != fold(invited.name):
        text = N_(
            "This email address belongs to %(name)s. Each person needs their own email address, because each sees only what is meant for them. Ask for another address"
        )
        raise ValidationFailed(FieldError("email", Wording(text, name=name)))


def _check_open_ones(work: UnitOfWork, address: str, invited: Invited) -> None:
    """Raise ValidationFailed when the address has an open invitation; withdraw one that has expired."""
    statement = select(Invitation).where(
        Invitation.email == address, Invitation.accepted_at.is_(None), Invitation.withdrawn_at.is_(None)
    )
    for other in work.session.scalars(statement):
        if other.sent_at <= work.now - LASTS:
            other.withdrawn_at = work.now
        elif other.role is not invited.role or other.child_id == invited.child_id:
            raise _is_open(other)
        else:
            _check_same_person(other.name, invited)
    work.session.flush()


def _is_open(other: Invitation | None) -> ValidationFailed:
    text = N_("This email address has an open invitation already. Send it again, or withdraw it first")
    if other is None or not other.name:
        return ValidationFailed(FieldError("email", Wording(text)))
    named = N_(
        "%(name)s has an open invitation at this email address already. Send it again, or withdraw it first"
    )
    return ValidationFailed(FieldError("email", Wording(named, name=other.name)))


def _ask_second(work: UnitOfWork) -> None:
    """Email the other administrators that one of them has to confirm an invitation."""
    others = select(Person).where(
        Person.active.is_(True), Person.roles.any(name=Role.admin.name), Person.id != work.me.user_id
    )
    for other in work.session.scalars(others).unique():
        mail(work, "invitation_to_confirm", other.email, secrets.token_hex(8), other.locale)


def _send(work: UnitOfWork, invitation: Invitation) -> None:
    invitation.sent_at = work.now
    work.session.flush()
    token = make_link(work, Purpose.invite, invitation.email)
    mail_link(work, letter_of(invitation), Purpose.invite, invitation.email, token)


def letter_of(invitation: Invitation) -> str:
    """Return the key of the invitation's email."""
    return "parent_invited" if invitation.role is Role.parent else "account_invited"


def _record(work: UnitOfWork, invitation: Invitation) -> None:
    if invitation.role is Role.parent:
        work.record(ParentInvited(child_id=invitation.child_id, invitation_id=invitation.id))
    else:
        work.record(AccountInvited(invitation_id=invitation.id, role=invitation.role.name))


def _link_known(work: UnitOfWork, child: Child, known: KnownPerson, invited: Invited) -> ChildLink:
    if not known.active:
        raise ValidationFailed(FieldError("email", Wording(CLOSED)))
    if Role.parent.name not in known.role_names:
        text = Wording(
            N_("This email address belongs to a professional. Ask the parent or carer for a personal one")
        )
        raise ValidationFailed(FieldError("email", text))
    _check_same_person(known.name, invited)
    found = open_link_of(work, child.id, known.id, None)
    if found is not None:
        repeated = work.is_repeat(found.created_at, found.linked_by_id)
        if repeated and found.relationship_to_child == invited.relationship:
            return found
        raise _follows_already()
    lift_bar(work, child.id, known.id)
    asked = Invitation(
        relationship_to_child=invited.relationship, part=invited.part, invited_by_id=work.me.user_id
    )
    return link_parent(work, child, known.id, asked)


def _follows_already() -> ValidationFailed:
    text = N_("The person with this email address can already see this child")
    return ValidationFailed(FieldError("email", Wording(text)))


def link_parent(work: UnitOfWork, child: Child, person_id: int, invited: Invitation) -> ChildLink:
    """Link a parent to a child and return the link. Raises ValidationFailed when they are linked already."""
    link = work.add_only(
        ChildLink(
            child_id=child.id,
            person_id=person_id,
            part=invited.part,
            relationship_to_child=invited.relationship_to_child,
            linked_by_id=invited.invited_by_id,
            taken_up_at=work.now,
            created_at=work.now,
        ),
        _follows_already(),
    )
    work.record(ChildLinked(child_id=link.child_id, link_id=link.id))
    return link


def _listed(work: UnitOfWork, *criteria: ColumnElement[bool]) -> list[Invitation]:
    statement = (
        select(Invitation)
        .where(Invitation.accepted_at.is_(None), Invitation.withdrawn_at.is_(None), *criteria)
        .options(joinedload(Invitation.invited_by), joinedload(Invitation.organisation))
        .order_by(Invitation.sent_at, Invitation.id)
        .limit(MOST_LISTED + 1)
    )
    return list(work.session.scalars(statement))


def invitations_open_to(work: UnitOfWork, email: str) -> Sequence[Invitation]:
    """Return the open invitations of this address, oldest first.

    Not those that have expired or still need a second administrator.
    """
    statement = select(Invitation).where(
        Invitation.email == email,
        Invitation.accepted_at.is_(None),
        Invitation.withdrawn_at.is_(None),
        Invitation.sent_at > work.now - LASTS,
        or_(Invitation.second_needed.is_(False), Invitation.second_at.is_not(None)),
    )
    return work.session.scalars(statement.order_by(Invitation.sent_at, Invitation.id)).all()


def _open_one(work: UnitOfWork, invitation_id: int) -> Invitation:
    """Return an open invitation that this person may change, locked.

    Raises NotFound, Forbidden or InvalidState.
    """
    found = select(Invitation).where(Invitation.id == invitation_id).with_for_update()
    invitation = work.session.scalars(found.execution_options(populate_existing=True)).one_or_none()
    if invitation is None:
        raise NotFound("Invitation")
    _check_may_invite(work, invitation.role)
    if invitation.accepted_at is not None or invitation.withdrawn_at is not None:
        raise InvalidState
    return invitation
