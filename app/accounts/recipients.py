"""Recipients of messages about accounts."""

from sqlalchemy import Connection

from app.accounts.events import OrganisationChangeApproved, RolesChanged
from app.accounts.queries.addresses import recognised_domain
from app.accounts.queries.people import address_of, leads_of, name_of, organisation_of, organisations_of
from app.accounts.registration_events import (
    AccountInvited,
    InvitationAccepted,
    InvitationsLeft,
    MembershipEvent,
)
from app.accounts.rules.work_email import domain_of
from app.core.events import PersonEvent
from app.core.notifications import SEN_TEAM, Addressees
from app.core.roles import SEN_TEAM as SEN_TEAM_ROLES
from app.core.roles import Role
from app.organisations.queries.organisations import organisation_name

COUNCIL_ROLES = {role.name for role in SEN_TEAM_ROLES} | {Role.admin.name}


def sen_team_if_it_matters(
    _connection: Connection, event: RolesChanged | AccountInvited | InvitationAccepted
) -> Addressees:
    """Return the SEN team's shared inbox when the people who see every child or give roles change."""
    if isinstance(event, AccountInvited):
        return {SEN_TEAM} if event.role in COUNCIL_ROLES else set()
    before, after = set(event.before or ()) & COUNCIL_ROLES, set(event.roles) & COUNCIL_ROLES
    return {SEN_TEAM} if before != after else set()


def leads_and_sen_team(connection: Connection, event: PersonEvent) -> Addressees:
    """Return the SEN team's shared inbox, and the leads of the organisation that an event is about.

    For an event of no one membership these are the leads of each organisation that the person works for.
    """
    if isinstance(event, MembershipEvent):
        organisations = [organisation_of(connection, event.membership_id)]
    else:
        organisations = organisations_of(connection, event.person_id)
    return {SEN_TEAM, *(lead for each in organisations for lead in leads_of(connection, each))}


def the_owner(_connection: Connection, event: PersonEvent) -> Addressees:
    """Return the owner of the account."""
    return {event.person_id}


def owner_with_an_address_left(connection: Connection, event: PersonEvent) -> Addressees:
    """Return the owner of the account where they log in with an address of the organisation that they left."""
    number = _organisation_left(connection, event)
    known = recognised_domain(connection, domain_of(address_of(connection, event.person_id)))
    is_theirs = known is not None and number is not None and known.organisation_id == number
    return {event.person_id} if is_theirs else set()


def organisation_left(connection: Connection, event: PersonEvent) -> dict[str, str]:
    """Return the name of the organisation that the person left, for a message's text."""
    number = _organisation_left(connection, event)
    return {"organisation": organisation_name(connection, number) if number is not None else ""}


def _organisation_left(connection: Connection, event: PersonEvent) -> int | None:
    if isinstance(event, OrganisationChangeApproved):
        return event.from_organisation_id
    return organisation_of(connection, event.membership_id) if isinstance(event, MembershipEvent) else None


def person_named(connection: Connection, event: PersonEvent) -> dict[str, str]:
    """Return the name of the person an event is about, for a message's text."""
    return {"person": name_of(connection, event.person_id)}


def person_and_organisation(connection: Connection, event: MembershipEvent) -> dict[str, str]:
    """Return whose membership an event is about, and of which organisation."""
    number = organisation_of(connection, event.membership_id)
    return {**person_named(connection, event), "organisation": organisation_name(connection, number)}


def invitations_left(connection: Connection, event: InvitationsLeft) -> dict[str, str]:
    """Return whose invitations are still open, and how many."""
    return {**person_named(connection, event), "invitations": str(event.invitations)}
