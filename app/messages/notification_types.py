"""What a letter is, and who can be meant by one."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from app.accounts.events import RolesChanged
from app.accounts.registration_events import AccountInvited, InvitationAccepted
from app.cases.events import LinkAssigned, LinkEvent, WorkHandedOver
from app.core.events import Event, FormEvent
from app.core.roles import SEN_TEAM as SEN_TEAM_ROLES
from app.core.roles import Role
from app.forms.events import ConsentStarted, FormShared
from app.forms.rules.workflow import WorkflowRole
from app.messages.queries.recipients import form_facts, link_facts, linked_to, professionals_of

SEN_TEAM = None
"""The SEN team's shared inbox, as a recipient."""

COUNCIL_ROLES = {role.name for role in SEN_TEAM_ROLES} | {Role.admin.name}

Addressees = set[int | None]


@dataclass(frozen=True)
class MessageTemplate:
    """One message: its name, who may be meant by it, and its words."""

    name: str
    who: Callable[[Connection, Any], Addressees]
    subject: str
    text: str
    of_account: bool = False
    """It names no child and no form: readers need to see none."""
    of_child: bool = False
    """It says nothing of the form: readers must be able to see the child, not the form."""


@dataclass(frozen=True)
class MailTemplate:
    """An e-mail to the account's owner about the account itself, with no message in the inbox."""

    mail: str


Templates = Sequence[MessageTemplate | MailTemplate]
AUDIT_ONLY: Templates = ()


def sen_team(_connection: Connection, _event: Event) -> Addressees:
    """The SEN team's shared inbox."""
    return {SEN_TEAM}


def sen_team_if_it_matters(
    _connection: Connection, event: RolesChanged | AccountInvited | InvitationAccepted
) -> Addressees:
    """The SEN team's shared inbox, when somebody joins or leaves those who see every child or give roles."""
    if isinstance(event, AccountInvited):
        return {SEN_TEAM} if event.role in COUNCIL_ROLES else set()
    before, after = set(event.before or ()) & COUNCIL_ROLES, set(event.roles) & COUNCIL_ROLES
    return {SEN_TEAM} if before != after else set()


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


def the_authors(connection: Connection, event: FormEvent) -> Addressees:
    """Who wrote the form, and their colleagues who are linked to the child; the whole organisation while it waits in
    its queue."""
    form = form_facts(connection, event.form_id)
    if form.author_id is None and form.organisation_id is not None:
        return set(professionals_of(connection, form.organisation_id))
    told: Addressees = {form.author_id} if form.author_id is not None else set()
    if form.organisation_id is not None:
        linked = linked_to(connection, form.child_id)
        told |= {person for person, organisation in linked.items() if organisation == form.organisation_id}
    return told


def those_it_is_shared_with(connection: Connection, event: FormShared) -> Addressees:
    """Those it was not shared with before: the linked professionals, and each parent or young person chosen by name;
    never its own authors."""
    form = form_facts(connection, event.form_id)
    told: Addressees = set()
    if "professionals" in event.shared_with and event.new_professionals:
        linked = linked_to(connection, form.child_id, WorkflowRole.author)
        told |= {person for person, body in linked.items() if body is None or body != form.organisation_id}
    told |= {link_facts(connection, link_id).person_id for link_id in event.new_links}
    told -= {SEN_TEAM}
    return told - {form.author_id}


def the_giver(connection: Connection, event: ConsentStarted) -> Addressees:
    """The parent or young person who is asked for their consent."""
    form = form_facts(connection, event.form_id)
    return {form.author_id} if form.author_id is not None and not form.recorded_by_team else set()


def the_family(connection: Connection, event: FormEvent) -> Addressees:
    """The parents and carers linked to the child, and the young person if the account is theirs."""
    child_id = form_facts(connection, event.form_id).child_id
    return {
        *linked_to(connection, child_id, WorkflowRole.parent),
        *linked_to(connection, child_id, WorkflowRole.young_person),
    }
