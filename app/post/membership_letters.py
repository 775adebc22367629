"""Messages about who works for an organisation: waiting, confirmed, refused, and who leads it."""

from collections.abc import Mapping

from sqlalchemy import Connection

from app.domain import events as on
from app.domain.events import Event
from app.domain.wording import N_
from app.post.letter_parts import SEN_TEAM, Addressees, Letter, Told, sen_team
from app.store.queries.recipients import leads_of, organisation_of


def leads_and_sen_team(connection: Connection, event: on.PersonEvent) -> Addressees:
    """Return the leads of the organisation that a person registered with, and the SEN team's shared inbox."""
    organisation_id = organisation_of(connection, event.person_id)
    return {SEN_TEAM, *(leads_of(connection, organisation_id) if organisation_id is not None else ())}


def the_owner(_connection: Connection, event: on.PersonEvent) -> Addressees:
    """Return the owner of the account."""
    return {event.person_id}


MEMBERSHIP_LETTERS: Mapping[type[Event], Told] = {
    on.MembershipAwaited: (
        Letter(
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
    on.MembershipConfirmed: (
        Letter(
            "membership_confirmed",
            the_owner,
            N_("You are confirmed as working for your organisation"),
            N_(
                "%(by)s has confirmed where you work. You can now open the work that waits for your organisation."
            ),
            of_account=True,
        ),
    ),
    on.MembershipRefused: (  # services/membership.py mails the person, whose account is closed
        Letter(
            "membership_refused",
            sen_team,
            N_("Registration refused by an organisation"),
            N_(
                "%(by)s answered that a person does not work for their organisation. We have closed the account."
            ),
        ),
    ),
    on.LeadChanged: (
        Letter(
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
