"""Who might be told of something: candidates, and what a rule needs to know about each.

Asked on the bare connection, on behalf of nobody in particular and past any lens. Nobody is told anything because of
a row here alone: `who_may_see` keeps those for whom the rules of store/visibility.py find the matter too.
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from flask_appbuilder.security.sqla.models import Role as RoleRow
from flask_appbuilder.security.sqla.models import assoc_user_role
from sqlalchemy import ColumnElement, Connection, Select, and_, exists, func, literal, select, union_all

from app.children.tables import Child, ChildLink
from app.core.roles import Principal, Profession, Role
from app.forms.rules.form_titles import title_of
from app.forms.rules.workflow import WorkflowRole
from app.forms.tables.forms import Form, FormTemplate, FormVersion
from app.messages.tables import Message
from app.organisations.tables import Organisation
from app.store.visibility import PERSON_TABLE, RULES

_person, _role = PERSON_TABLE, RoleRow.__table__
_link, _form, _message = ChildLink.__table__, Form.__table__, Message.__table__
_version, _template, _organisation = FormVersion.__table__, FormTemplate.__table__, Organisation.__table__


@dataclass(frozen=True)
class Reader:
    """Somebody who might be told: who they are to the rules, and where their mail goes."""

    principal: Principal
    email: str
    locale: str


@dataclass(frozen=True)
class LinkFacts:
    """One link, as far as letters need it."""

    person_id: int | None
    organisation_id: int | None


@dataclass(frozen=True)
class FormFacts:
    """One form, as far as letters need it."""

    title: str
    child_id: int
    author_id: int | None
    organisation_id: int | None
    recorded_by_team: bool


def readers(connection: Connection, people: Collection[int]) -> dict[int, Reader]:
    """These people, if their accounts are open."""
    if not people:
        return {}
    rows = connection.execute(
        select(
            _person.c.id,
            _person.c.first_name,
            _person.c.last_name,
            _person.c.email,
            _person.c.locale,
            func.coalesce(_organisation.c.kind, _person.c.profession),
            _person.c.organisation_id,
            _role.c.name,
            and_(_person.c.organisation_confirmed_at.is_not(None), _organisation.c.active.is_(True)),
            _person.c.leads_organisation,
        )
        .outerjoin(_organisation, _organisation.c.id == _person.c.organisation_id)
        .outerjoin(assoc_user_role, assoc_user_role.c.user_id == _person.c.id)
        .outerjoin(_role, _role.c.id == assoc_user_role.c.role_id)
        .where(_person.c.id.in_(people), _person.c.active.is_(True))
    ).all()
    roles: dict[int, set[Role]] = {}
    for row in rows:
        roles.setdefault(row[0], set()).update({Role[row[7]]} if row[7] in Role.__members__ else set())
    return {
        row[0]: Reader(
            Principal(
                user_id=row[0],
                name=f"{row[1]} {row[2]}".strip(),
                roles=frozenset(roles[row[0]]),
                profession=row[5] if isinstance(row[5], Profession) else None,
                organisation_id=row[6],
                is_confirmed=bool(row[8]),
                leads_organisation=bool(row[8] and row[9]),
            ),
            row[3],
            row[4] or "en",
        )
        for row in rows
    }


def link_facts(connection: Connection, link_id: int) -> LinkFacts:
    """Whose link this is."""
    row = connection.execute(
        select(_link.c.person_id, _link.c.organisation_id).where(_link.c.id == link_id)
    ).one()
    return LinkFacts(row[0], row[1])


def form_facts(connection: Connection, form_id: int) -> FormFacts:
    """Whose form this is, and what it is called."""
    row = connection.execute(
        select(
            _template.c.title,
            _form.c.child_id,
            _form.c.author_id,
            _form.c.organisation_id,
            _form.c.statutory,
            _form.c.recorded_by_team,
        )
        .join(_version, _version.c.id == _form.c.form_version_id)
        .join(_template, _template.c.id == _version.c.template_id)
        .where(_form.c.id == form_id)
    ).one()
    return FormFacts(title_of(row.title, row.statutory), *row[1:4], row.recorded_by_team)


def organisation_name(connection: Connection, organisation_id: int) -> str:
    """What the organisation is called."""
    named = select(_organisation.c.name).where(_organisation.c.id == organisation_id)
    return str(connection.execute(named).scalar_one())


def message_recipients(connection: Connection, messages: Collection[int]) -> set[int | None]:
    """In whose inboxes these messages stand; None for the SEN team's."""
    return set(
        connection.execute(select(_message.c.recipient_id).where(_message.c.id.in_(messages))).scalars()
    )


def name_of(connection: Connection, person_id: int) -> str:
    """Somebody's first and last name."""
    row = connection.execute(
        select(_person.c.first_name, _person.c.last_name).where(_person.c.id == person_id)
    ).one_or_none()
    return f"{row[0]} {row[1]}".strip() if row else ""


def professionals_of(connection: Connection, organisation_id: int) -> set[int]:
    """Everybody who is confirmed as working there."""
    return set(connection.execute(_confirmed_at(organisation_id)).scalars())


def leads_of(connection: Connection, organisation_id: int) -> set[int]:
    """Those who confirm who works there."""
    leads = _confirmed_at(organisation_id).where(_person.c.leads_organisation.is_(True))
    return set(connection.execute(leads).scalars())


def _confirmed_at(organisation_id: int) -> Select[Any]:
    return select(_person.c.id).where(
        _person.c.organisation_id == organisation_id,
        _person.c.organisation_confirmed_at.is_not(None),
        _person.c.active.is_(True),
    )


def organisation_of(connection: Connection, person_id: int) -> int | None:
    """The organisation that somebody registered with."""
    found = select(_person.c.organisation_id).where(_person.c.id == person_id)
    return connection.execute(found).scalar_one_or_none()


def linked_to(
    connection: Connection, child_id: int, part: WorkflowRole | None = None
) -> dict[int, int | None]:
    """Who is involved with this child now, in person: their number and their organisation's."""
    statement = select(_link.c.person_id, _link.c.organisation_id).where(
        _link.c.child_id == child_id, _link.c.ended_at.is_(None), _link.c.person_id.is_not(None)
    )
    if part is not None:
        statement = statement.where(_link.c.part == part)
    return {row[0]: row[1] for row in connection.execute(statement)}


def who_may_see(
    connection: Connection,
    people: Collection[Principal],
    form_id: int | None,
    child_id: int | None,
) -> set[int]:
    """Those of these people whose own lens finds the form, or the child where there is no form."""
    asked = [
        select(literal(who.user_id)).where(*_finds(who, form_id, child_id))
        for who in people
        if form_id is not None or child_id is not None
    ]
    return set(connection.execute(union_all(*asked)).scalars()) if asked else set()


def _finds(who: Principal, form_id: int | None, child_id: int | None) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if form_id is not None:
        found.append(exists(select(Form.id).where(Form.id == form_id, RULES[Form](who))))
    if child_id is not None:
        found.append(exists(select(Child.id).where(Child.id == child_id, RULES[Child](who))))
    return found
