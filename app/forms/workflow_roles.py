"""Find a person's workflow roles in one form."""

from sqlalchemy import Integer, bindparam, or_, select

from app.accounts.tables.memberships import Membership
from app.children.tables import ChildLink
from app.core.database.compiled_query import CompiledQuery
from app.core.errors import FieldError, NotFound, ValidationFailed
from app.core.roles import FAMILY_ROLES, Role, WorkflowRole
from app.core.unit_of_work import UnitOfWork
from app.core.wording import N_, Wording
from app.forms.rules.workflow import FormState
from app.forms.tables.forms import Form
from app.organisations.locks import organisation_held
from app.organisations.tables import Organisation


def workflow_roles_of(work: UnitOfWork, form: Form) -> frozenset[WorkflowRole]:
    """Return this person's workflow roles in this form.

    The SEN team has its role in every form, and records a consent that it writes down. A professional is an author
    when the form is their organisation's and they themselves are linked to the child: its queue is not enough. Until
    they are confirmed as working there, only their own forms are theirs. A linked parent or young person is the giver
    of their own consent, and of no other.
    """
    if work.me.in_sen_team:
        return frozenset(
            {WorkflowRole.sen_team, WorkflowRole.recorder}
            if form.recorded_by_team
            else {WorkflowRole.sen_team}
        )
    if not is_linked(work, form.child_id):
        return frozenset()
    if work.me.has(Role.parent):
        return frozenset({WorkflowRole.giver if _gives(work, form) else WorkflowRole.parent})
    ours = form.organisation_id is not None and form.organisation_id == work.me.organisation_id
    ours = ours and (work.me.is_confirmed or form.author_id == work.me.user_id)
    return frozenset({WorkflowRole.author}) if ours and work.me.has(Role.professional) else frozenset()


def _gives(work: UnitOfWork, form: Form) -> bool:
    """Return whether it is this person's own consent; while the SEN team writes it down, no one else fills it in."""
    in_record = form.recorded_by_team and form.state is FormState.draft
    return form.kind == "consent" and form.author_id == work.me.user_id and not in_record


def check_confirmed(membership: Membership, field: str) -> None:
    """Raise ValidationFailed unless a person is confirmed as working for the organisation."""
    if membership.confirmed_at is None:
        text = N_(
            "%(name)s is not confirmed as working for their organisation yet. Confirm them under “People to confirm”"
        )
        raise ValidationFailed(FieldError(field, Wording(text, name=membership.person.name)))


def organisation_in_use(work: UnitOfWork, organisation_id: int, field: str) -> Organisation:
    """Return the organisation, locked so that it stays in use until this transaction ends.

    Marking it as no longer in use counts its open work. Raises ValidationFailed for one no longer in use, because its
    people read nothing, and NotFound.
    """
    organisation = work.session.scalars(organisation_held(organisation_id)).one_or_none()
    if organisation is None:
        raise NotFound("Organisation")
    if not organisation.active:
        raise ValidationFailed(
            FieldError(field, Wording(N_("%(name)s is no longer in use"), name=organisation.name))
        )
    return organisation


def is_linked(work: UnitOfWork, child_id: int) -> bool:
    """Return whether this person is linked to the child by name, not through a queue.

    A professional must be linked for the organisation that they work for now.
    """
    me = work.me
    return bool(_OPEN_LINK.rows(work.session, child=child_id, me=me.user_id, organisation=me.organisation_id))


_OPEN_LINK = CompiledQuery(
    select(ChildLink.id)
    .where(
        ChildLink.child_id == bindparam("child"),
        ChildLink.person_id == bindparam("me"),
        ChildLink.ended_at.is_(None),
        or_(
            ChildLink.part.in_(tuple(FAMILY_ROLES)),
            ChildLink.organisation_id == bindparam("organisation", type_=Integer()),
        ),
    )
    .limit(1)
)
