"""Recipients of messages about forms."""

from sqlalchemy import Connection

from app.accounts.queries.people import professionals_of
from app.core.events import Event, FormEvent
from app.core.notifications import SEN_TEAM, Addressees
from app.core.roles import WorkflowRole
from app.forms.events import ConsentStarted, FormShared
from app.forms.queries.recipients import form_facts, link_facts, linked_to


def the_authors(connection: Connection, event: FormEvent) -> Addressees:
    """Return who wrote the form and their colleagues linked to the child; the whole organisation while it is in its
    queue."""
    return authors_of(connection, event.form_id)


def authors_of(connection: Connection, form_id: int) -> Addressees:
    """Return who wrote a form and their colleagues linked to the child, as `the_authors` does."""
    form = form_facts(connection, form_id)
    if form.author_id is None and form.organisation_id is not None:
        return set(professionals_of(connection, form.organisation_id))
    people: Addressees = {form.author_id} if form.author_id is not None else set()
    if form.organisation_id is not None:
        linked = linked_to(connection, form.child_id)
        people |= {person for person, organisation in linked if organisation == form.organisation_id}
    return people


def those_it_is_shared_with(connection: Connection, event: FormShared) -> Addressees:
    """Return the new readers: the linked professionals, and each parent or young person chosen by name.

    Its own authors are not included.
    """
    form = form_facts(connection, event.form_id)
    people: Addressees = set()
    if "professionals" in event.shared_with and event.new_professionals:
        linked = linked_to(connection, form.child_id, WorkflowRole.author)
        people |= {person for person, body in linked if body is None or body != form.organisation_id}
    people |= {link_facts(connection, link_id).person_id for link_id in event.new_links}
    people -= {SEN_TEAM}
    return people - {form.author_id}


def the_giver(connection: Connection, event: ConsentStarted) -> Addressees:
    """Return the parent or young person who is asked for their consent."""
    form = form_facts(connection, event.form_id)
    return {form.author_id} if form.author_id is not None and not form.recorded_by_team else set()


def the_family(connection: Connection, event: Event) -> Addressees:
    """Return the parents and carers linked to the child, and the young person if the account is theirs."""
    if event.child_id is None:
        return set()
    return {
        person
        for part in (WorkflowRole.parent, WorkflowRole.young_person)
        for person, _organisation in linked_to(connection, event.child_id, part)
    }
