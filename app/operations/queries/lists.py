"""Columns of the generated lists, with those of the related rows."""

from datetime import date

from sqlalchemy import ColumnElement, and_, select

from app.accounts.tables.log_in import Registration
from app.accounts.tables.people import Person
from app.cases.tables import Case
from app.children.rules.school_years import youngest_of_age
from app.children.tables import Child, ChildLink
from app.core.database.listing import Listing
from app.core.database.row_mapper import RowMapper
from app.core.roles import WorkflowRole
from app.forms.tables.forms import Advice, Form, FormTemplate, FormVersion, Request
from app.messages.tables import Message
from app.organisations.tables import Organisation

# The first column of each table must never be null.
_CHILD = RowMapper(Child, "id", "forenames", "surname")
_BODY = RowMapper(Organisation, "id", "name")
_PERSON = RowMapper(Person, "id", "first_name", "last_name")


def _forms(kind: type[Form]) -> Listing:
    return Listing(
        RowMapper(
            kind,
            "id",
            "kind",
            "child_id",
            "state",
            "asked_on",
            "received_on",
            "due_on",
            "statutory",
            "wanted_by",
            "author_is_unconfirmed",
        ),
        (kind.child, _CHILD),
        (kind.organisation, _BODY),
        (kind.author, _PERSON),
        (kind.form_version, RowMapper(FormVersion, "id")),
        (FormVersion.template, RowMapper(FormTemplate, "id", "title")),
    )


CHILDREN = Listing(
    RowMapper(
        Child,
        "id",
        "forenames",
        "surname",
        "date_of_birth",
        "upn",
        "nhs_number",
        "postcode",
        "created_at",
        "possible_duplicate_of_id",
    ),
    (Child.setting, _BODY),
    numbered_by="created_at",
)
CASES = Listing(
    RowMapper(
        Case,
        "id",
        "number",
        "owner_id",
        "excused",
        "child_id",
        "request_id",
        "state",
        "source",
        "channel",
        "received_on",
        "due_on",
        "decided_on",
        "statutory",
        "created_at",
    ),
    (Case.child, _CHILD),
    (Case.owner, _PERSON),
)
REQUESTS = _forms(Request)
ADVICE = _forms(Advice)
REGISTRATIONS = Listing(
    RowMapper(
        Registration,
        "id",
        "first_name",
        "last_name",
        "email",
        "profession",
        "job_title",
        "state",
        "created_at",
    )
)
MESSAGES = Listing(
    RowMapper(Message, "id", "subject", "sender_name", "created_at", "read_at"),
    (Message.recipient, _PERSON),
    (Message.child, _CHILD),
    numbered_by="created_at",
)


def with_parents_of_age(today: date) -> ColumnElement[bool]:
    """Return the criterion for young people over compulsory school age to whom a parent or carer is linked."""
    parents = select(ChildLink.child_id).where(
        ChildLink.part == WorkflowRole.parent, ChildLink.ended_at.is_(None)
    )
    return and_(Child.date_of_birth <= youngest_of_age(today), Child.id.in_(parents))
