"""Unfinished forms of an organisation about a child, and whether a person there works on them."""

from sqlalchemy import ColumnElement, Select, and_, or_, select

from app.accounts.tables.memberships import OPEN_AND_CONFIRMED, Membership
from app.children.tables import ChildLink
from app.core.unit_of_work import UnitOfWork
from app.forms.rules.workflow import OPEN_TO_WRITING, RECEIVED
from app.forms.tables.forms import Form


def pass_on_forms(work: UnitOfWork, link: ChildLink, from_id: int | None, to_id: int) -> None:
    """Make a person the author of the forms this organisation still has to send about the child that were with another
    person, or with no one.

    A person who is saving one of them at this moment becomes its author first.
    """
    for form in _hold(work, _of(link.child_id, link.organisation_id, Form.state.in_(OPEN_TO_WRITING))):
        if form.author_id == from_id:
            form.author_id = to_id


def forms_to_answer_for(work: UnitOfWork, child_id: int, organisation_id: int | None) -> list[Form]:
    """Return the forms this organisation still has to send, and its request until that is decided.

    The SEN team may return the request, and then a person there has to correct it.
    """
    return list(work.session.scalars(_of(child_id, organisation_id, _TO_ANSWER_FOR)).unique())


def hold_forms_to_answer_for(work: UnitOfWork, child_id: int, organisation_id: int | None) -> list[Form]:
    """Return the forms of `forms_to_answer_for`, locked, so that they can get another author."""
    return _hold(work, _of(child_id, organisation_id, _TO_ANSWER_FOR))


_TO_ANSWER_FOR = or_(Form.state.in_(OPEN_TO_WRITING), and_(Form.kind == "request", Form.state.in_(RECEIVED)))


def _of(child_id: int, organisation_id: int | None, which: ColumnElement[bool]) -> Select[Form]:
    of_it = and_(Form.child_id == child_id, Form.organisation_id == organisation_id)
    return select(Form).where(of_it, which).order_by(Form.id)


def _hold(work: UnitOfWork, forms: Select[Form]) -> list[Form]:
    held = forms.with_for_update(of=Form).execution_options(populate_existing=True)
    return list(work.session.scalars(held).unique())


def others_work_there(work: UnitOfWork, link: ChildLink) -> bool:
    """Return whether the child is in the link's organisation's queue, or a confirmed colleague is linked."""
    return _someone_works_there(work, link.child_id, link.organisation_id, ChildLink.id != link.id)


def hold_unattended_forms(work: UnitOfWork, child_id: int, organisation_id: int) -> list[Form]:
    """Return the forms of `forms_to_answer_for` without anyone to write them, locked.

    The child is not in the organisation's queue, no confirmed colleague is linked, and the author is not linked.
    """
    if _someone_works_there(work, child_id, organisation_id):
        return []
    of_it = (ChildLink.child_id == child_id, ChildLink.organisation_id == organisation_id)
    linked = set(
        work.session.scalars(select(ChildLink.person_id).where(*of_it, ChildLink.ended_at.is_(None)))
    )
    forms = hold_forms_to_answer_for(work, child_id, organisation_id)
    return [form for form in forms if form.author_id not in linked]


def organisations_owing(work: UnitOfWork, child_id: int) -> list[int]:
    """Return the ids of the organisations that still have to send a form about the child."""
    owing = select(Form.organisation_id).where(
        Form.child_id == child_id, Form.organisation_id.is_not(None), _TO_ANSWER_FOR
    )
    return sorted(each for each in set(work.session.scalars(owing)) if each is not None)


def _someone_works_there(
    work: UnitOfWork, child_id: int, organisation_id: int | None, *which: ColumnElement[bool]
) -> bool:
    works_there = ChildLink.person_id.in_(
        select(Membership.person_id).where(Membership.organisation_id == organisation_id, OPEN_AND_CONFIRMED)
    )
    statement = select(ChildLink.id).where(
        ChildLink.child_id == child_id,
        ChildLink.organisation_id == organisation_id,
        ChildLink.ended_at.is_(None),
        or_(ChildLink.person_id.is_(None), works_there),
        *which,
    )
    return work.session.scalars(statement.limit(1)).first() is not None
