"""Inviting a parent, a carer or the young person themselves to follow one child."""

from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from app.domain.errors import Fault, Refused, WrongHands, WrongMoment
from app.domain.events import ChildLinked, InvitationWithdrawn, ParentInvited
from app.domain.roles import Role
from app.domain.wording import N_, Wording
from app.domain.work_email import EmailError, canonical
from app.domain.workflow import FAMILY_PARTS, Part
from app.models import Child, ChildLink, Invitation, Person, Purpose
from app.services.bars import lift_bar
from app.services.confidentiality import check_may_know
from app.services.links import held, open_link_of
from app.services.mailed_links import DeadLink, OpenLink, mail, mail_link, make_link
from app.services.opening import open_account
from app.services.work import Work
from app.store.guard import look_as_system
from app.store.queries.addresses import KnownPerson, person_with_email
from app.store.queries.mailed_links import end_older, keep_password

STANDS_FOR = timedelta(days=30)
"""An invitation not accepted by then has to be sent again."""


def invite_parent(
    work: Work,
    child_id: int,
    first_name: str,
    last_name: str,
    email: str,
    relationship: str,
    part: Part = Part.parent,
    *,
    despite: bool = False,
) -> Invitation | ChildLink:
    """Mail somebody a link to open an account and follow this child; the mail names no child.

    Whoever has a parent's account already is linked at once. Raises Refused when they follow the child already,
    or when the address belongs to an account of another kind.
    """
    _check_hands(work)
    child = work.get(Child, child_id)
    if part not in FAMILY_PARTS:
        raise WrongHands("invite")
    address = _address(email)
    if not despite:
        check_may_know(work, child.id, f"{first_name} {last_name}".strip(), relationship)
    known = person_with_email(work.session, address)
    if known is not None:
        return _link_known(work, child, known, relationship, part)
    invitation = _waiting_for(work, child, address) or Invitation(
        child_id=child.id, email=address, invited_by_id=work.me.user_id
    )
    invitation.first_name, invitation.last_name = first_name, last_name
    invitation.relationship_to_child, invitation.part = relationship, part
    invitation.invited_by_id = work.me.user_id
    work.session.add(invitation)
    _send(work, invitation)
    return invitation


def send_again(work: Work, invitation_id: int) -> Invitation:
    """Mail a new link; the older one stops working. Raises WrongMoment when accepted or withdrawn already."""
    _check_hands(work)
    invitation = _open_one(work, invitation_id)
    _send(work, invitation)
    return invitation


def withdraw(work: Work, invitation_id: int) -> Invitation:
    """Take an invitation back. Its link no longer opens this child."""
    _check_hands(work)
    invitation = _open_one(work, invitation_id)
    invitation.withdrawn_at = work.now
    work.session.flush()
    if not _open_to(work, invitation.email):
        end_older(work.session, Purpose.invite, invitation.email, None, work.now)
    work.tell(InvitationWithdrawn(child_id=invitation.child_id, invitation_id=invitation.id))
    return invitation


def of_child(work: Work, child_id: int) -> tuple[Child, list[Invitation]]:
    """A child, and who has been invited and has not accepted yet."""
    child = work.get(Child, child_id)
    waiting = select(Invitation).where(
        Invitation.child_id == child.id, Invitation.accepted_at.is_(None), Invitation.withdrawn_at.is_(None)
    )
    rows = work.session.scalars(
        waiting.options(joinedload(Invitation.invited_by)).order_by(Invitation.sent_at)
    )
    return child, list(rows)


def open_to(work: Work, email: str) -> list[Invitation]:
    """What somebody with this address is invited to. Raises DeadLink when there is nothing (any more)."""
    found = _open_to(work, email)
    if not found:
        raise DeadLink
    return found


def accept(work: Work, link: OpenLink, password_hash: str) -> Person:
    """Open a parent's account and link it to every child this address was invited to.

    Raises Conflict when the address has got an account in the meantime.
    """
    look_as_system(work.session, "an invitation is accepted through its link")
    invited = open_to(work, link.email)
    newest = invited[-1]
    person = Person(
        first_name=newest.first_name, last_name=newest.last_name, email=link.email, password=password_hash
    )
    open_account(work, person, Role.parent)
    linked: set[int] = set()
    for invitation in invited:
        invitation.accepted_at = work.now
        if invitation.child_id not in linked:  # invited to two records that turned out to be one child
            _link(work, work.get(Child, invitation.child_id), person.id, invitation)
        linked.add(invitation.child_id)
    keep_password(work.session, link.id, None)
    mail(work, "account_opened", link.email, f"person {person.id}")
    return person


def _check_hands(work: Work) -> None:
    if not work.me.in_sen_team:
        raise WrongHands("only the SEN team invites parents and carers")


def _address(email: str) -> str:
    try:
        return canonical(email)
    except EmailError as problem:
        raise Refused(Fault("email", problem.text)) from None


def _send(work: Work, invitation: Invitation) -> None:
    invitation.sent_at = work.now
    work.session.flush()
    token = make_link(work, Purpose.invite, invitation.email)
    mail_link(work, "parent_invited", Purpose.invite, invitation.email, token)
    work.tell(ParentInvited(child_id=invitation.child_id, invitation_id=invitation.id))


def _link_known(work: Work, child: Child, known: KnownPerson, relationship: str, part: Part) -> ChildLink:
    if not known.active:
        text = Wording(
            N_("The account with this email address is closed. Ask an administrator to open it again")
        )
        raise Refused(Fault("email", text))
    if Role.parent.name not in known.role_names:
        text = Wording(
            N_("This email address belongs to a professional. Ask the parent or carer for a personal one")
        )
        raise Refused(Fault("email", text))
    held(work, child.id)
    found = open_link_of(work, child.id, known.id)
    if found is not None:
        repeated = work.is_repeat(found.created_at, found.linked_by_id)
        if repeated and found.relationship_to_child == relationship:
            return found
        raise _follows_already()
    lift_bar(work, child.id, known.id)
    invited = Invitation(relationship_to_child=relationship, part=part, invited_by_id=work.me.user_id)
    return _link(work, child, known.id, invited)


def _follows_already() -> Refused:
    text = N_("The person with this email address can already see this child")
    return Refused(Fault("email", Wording(text)))


def _link(work: Work, child: Child, person_id: int, invited: Invitation) -> ChildLink:
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
    work.tell(ChildLinked(child_id=link.child_id, link_id=link.id))
    return link


def _open_to(work: Work, email: str) -> list[Invitation]:
    statement = select(Invitation).where(
        Invitation.email == email,
        Invitation.accepted_at.is_(None),
        Invitation.withdrawn_at.is_(None),
        Invitation.sent_at > work.now - STANDS_FOR,
    )
    return list(work.session.scalars(statement.order_by(Invitation.sent_at, Invitation.id)))


def _waiting_for(work: Work, child: Child, email: str) -> Invitation | None:
    statement = select(Invitation).where(
        Invitation.child_id == child.id,
        Invitation.email == email,
        Invitation.accepted_at.is_(None),
        Invitation.withdrawn_at.is_(None),
    )
    return work.session.scalars(statement).first()


def _open_one(work: Work, invitation_id: int) -> Invitation:
    invitation = work.get(Invitation, invitation_id)
    if invitation.accepted_at is not None or invitation.withdrawn_at is not None:
        raise WrongMoment
    return invitation
