"""Recipients of messages about who is involved."""

from sqlalchemy import Connection

from app.accounts.queries.people import name_of, professionals_of
from app.cases.events import LinkAssigned, OrganisationLeftUse, WorkHandedOver
from app.core.events import LinkEvent
from app.core.notifications import Addressees
from app.forms.queries.recipients import link_facts
from app.organisations.queries.organisations import organisation_name


def the_linked(connection: Connection, event: LinkEvent) -> Addressees:
    """The person who was linked, or everybody in the organisation whose queue the child waits in."""
    link = link_facts(connection, event.link_id)
    if link.person_id is not None:
        return {link.person_id}
    return (
        set(professionals_of(connection, link.organisation_id)) if link.organisation_id is not None else set()
    )


def the_assigned_before(_connection: Connection, event: LinkAssigned) -> Addressees:
    """Who had the child until now."""
    return {event.assigned_before_to} if event.assigned_before_to is not None else set()


def the_colleagues(connection: Connection, event: WorkHandedOver) -> Addressees:
    """Everyone who works for the organisation, without the person whose work it was."""
    return {each for each in professionals_of(connection, event.organisation_id) if each != event.person_id}


def organisation_left(connection: Connection, event: OrganisationLeftUse) -> dict[str, str]:
    """Return the organisation's name and how much of its work is open."""
    name = organisation_name(connection, event.organisation_id)
    return {"organisation": name, "children": str(event.children), "forms": str(event.forms)}


def work_handed_over(connection: Connection, event: WorkHandedOver) -> dict[str, str]:
    """Return whose work it was, where it went and how much of it there is."""
    return {
        "person": name_of(connection, event.person_id),
        "organisation": organisation_name(connection, event.organisation_id),
        "children": str(event.children),
        "with_colleagues": str(event.with_colleagues),
        "forms": str(event.forms),
        "colleagues": str(len(the_colleagues(connection, event))),
    }
