"""Links and forms, as far as the recipients of messages depend on them. The queries run without row policies."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, Integer, exists, literal, select, union_all

from app.children.tables import Child, ChildLink
from app.core.database.policies import ROW_POLICIES
from app.core.roles import Principal, WorkflowRole
from app.forms.rules.form_titles import title_of
from app.forms.tables.forms import Form, FormTemplate, FormVersion

_link, _form = ChildLink.__table__, Form.__table__
_version, _template = FormVersion.__table__, FormTemplate.__table__


@dataclass(frozen=True)
class LinkFacts:
    """The columns of a link that messages need."""

    person_id: int | None
    organisation_id: int | None


@dataclass(frozen=True)
class FormFacts:
    """The columns of a form that messages need."""

    title: str
    child_id: int
    author_id: int | None
    organisation_id: int | None
    recorded_by_team: bool


def link_facts(connection: Connection, link_id: int) -> LinkFacts:
    """Return the person and organisation of this link."""
    row = connection.execute(
        select(_link.c.person_id, _link.c.organisation_id).where(_link.c.id == link_id)
    ).one()
    return LinkFacts(row[0], row[1])


def form_facts(connection: Connection, form_id: int) -> FormFacts:
    """Return the owner and the title of this form."""
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


def linked_to(
    connection: Connection, child_id: int, part: WorkflowRole | None = None
) -> list[tuple[int, int | None]]:
    """Return the people linked to this child by name, each with the organisation of the link."""
    statement = select(_link.c.person_id, _link.c.organisation_id).where(
        _link.c.child_id == child_id, _link.c.ended_at.is_(None), _link.c.person_id.is_not(None)
    )
    if part is not None:
        statement = statement.where(_link.c.part == part)
    return [(row[0], row[1]) for row in connection.execute(statement)]


def who_may_see(
    connection: Connection,
    people: Collection[Principal],
    form_id: int | None,
    child_id: int | None,
) -> set[tuple[int, int | None]]:
    """Return whose own row policies find the form, or the child where there is no form, and for which organisation."""
    asked = [
        select(literal(who.user_id), literal(who.organisation_id, Integer())).where(
            *_finds(who, form_id, child_id)
        )
        for who in people
        if form_id is not None or child_id is not None
    ]
    return {(row[0], row[1]) for row in connection.execute(union_all(*asked))} if asked else set()


def _finds(who: Principal, form_id: int | None, child_id: int | None) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if form_id is not None:
        found.append(exists(select(Form.id).where(Form.id == form_id, ROW_POLICIES[Form](who))))
    if child_id is not None:
        found.append(exists(select(Child.id).where(Child.id == child_id, ROW_POLICIES[Child](who))))
    return found
