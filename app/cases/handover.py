"""Hand over a professional's cases when their account is closed, they lose the role or change organisation."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, func, or_, select, update

from app.accounts.tables.memberships import OPEN_AND_CONFIRMED, Membership
from app.accounts.tables.people import Person
from app.cases.events import LinkEnded, OrganisationLeftUse, ReturnedToQueue, WorkHandedOver, WorkLeft
from app.cases.unfinished import forms_to_answer_for
from app.children.tables import Child, ChildLink
from app.core.database.locks import hold_account
from app.core.database.row_filter import bypass_row_filter, set_principal
from app.core.roles import WorkflowRole
from app.core.unit_of_work import UnitOfWork
from app.forms.named_later import keep_named_from_queues
from app.forms.rules.workflow import OPEN_TO_WRITING, RECEIVED, FormState
from app.forms.tables.forms import Form
from app.organisations.locks import organisation_held


@dataclass(frozen=True)
class WorkInHand:
    """The number of children with an open link, and of unfinished forms, that are handed over."""

    children: int
    forms: int

    def __bool__(self) -> bool:
        return bool(self.children or self.forms)


def work_in_hand(work: UnitOfWork, person_id: int, organisation_id: int | None = None) -> WorkInHand:
    """Return the number of children and forms to hand over, of one organisation or of all.

    An administrator, who can see no child, reads it too.
    """
    bypass_row_filter(work.session, "the work of an account is counted before it is closed")
    try:
        return _count(work, person_id, _organisations_of(work, person_id, organisation_id))
    finally:
        set_principal(work.session, work.who)


def owed_through(work: UnitOfWork, link: ChildLink) -> list[Form]:
    """Return the forms that have no author once this link ends.

    These are the person's own, or the unassigned ones of a queue.
    """
    if link.part is not WorkflowRole.author:
        return []
    unfinished = forms_to_answer_for(work, link.child_id, link.organisation_id)
    return [form for form in unfinished if form.author_id == link.person_id]


def hand_over_work(work: UnitOfWork, person_id: int, organisation_id: int | None = None) -> WorkInHand:
    """End this professional's links and put their children and forms into the organisation's queue.

    It is the work for one organisation, or for every one that they have work for.

    Returns how much was handed over. A child to whom a colleague is also linked by name stays with the
    colleague. The organisation and the SEN team get a message with the numbers. Where the SEN team removed
    the organisation, or it is no longer in use, there is no queue and the SEN team gets a message for each
    child. Objects loaded earlier are expired.
    """
    bypass_row_filter(work.session, "a professional's work is handed over to the organisation")
    try:
        hold_account(work.session, person_id)
        _hold_children(work, person_id)
        organisations = _organisations_of(work, person_id, organisation_id)
        found = _count(work, person_id, organisations)
        children = {child_id for each in organisations for child_id in _hand_over(work, person_id, each)}
        keep_named_from_queues(work, sorted(children))
        work.session.flush()
        return found
    finally:
        set_principal(work.session, work.who)


def record_left_use(work: UnitOfWork, organisation_id: int) -> None:
    """Record how much open work an organisation has that is no longer in use; no event where it has none."""
    bypass_row_filter(work.session, "the open work of an organisation that is no longer in use is counted")
    try:
        held = and_(ChildLink.organisation_id == organisation_id, ChildLink.ended_at.is_(None))
        unfinished = or_(
            Form.state.in_(OPEN_TO_WRITING), and_(Form.kind == "request", Form.state.in_(RECEIVED))
        )
        open_forms = and_(Form.organisation_id == organisation_id, unfinished)
        children = work.session.scalar(select(func.count(ChildLink.child_id.distinct())).where(held)) or 0
        forms = work.session.scalar(select(func.count(Form.id)).where(open_forms)) or 0
    finally:
        set_principal(work.session, work.who)
    if children or forms:
        work.record(OrganisationLeftUse(organisation_id=organisation_id, children=children, forms=forms))


def _hand_over(work: UnitOfWork, person_id: int, organisation_id: int) -> list[int]:
    """Hand over the work for one organisation and return the children whose link ended."""
    links = _held_links(work, person_id, organisation_id)
    alone = _without_colleague(work, person_id, organisation_id, [link.child_id for link in links])
    may_queue = alone - _barred(work, organisation_id, alone)
    if not work.session.scalars(organisation_held(organisation_id)).one().active:
        may_queue = set()
    for link in links:
        link.ended_at, link.ended_by_id = work.now, work.me.user_id
        work.record(LinkEnded(child_id=link.child_id, link_id=link.id))
    work.session.flush()
    queued = may_queue - _in_queue(work, organisation_id, may_queue)
    places = [_place(work, child_id, organisation_id) for child_id in sorted(queued)]
    work.session.add_all(places)
    work.session.flush()
    for place in places:
        work.record(ReturnedToQueue(child_id=place.child_id, link_id=place.id))
    for child_id in sorted(alone - may_queue):
        work.record(WorkLeft(child_id=child_id, organisation_id=organisation_id))
    forms = _free_forms(work, person_id, organisation_id, [link.child_id for link in links])
    if links or forms:
        work.record(
            WorkHandedOver(
                person_id=person_id,
                organisation_id=organisation_id,
                children=len(may_queue),
                with_colleagues=len(links) - len(alone),
                forms=forms,
            )
        )
    return [link.child_id for link in links]


def _hold_children(work: UnitOfWork, person_id: int) -> None:
    """Lock all the person's children at once, in id order, as all code does that locks more than one."""
    linked = select(ChildLink.child_id).where(_open_links(person_id))
    children = select(Child.id).where(Child.id.in_(linked)).order_by(Child.id)
    work.session.execute(children.with_for_update(key_share=True))


def _held_links(work: UnitOfWork, person_id: int, organisation_id: int) -> list[ChildLink]:
    of_person = _open_links(person_id, ChildLink.organisation_id == organisation_id)
    return list(work.session.scalars(select(ChildLink).where(of_person).order_by(ChildLink.child_id)))


def _open_links(person_id: int, *more: ColumnElement[bool]) -> ColumnElement[bool]:
    return and_(
        ChildLink.person_id == person_id,
        ChildLink.part == WorkflowRole.author,
        ChildLink.ended_at.is_(None),
        *more,
    )


def _unfinished(person_id: int) -> ColumnElement[bool]:
    """Return the criterion for forms the person writes or answers for.

    These are forms not accepted yet, and requests until they are decided.
    """
    return and_(
        Form.author_id == person_id,
        Form.organisation_id.is_not(None),
        or_(
            Form.state.in_([*OPEN_TO_WRITING, FormState.submitted]),
            and_(Form.kind == "request", Form.state.in_(RECEIVED)),
        ),
    )


def _count(work: UnitOfWork, person_id: int, organisations: Collection[int]) -> WorkInHand:
    of_links = _open_links(person_id, ChildLink.organisation_id.in_(organisations))
    children = select(func.count(ChildLink.child_id.distinct())).where(of_links)
    forms = select(func.count(Form.id)).where(_unfinished(person_id), Form.organisation_id.in_(organisations))
    return WorkInHand(work.session.scalar(children) or 0, work.session.scalar(forms) or 0)


def _organisations_of(work: UnitOfWork, person_id: int, organisation_id: int | None) -> list[int]:
    if organisation_id is not None:
        return [organisation_id]
    of_links = select(ChildLink.organisation_id).where(_open_links(person_id))
    of_forms = select(Form.organisation_id).where(_unfinished(person_id))
    found = {*work.session.scalars(of_links), *work.session.scalars(of_forms)}
    return sorted(each for each in found if each is not None)


def _without_colleague(
    work: UnitOfWork, person_id: int, organisation_id: int, children: Collection[int]
) -> set[int]:
    """Return those of these children to whom no colleague is linked by name.

    A colleague who is not confirmed does not count, because they can read nothing that others wrote.
    """
    with_colleague = (
        select(ChildLink.child_id)
        .join(Person, Person.id == ChildLink.person_id)
        .join(Membership, Membership.person_id == Person.id)
        .where(
            ChildLink.child_id.in_(children),
            ChildLink.organisation_id == organisation_id,
            ChildLink.person_id != person_id,
            ChildLink.ended_at.is_(None),
            Person.active.is_(True),
            Membership.organisation_id == organisation_id,
            OPEN_AND_CONFIRMED,
        )
    )
    return set(children) - set(work.session.scalars(with_colleague))


def _barred(work: UnitOfWork, organisation_id: int, children: Collection[int]) -> set[int]:
    of_organisation = (ChildLink.person_id.is_(None), ChildLink.organisation_id == organisation_id)
    statement = select(ChildLink.child_id).where(
        ChildLink.child_id.in_(children), ChildLink.barred.is_(True), *of_organisation
    )
    return set(work.session.scalars(statement))


def _in_queue(work: UnitOfWork, organisation_id: int, children: Collection[int]) -> set[int]:
    of_organisation = (ChildLink.person_id.is_(None), ChildLink.organisation_id == organisation_id)
    statement = select(ChildLink.child_id).where(
        ChildLink.child_id.in_(children), ChildLink.ended_at.is_(None), *of_organisation
    )
    return set(work.session.scalars(statement))


def _place(work: UnitOfWork, child_id: int, organisation_id: int) -> ChildLink:
    return ChildLink(
        child_id=child_id,
        person_id=None,
        organisation_id=organisation_id,
        part=WorkflowRole.author,
        linked_by_id=work.me.user_id,
        created_at=work.now,
    )


def _free_forms(work: UnitOfWork, person_id: int, organisation_id: int, children: Collection[int]) -> int:
    """Remove the author from the person's unfinished forms until a colleague is assigned; return how many."""
    # The person may be saving a form without an author at this moment and so become its author; wait for
    # that.
    at_hand = select(Form.id).where(
        Form.child_id.in_(children),
        Form.organisation_id == organisation_id,
        Form.author_id.is_(None),
        Form.state.in_(OPEN_TO_WRITING),
    )
    work.session.execute(at_hand.order_by(Form.id).with_for_update())
    theirs = select(Form.id).where(_unfinished(person_id), Form.organisation_id == organisation_id)
    numbers = list(work.session.scalars(theirs.order_by(Form.id)))
    if numbers:
        work.session.execute(
            update(Form).where(Form.id.in_(numbers)).values(author_id=None, version=Form.version + 1),
            execution_options={"synchronize_session": False},
        )
    return len(numbers)
