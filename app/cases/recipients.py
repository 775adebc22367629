"""Recipients of messages about links, and the facts in those messages."""

from sqlalchemy import Connection

from app.accounts.queries.people import leads_of, name_of, professionals_of
from app.cases.events import (
    AdviceReminder,
    CaseEvent,
    CaseHandedOver,
    CasesHandedOver,
    CasesLeft,
    CoverArranged,
    LeadsReminded,
    LinkAssigned,
    NoticeServed,
    OrganisationLeftUse,
    PlanServed,
    SentCopiesOpened,
    WorkHandedOver,
)
from app.core.events import LinkEvent
from app.core.notifications import Addressees
from app.forms.queries.recipients import form_facts, link_facts
from app.forms.recipients import authors_of
from app.organisations.queries.organisations import organisation_name


def the_linked(connection: Connection, event: LinkEvent) -> Addressees:
    """Return the person who was linked, or all professionals of the organisation whose queue was linked."""
    link = link_facts(connection, event.link_id)
    if link.person_id is not None:
        return {link.person_id}
    return (
        set(professionals_of(connection, link.organisation_id)) if link.organisation_id is not None else set()
    )


def authors_of_request(connection: Connection, event: CaseEvent) -> Addressees:
    """Return who wrote the form of a case's request and their colleagues linked to the child; no one without a form."""
    return authors_of(connection, event.form_id) if event.form_id is not None else set()


def the_assigned_before(_connection: Connection, event: LinkAssigned) -> Addressees:
    """Return the person to whom the child was assigned until now, if any."""
    return {event.assigned_before_to} if event.assigned_before_to is not None else set()


def the_colleagues(connection: Connection, event: WorkHandedOver) -> Addressees:
    """Return the organisation's professionals, without the person who left."""
    return {each for each in professionals_of(connection, event.organisation_id) if each != event.person_id}


def organisation_left(connection: Connection, event: OrganisationLeftUse) -> dict[str, str]:
    """Return the organisation's name and the amount of its open work."""
    name = organisation_name(connection, event.organisation_id)
    return {"organisation": name, "children": str(event.children), "forms": str(event.forms)}


def work_handed_over(connection: Connection, event: WorkHandedOver) -> dict[str, str]:
    """Return whose work was handed over, where it went and the amount."""
    return {
        "person": name_of(connection, event.person_id),
        "organisation": organisation_name(connection, event.organisation_id),
        "children": str(event.children),
        "with_colleagues": str(event.with_colleagues),
        "forms": str(event.forms),
        "colleagues": str(len(the_colleagues(connection, event))),
    }


def the_new_owner(_connection: Connection, event: CaseHandedOver) -> Addressees:
    """Return who has the case now."""
    return {event.person_id}


def who_handed_over(connection: Connection, event: CaseHandedOver | CasesHandedOver) -> dict[str, str]:
    """Return the name of the officer who handed over."""
    return {"officer": name_of(connection, event.by_id)}


def cases_handed_over(connection: Connection, event: CasesHandedOver) -> dict[str, str]:
    """Return who handed over, and how many cases."""
    return {**who_handed_over(connection, event), "cases": str(event.cases)}


def cases_left(connection: Connection, event: CasesLeft) -> dict[str, str]:
    """Return who left, and how many cases have no owner now."""
    return {"person": name_of(connection, event.person_id), "cases": str(event.cases)}


def sent_a_plan(connection: Connection, event: PlanServed | NoticeServed | SentCopiesOpened) -> Addressees:
    """Return the people of the family who can open the plan, or read the notice, in the portal."""
    people = {link_facts(connection, link_id).person_id for link_id in event.links}
    return {each for each in people if each is not None}


def the_cover(_connection: Connection, event: CoverArranged) -> Addressees:
    """Return who covers, unless they recorded it themselves."""
    return {event.person_id} if event.person_id != event.by_id else set()


def cover_arranged(connection: Connection, event: CoverArranged) -> dict[str, str]:
    """Return the name of who is away."""
    return {"person": name_of(connection, event.away_id)}


def reminded_in_time(connection: Connection, event: AdviceReminder) -> Addressees:
    """Return who is reminded of advice up to its due date."""
    return _reminded(connection, event) if event.days <= 0 else set()


def reminded_late(connection: Connection, event: AdviceReminder) -> Addressees:
    """Return who is reminded of advice after its due date."""
    return _reminded(connection, event) if event.days > 0 else set()


def _reminded(connection: Connection, event: AdviceReminder) -> Addressees:
    """Return the author, or the organisation while the form is in its queue; on later days also their colleagues."""
    form = form_facts(connection, event.form_id)
    if not event.to_colleagues and form.author_id is not None:
        return {form.author_id}
    return authors_of(connection, event.form_id)


def leads_reminded(connection: Connection, event: LeadsReminded) -> Addressees:
    """Return the leads of the organisation that was asked."""
    return set(leads_of(connection, event.organisation_id))


def late_in_case(_connection: Connection, event: LeadsReminded) -> dict[str, str]:
    """Return the number of the case in which advice is late."""
    return {"case": event.case}
