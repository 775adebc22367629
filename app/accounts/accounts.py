"""Change other people's accounts, as administrators do: set roles, close and reopen. No one sets another's password.

A person who becomes a professional, or whose account is reopened, waits to be confirmed as working for their
organisation by its lead or the SEN team.
"""

from collections.abc import Iterable

from flask_appbuilder.security.sqla.models import Role as RoleRow
from sqlalchemy import select
from sqlalchemy.orm import selectinload

from app.accounts.account_reactions import follows_a_child, hand_over_work
from app.accounts.events import PersonDeactivated, PersonReactivated, RolesChanged
from app.accounts.invitation_checks import needs_second
from app.accounts.membership_changes import unconfirm
from app.accounts.recovery import (
    end_account_invitations_sent,
    end_changes_under_way,
    end_everything_pending,
    report_open_invitations,
)
from app.accounts.registration_events import MembershipAwaited
from app.accounts.rules.invitations import COUNCIL_ROLES
from app.accounts.rules.work_email import domain_of, domain_shown, is_free_mail
from app.accounts.tables.people import Person
from app.core.database.locks import hold_account
from app.core.errors import FieldError, Forbidden, ValidationFailed
from app.core.roles import SEN_TEAM, Role
from app.core.unit_of_work import UnitOfWork
from app.core.wording import N_, Wording


def set_roles(work: UnitOfWork, person_id: int, roles: Iterable[Role]) -> Person:
    """Give a person exactly these roles, from their next request on, and return them.

    An administrator who also had a casework role would see children, so the roles exclude each other; so do family
    and staff roles. Raises ValidationFailed when the roles cannot be combined or none is chosen, and Forbidden for
    one's own account.
    """
    person = account_of_another(work, person_id)
    new_roles = frozenset(roles)
    before = tuple(sorted(row.name for row in person.roles))
    if not new_roles:
        raise ValidationFailed(FieldError("roles", Wording(N_("Choose at least one role"))))
    if Role.admin in new_roles and len(new_roles) > 1:
        raise ValidationFailed(
            FieldError(
                "roles",
                Wording(
                    N_("An administrator cannot also have another role, because administrators see no child")
                ),
            )
        )
    if len(new_roles & {Role.professional, Role.parent}) == 2 or (
        new_roles & SEN_TEAM and new_roles - SEN_TEAM
    ):
        raise ValidationFailed(
            FieldError(
                "roles",
                Wording(N_("Choose roles from one group: SEN team, professional, or parent or carer")),
            )
        )
    _check_new_roles(work, person, new_roles - {Role[name] for name in before if name in Role.__members__})
    _check_family(work, person_id, new_roles)
    was_professional = Role.professional.name in before
    leaves_team = not new_roles & SEN_TEAM and any(role.name in before for role in SEN_TEAM)
    if leaves_team or (was_professional and Role.professional not in new_roles):
        hand_over_work(work, person_id)
    if set(before) != {role.name for role in new_roles}:
        end_changes_under_way(work, person_id)
    person = account_of_another(work, person_id)  # the steps above expire rows
    if was_professional != (Role.professional in new_roles):
        unconfirm(work, person)
    rows = work.session.scalars(select(RoleRow).where(RoleRow.name.in_([role.name for role in new_roles])))
    person.roles = list(rows)
    after = tuple(sorted(role.name for role in new_roles))
    work.record(RolesChanged(person_id=person.id, roles=after, before=before))
    if not was_professional and Role.professional in new_roles:
        _await_confirmation(work, person)
    if set(before) - set(after):
        end_account_invitations_sent(work, person_id)
    if not new_roles & SEN_TEAM:
        report_open_invitations(work, person_id)
    return person


def deactivate(work: UnitOfWork, person_id: int) -> Person:
    """Close an account, end its log-ins, move its open work to the organisation's queue, and return the person."""
    account_of_another(work, person_id)
    return close_account(work, person_id)


def close_account(work: UnitOfWork, person_id: int) -> Person:
    """Close this account: move its open work to the organisation's queue, end everything pending, and return the person.

    The caller locks the account and checks who may close it. A reopened account leads no organisation until the SEN
    team or an administrator makes its owner a lead again. Rows loaded earlier are expired.
    """
    hand_over_work(work, person_id)
    person = work.get(Person, person_id, selectinload(Person.roles))
    person.active = False
    for membership in person.memberships:
        membership.leads = False
    end_everything_pending(work, person.id)
    report_open_invitations(work, person.id)
    work.record(PersonDeactivated(person_id=person.id))
    return person


def reactivate(work: UnitOfWork, person_id: int) -> Person:
    """Reopen a closed account and return the person, who logs in as before.

    A professional waits to be confirmed again, because they may have left the organisation meanwhile.
    """
    person = account_of_another(work, person_id)
    if person.active:
        return person
    person.active = True
    work.record(PersonReactivated(person_id=person.id))
    if any(role.name == Role.professional.name for role in person.roles):
        unconfirm(work, person)
        _await_confirmation(work, person)
    return person


def _await_confirmation(work: UnitOfWork, person: Person) -> None:
    for membership in person.memberships if person.active else ():
        work.record(MembershipAwaited(person_id=person.id, membership_id=membership.id))


def _check_new_roles(work: UnitOfWork, person: Person, added: frozenset[Role]) -> None:
    """Raise ValidationFailed where a council role is given against the rules that apply to invitations to it."""
    for role in sorted(added & COUNCIL_ROLES, key=lambda each: each.name):
        if is_free_mail(domain_of(person.email)):
            text = N_(
                "%(domain)s is a personal email service. The council’s own people need a work email address: "
                "invite them to this role at theirs"
            )
            raise ValidationFailed(
                FieldError("roles", Wording(text, domain=domain_shown(domain_of(person.email))))
            )
        if needs_second(work, role):
            text = N_(
                "No one has this role yet, so a second administrator must confirm who is the first. "
                "Invite someone to it instead"
            )
            raise ValidationFailed(FieldError("roles", Wording(text)))


def _check_family(work: UnitOfWork, person_id: int, new_roles: frozenset[Role]) -> None:
    """Raise ValidationFailed when an account linked to a child as family would get another role.

    It would keep what it was sent as family, or as staff read what other family members wrote in confidence. Rows
    loaded earlier are expired.
    """
    if Role.parent in new_roles:
        return
    if follows_a_child(work, person_id):
        text = N_(
            "This account follows a child or young person as family. Invite the person to the other role at "
            "their work email address"
        )
        raise ValidationFailed(FieldError("roles", Wording(text)))


def roles_held(work: UnitOfWork) -> frozenset[Role]:
    """Return this person's roles now, none when the account is closed; the account stays locked until the commit."""
    hold_account(work.session, work.me.user_id)
    mine = select(RoleRow.name).join(Person.roles)
    names = work.session.scalars(mine.where(Person.id == work.me.user_id, Person.active.is_(True)))
    return frozenset(Role[name] for name in names if name in Role.__members__)


def check_open(work: UnitOfWork, role: Role | None = None) -> None:
    """Raise Forbidden unless this person's account is open now, and has the role; it stays locked until the commit."""
    held = roles_held(work)
    if not held or (role is not None and role not in held):
        raise Forbidden("the account was closed or has lost the role")


def account_of_another(work: UnitOfWork, person_id: int) -> Person:
    """Lock and return another person's account for an administrator. Raises Forbidden for one's own."""
    _still_administrator(work)
    if work.me.user_id == person_id:
        raise Forbidden("an administrator cannot change their own roles or close their own account")
    hold_account(work.session, person_id)
    return work.get(Person, person_id, selectinload(Person.roles))


def _still_administrator(work: UnitOfWork) -> None:
    """Raise Forbidden unless this person is an administrator at this moment, and lock all administrators.

    Two administrators who close each other's account at once must not leave the portal without one.
    """
    administrators = (
        select(Person.id)
        .where(Person.active.is_(True), Person.roles.any(name=Role.admin.name))
        .order_by(Person.id)
    )
    work.session.execute(administrators.with_for_update(key_share=True))
    # Read again after the lock: another transaction may have removed the role, which changes no row of the account.
    if work.me.user_id not in work.session.scalars(administrators).all():
        raise Forbidden("accounts")
