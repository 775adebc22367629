"""Row policies of children, who is involved with them, and people. The docstrings are for officers to check: docs/access.md is made from them."""

from sqlalchemy import ColumnElement, and_, false, or_, select, true

from app.accounts.tables.memberships import Membership
from app.accounts.tables.people import Person
from app.children.involvement import involvement_shown_to, linked_children, organisation_in_use
from app.children.tables import Child, ChildLink, ChildMerge, ChildName
from app.core.database.policies import explain, row_policy
from app.core.roles import Principal, Role

# Plain tables on purpose: a policy's own look-ups are not filtered by policies.
_link = ChildLink.__table__
_membership = Membership.__table__


@row_policy(Child)
def child(who: Principal) -> ColumnElement[bool]:
    """The SEN team sees every child; professionals and parents see the children they are linked to; no one else any.
    A record that was merged into another is seen by no one."""
    standing_alone = Child.merged_into_id.is_(None)
    return standing_alone if who.in_sen_team else and_(standing_alone, Child.id.in_(linked_children(who)))


@row_policy(ChildLink)
def child_link(who: Principal) -> ColumnElement[bool]:
    """Everyone who sees a child sees who is involved with that child. Where an address must stay secret, a parent or young
    person sees the professionals and themselves, and no one else of the family. Professionals who are not confirmed yet
    see themselves only."""
    if who.in_sen_team:
        return true()
    return and_(ChildLink.child_id.in_(linked_children(who)), involvement_shown_to(who, ChildLink))


@row_policy(ChildName)
def child_name(who: Principal) -> ColumnElement[bool]:
    """Everyone who sees a child finds that child by the words of the name; a record that was merged has none."""
    return true() if who.in_sen_team else ChildName.child_id.in_(linked_children(who))


@row_policy(ChildMerge)
def child_merge(who: Principal) -> ColumnElement[bool]:
    """The SEN team merges records, so it sees which were merged."""
    return true() if who.in_sen_team else false()


@row_policy(Person)
def person(who: Principal) -> ColumnElement[bool]:
    """The SEN team and administrators see every account; others themselves, everyone who is linked to the same children,
    and everyone in their organisation once they are confirmed as working there and while it is in use."""
    if who.in_sen_team or who.has(Role.admin):
        return true()
    beside = select(_link.c.person_id).where(
        _link.c.person_id.is_not(None), _link.c.ended_at.is_(None), _link.c.child_id.in_(linked_children(who))
    )
    beside = beside.where(involvement_shown_to(who, _link.c))
    seen = or_(Person.id == who.user_id, Person.id.in_(beside))
    if who.has(Role.professional) and who.organisation_id is not None and who.is_confirmed:
        colleagues = select(_membership.c.person_id).where(
            _membership.c.organisation_id == who.organisation_id, _membership.c.ended_at.is_(None)
        )
        seen = or_(seen, and_(Person.id.in_(colleagues), *organisation_in_use(who)))
    return seen


@row_policy(Membership)
def membership(who: Principal) -> ColumnElement[bool]:
    """The SEN team and administrators see who works where; others their own memberships, and those of the organisation
    they act for once they are confirmed as working there and while it is in use."""
    if who.in_sen_team or who.has(Role.admin):
        return true()
    seen: ColumnElement[bool] = Membership.person_id == who.user_id
    if who.has(Role.professional) and who.organisation_id is not None and who.is_confirmed:
        there = Membership.organisation_id == who.organisation_id
        seen = or_(seen, and_(there, *organisation_in_use(who)))
    return seen


explain("Linked", linked_children)
