"""The part of the row policies that reads links: the children a person is involved with."""

from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, false, or_, select, true

from app.children.tables import Child, ChildLink
from app.core.roles import Principal, Role, WorkflowRole
from app.organisations.tables import Organisation

# Plain tables on purpose: a policy's own look-ups are not filtered by policies.
_link = ChildLink.__table__
_bar = ChildLink.__table__.alias("bar")
_child = Child.__table__
_organisation = Organisation.__table__


def linked_children(who: Principal) -> Select[tuple[int]]:
    """The children someone is involved with now, as what they are in the portal (who was linked as a professional is
    no parent of these children). For a professional who is confirmed as working for their organisation also those in their organisation's queue and those that came
    through the queue and are assigned to a colleague, so that the colleague's absence leaves no one without help;
    but not those from which the SEN team removed this professional or their organisation, until the SEN team links them
    again.
    A professional's links count for the organisation they work for now, and only while it is in use."""
    seen = _by_name(who)
    if who.has(Role.professional) and who.organisation_id is not None and who.is_confirmed:
        seen = or_(seen, _through_queue(who))
    return select(_link.c.child_id).where(_link.c.ended_at.is_(None), seen, *organisation_in_use(who))


def children_linked_by_name(who: Principal) -> Select[tuple[int]]:
    """The children to whom someone is linked in person. A place in the organisation's queue, or a colleague's link, is
    not enough."""
    return select(_link.c.child_id).where(
        _link.c.ended_at.is_(None), _by_name(who), *organisation_in_use(who)
    )


def _by_name(who: Principal) -> ColumnElement[bool]:
    if who.has(Role.parent):
        return and_(
            _link.c.person_id == who.user_id,
            _link.c.part.in_((WorkflowRole.parent, WorkflowRole.young_person)),
        )
    if who.has(Role.professional) and who.organisation_id is not None:
        return and_(
            _link.c.person_id == who.user_id,
            _link.c.part == WorkflowRole.author,
            _link.c.organisation_id == who.organisation_id,
        )
    return false()


def _through_queue(who: Principal) -> ColumnElement[bool]:
    organisation = and_(_bar.c.person_id.is_(None), _bar.c.organisation_id == who.organisation_id)
    removed_from = select(_bar.c.child_id).where(
        _bar.c.barred.is_(True), or_(_bar.c.person_id == who.user_id, organisation)
    )
    return and_(
        _link.c.organisation_id == who.organisation_id,
        or_(_link.c.person_id.is_(None), _link.c.through_queue.is_(True)),
        _link.c.child_id.not_in(removed_from),
    )


def involvement_shown_to(who: Principal, link: Any) -> ColumnElement[bool]:
    """Whom of those involved with their children someone sees. Where an address must stay secret, a parent or young
    person sees no one else of the family; professionals who are not confirmed yet see themselves and the queue only."""
    mine: ColumnElement[bool] = link.person_id == who.user_id
    if who.has(Role.parent):
        risky = select(_child.c.id).where(_child.c.contact_risk)
        return or_(mine, link.part == WorkflowRole.author, link.child_id.not_in(risky))
    if who.has(Role.professional) and not who.is_confirmed:
        return or_(mine, and_(link.person_id.is_(None), link.organisation_id == who.organisation_id))
    return true()


def organisation_in_use(who: Principal) -> list[ColumnElement[bool]]:
    """For a professional: their organisation is in use. No criterion for anyone else."""
    if not who.has(Role.professional) or who.organisation_id is None:
        return []
    return [
        exists(
            select(_organisation.c.id).where(
                _organisation.c.id == who.organisation_id, _organisation.c.active.is_(True)
            )
        )
    ]
