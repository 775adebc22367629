"""Messages about who works for an organisation: waiting, confirmed, refused, and who leads it."""

from collections.abc import Mapping

from sqlalchemy import Connection

from app.accounts.registration_events import (
    InvitationsLeft,
    LeadChanged,
    MembershipAwaited,
    MembershipConfirmed,
    MembershipEnded,
    MembershipRefused,
)
from app.core.events import Event, PersonEvent
from app.core.wording import N_
from app.messages.notification_types import SEN_TEAM, Addressees, MessageTemplate, Templates, sen_team
from app.messages.queries.recipients import leads_of, organisation_of


def leads_and_sen_team(connection: Connection, event: PersonEvent) -> Addressees:
    """Return the leads of the organisation that a person registered with, and the SEN team's shared inbox."""
    organisation_id = organisation_of(connection, event.person_id)
    return {SEN_TEAM, *(leads_of(connection, organisation_id) if organisation_id is not None else ())}


def the_owner(_connection: Connection, event: PersonEvent) -> Addressees:
    """Return the owner of the account."""
    return {event.person_id}


MEMBERSHIP_NOTIFICATIONS: Mapping[type[Event], Templates] = {
    MembershipAwaited: (
        MessageTemplate(
            "membership_awaited",
            leads_and_sen_team,
            N_("New colleague to confirm"),
            N_(
                "Someone with an account says that they work for your organisation, or for an organisation we know. "
                "Go to “People to confirm” and say whether they work there."
            ),
            of_account=True,
        ),
    ),
    MembershipConfirmed: (
        MessageTemplate(
            "membership_confirmed",
            the_owner,
            N_("You are confirmed as working for your organisation"),
            N_(
                "%(by)s has confirmed where you work. You can now open the work that waits for your organisation."
            ),
            of_account=True,
        ),
    ),
    MembershipRefused: (  # accounts/membership.py mails the person, whose account is closed
        MessageTemplate(
            "membership_refused",
            sen_team,
            N_("Registration refused by an organisation"),
            N_(
                "%(by)s answered that a person does not work for their organisation. We have closed the account."
            ),
        ),
    ),
    MembershipEnded: (
        MessageTemplate(
            "membership_ended",
            the_owner,
            N_("You are no longer confirmed as working for your organisation"),
            N_(
                "%(by)s has told us that you no longer work for your organisation, so you can no longer see the children "
                "linked to it. If you work for another organisation now, change it under “Your account”."
            ),
            of_account=True,
        ),
        MessageTemplate(
            "membership_ended_team",
            sen_team,
            N_("A person no longer works for their organisation"),
            N_(
                "%(by)s has told us that %(person)s no longer works for their organisation. Their work has gone to the "
                "organisation’s queue. Their account is open: an administrator can close it."
            ),
            of_account=True,
        ),
    ),
    InvitationsLeft: (
        MessageTemplate(
            "invitations_left",
            sen_team,
            N_("Check the invitations of someone who has left the SEN team"),
            N_(
                "%(person)s is no longer in the SEN team. Their invitations to parents and carers that are still open: "
                "%(invitations)s. Go to “Invitations” and withdraw those that you do not know to be right."
            ),
            of_account=True,
        ),
    ),
    LeadChanged: (
        MessageTemplate(
            "lead_changed",
            the_owner,
            N_("Your task as a lead of your organisation has changed"),
            N_(
                "%(by)s has changed whether you confirm who works for your organisation. "
                "If you lead it now, your home page shows who is waiting."
            ),
            of_account=True,
        ),
    ),
}
