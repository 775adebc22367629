"""What administrators do with accounts: give roles, close and open them. Never a password."""

from collections.abc import Iterable

from flask_appbuilder.security.sqla.models import Role as RoleRow
from sqlalchemy import select
from sqlalchemy.orm import selectinload

from app.domain.errors import Fault, Refused, WrongHands
from app.domain.events import PersonDeactivated, PersonReactivated, RolesChanged
from app.domain.roles import SEN_TEAM, Role
from app.models import Person
from app.services.handover import hand_over_work
from app.services.recovery import end_account_invitations_sent, end_everything_pending
from app.services.work import Work


def set_roles(work: Work, person_id: int, roles: Iterable[Role]) -> Person:
    """Give somebody exactly these roles; it counts from their next click.

    An administrator who also ran cases would see children, so the two are kept apart; so are families and staff.
    Raises Refused when the roles do not go together or none is chosen, WrongHands for one's own account.
    """
    person = account_of_another(work, person_id)
    wanted = frozenset(roles)
    before = tuple(sorted(row.name for row in person.roles))
    if not wanted:
        raise Refused(Fault("roles", "Choose at least one role"))
    if Role.admin in wanted and len(wanted) > 1:
        raise Refused(
            Fault(
                "roles", "An administrator cannot also have another role, because administrators see no child"
            )
        )
    if len(wanted & {Role.professional, Role.parent}) == 2 or (wanted & SEN_TEAM and wanted - SEN_TEAM):
        raise Refused(
            Fault("roles", "Choose roles from one group: SEN team, professional, or parent or carer")
        )
    if Role.professional.name in before and Role.professional not in wanted:
        hand_over_work(work, person_id)
        person = account_of_another(work, person_id)
        person.leads_organisation = False
        person.organisation_confirmed_at = person.organisation_confirmed_by_id = None
    rows = work.session.scalars(select(RoleRow).where(RoleRow.name.in_([role.name for role in wanted])))
    person.roles = list(rows)
    after = tuple(sorted(role.name for role in wanted))
    work.tell(RolesChanged(person_id=person.id, roles=after, before=before))
    if set(before) - set(after):
        end_account_invitations_sent(work, person_id)
    return account_of_another(work, person_id)


def deactivate(work: Work, person_id: int) -> Person:
    """Close an account: every log-in of theirs ends at once, and their work goes to their organisation's queue."""
    account_of_another(work, person_id)
    hand_over_work(work, person_id)
    person = account_of_another(work, person_id)
    close_account(work, person)
    return person


def close_account(work: Work, person: Person) -> None:
    """Close this account. The caller checks who may do it, and hands over the work first. Opened again, it leads no
    organisation until the SEN team or an administrator says so."""
    person.active = False
    person.leads_organisation = False
    end_everything_pending(work, person.id)
    work.tell(PersonDeactivated(person_id=person.id))


def reactivate(work: Work, person_id: int) -> Person:
    """Open a closed account again; they log in as before."""
    person = account_of_another(work, person_id)
    person.active = True
    work.tell(PersonReactivated(person_id=person.id))
    return person


def account_of_another(work: Work, person_id: int) -> Person:
    """Somebody else's account, for an administrator to change. Raises WrongHands."""
    _still_administrator(work)
    if work.me.user_id == person_id:
        raise WrongHands("nobody changes their own roles or closes their own account here")
    return work.get(Person, person_id, selectinload(Person.roles))


def _still_administrator(work: Work) -> None:
    """Whoever closes accounts and gives roles is an administrator to this moment, and holds all of them while at it:
    two who close each other's account at once must not leave the portal without one."""
    administrators = (
        select(Person.id)
        .where(Person.active.is_(True), Person.roles.any(name=Role.admin.name))
        .order_by(Person.id)
        .with_for_update()
    )
    if work.me.user_id not in work.session.scalars(administrators).all():
        raise WrongHands("accounts")
