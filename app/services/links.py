"""Who is involved with a child: linking, taking up, bringing in a colleague, stepping back."""

from sqlalchemy import select, update

from app.domain.errors import Fault, NotFound, Refused, WrongHands, WrongMoment
from app.domain.events import ChildLinked, ColleagueBroughtIn, LinkEnded, LinkTakenUp
from app.domain.roles import Role
from app.domain.wording import N_, Wording
from app.domain.workflow import OPEN_TO_WRITING, Part
from app.models import Advice, Child, ChildLink, Form, Organisation, Person
from app.services.parts import is_linked
from app.services.work import Work

LONGEST_RELATIONSHIP = 100


def link_person(work: Work, child_id: int, person_id: int, relationship: str = "") -> ChildLink:
    """The SEN team involves a professional with a child. They see the child from now on, and are told."""
    _team_only(work)
    child = _held(work, child_id)
    person = _professional(work, person_id)
    if open_link_of(work, child.id, person.id) is not None:
        raise Refused(
            Fault("person", Wording(N_("%(name)s is already linked to this child"), name=person.name))
        )
    link = work.add(
        ChildLink(
            child=child,
            person_id=person.id,
            organisation_id=person.organisation_id,
            part=Part.author,
            relationship_to_child=_in_words(relationship) or person.job_title or "",
            linked_by_id=work.me.user_id,
            taken_up_at=work.now,
        )
    )
    work.tell(ChildLinked(child_id=child.id, link_id=link.id))
    return link


def link_organisation(work: Work, child_id: int, organisation_id: int) -> ChildLink:
    """The SEN team puts a child in an organisation's queue; any professional there sees the child and may take it up."""
    _team_only(work)
    child = _held(work, child_id)
    organisation = work.get(Organisation, organisation_id)
    if not organisation.active:
        raise Refused(
            Fault("organisation", Wording(N_("%(name)s is no longer in use"), name=organisation.name))
        )
    if _queue_link(work, child.id, organisation.id) is not None:
        text = N_("This child already waits in the queue of %(name)s")
        raise Refused(Fault("organisation", Wording(text, name=organisation.name)))
    return _enter_queue(work, child, organisation.id)


def take_up(work: Work, link_id: int) -> ChildLink:
    """A professional takes a child from their organisation's queue, and with the child the advice asked of it."""
    me = work.me
    link = work.get(ChildLink, link_id)
    if not me.has(Role.professional) or link.organisation_id != me.organisation_id:
        raise WrongHands("take_up")
    if link.person_id is not None or link.ended_at is not None:
        raise WrongMoment("take_up")
    _held(work, link.child_id)
    already = is_linked(work, link.child_id)
    person = work.get(Person, me.user_id)
    taken = {"ended_at": work.now, "ended_by_id": me.user_id} if already else {"person_id": me.user_id}
    # Two colleagues may press at the same moment: only one row changes hands.
    changed = work.session.execute(
        update(ChildLink)
        .where(ChildLink.id == link.id, ChildLink.person_id.is_(None), ChildLink.ended_at.is_(None))
        .values(taken_up_at=work.now, relationship_to_child=person.job_title or "", **taken)
    )
    if changed.rowcount != 1:  # type: ignore[attr-defined]
        raise WrongMoment("take_up")
    for form in _open_forms(work, link.child_id, me.organisation_id):
        if form.author_id is None:
            form.author_id = me.user_id
    work.tell(LinkTakenUp(child_id=link.child_id, link_id=link.id))
    return link


def bring_in(work: Work, child_id: int, colleague_id: int) -> ChildLink:
    """A linked professional shares a child with a colleague of the same organisation."""
    me = work.me
    child = _held(work, child_id)
    if not me.has(Role.professional) or me.organisation_id is None or not is_linked(work, child.id):
        raise WrongHands("bring_in")
    colleague = _professional(work, colleague_id)
    if colleague.organisation_id != me.organisation_id:
        raise WrongHands("bring_in")
    if open_link_of(work, child.id, colleague.id) is not None:
        raise Refused(
            Fault("colleague", Wording(N_("%(name)s is already linked to this child"), name=colleague.name))
        )
    link = work.add(
        ChildLink(
            child=child,
            person_id=colleague.id,
            organisation_id=colleague.organisation_id,
            part=Part.author,
            relationship_to_child=colleague.job_title or "",
            linked_by_id=me.user_id,
            taken_up_at=work.now,
        )
    )
    work.tell(ColleagueBroughtIn(child_id=child.id, link_id=link.id))
    return link


def end_link(work: Work, link_id: int) -> ChildLink:
    """The SEN team ends somebody's involvement, or a queue's. They see the child no more from this moment."""
    _team_only(work)
    link = _still_open(work.get(ChildLink, link_id))
    _end(work, link)
    return link


def step_back(work: Work, link_id: int) -> ChildLink:
    """A professional ends their own involvement.

    Where their organisation still owes the SEN team something and nobody else there is linked, the child goes back
    into the organisation's queue, so that nothing asked for is lost.
    """
    link = own_link(work, link_id)
    child = _held(work, link.child_id)
    owed = _open_forms(work, child.id, link.organisation_id)
    for form in owed:
        if form.author_id == work.me.user_id and isinstance(form, Advice):
            form.author_id = None
    if owed and link.organisation_id is not None and not _others_there(work, link):
        _enter_queue(work, child, link.organisation_id)
    _end(work, link)
    return link


def own_link(work: Work, link_id: int) -> ChildLink:
    """This professional's own link, still open, or WrongHands."""
    link = _still_open(work.get(ChildLink, link_id))
    if link.person_id != work.me.user_id or not work.me.has(Role.professional):
        raise WrongHands("step_back")
    return link


def open_link_of(work: Work, child_id: int, person_id: int) -> ChildLink | None:
    """The link by which this person is involved with the child now."""
    statement = select(ChildLink).where(
        ChildLink.child_id == child_id, ChildLink.person_id == person_id, ChildLink.ended_at.is_(None)
    )
    return work.session.scalars(statement.limit(1)).first()


def link_if_missing(work: Work, child_id: int, person_id: int | None, organisation_id: int | None) -> None:
    """See to it that who is asked for advice also sees the child."""
    if person_id is not None and open_link_of(work, child_id, person_id) is None:
        link_person(work, child_id, person_id)
    elif (
        person_id is None
        and organisation_id is not None
        and _queue_link(work, child_id, organisation_id) is None
    ):
        link_organisation(work, child_id, organisation_id)


def _held(work: Work, child_id: int) -> Child:
    """The child, while nobody else changes who is involved: two at once must not link somebody twice, nor both step
    back in the belief that the other stays."""
    statement = select(Child).where(Child.id == child_id).with_for_update()
    child = work.session.scalars(statement).one_or_none()
    if child is None:
        raise NotFound("Child")
    return child


def _enter_queue(work: Work, child: Child, organisation_id: int) -> ChildLink:
    link = work.add(
        ChildLink(
            child=child,
            person_id=None,
            organisation_id=organisation_id,
            part=Part.author,
            linked_by_id=work.me.user_id,
        )
    )
    work.tell(ChildLinked(child_id=child.id, link_id=link.id))
    return link


def _end(work: Work, link: ChildLink) -> None:
    link.ended_at, link.ended_by_id = work.now, work.me.user_id
    work.tell(LinkEnded(child_id=link.child_id, link_id=link.id))


def _still_open(link: ChildLink) -> ChildLink:
    if link.ended_at is not None:
        raise WrongMoment("end_link")
    return link


def _queue_link(work: Work, child_id: int, organisation_id: int) -> ChildLink | None:
    statement = select(ChildLink).where(
        ChildLink.child_id == child_id,
        ChildLink.organisation_id == organisation_id,
        ChildLink.person_id.is_(None),
        ChildLink.ended_at.is_(None),
    )
    return work.session.scalars(statement.limit(1)).first()


def _others_there(work: Work, link: ChildLink) -> bool:
    statement = select(ChildLink.id).where(
        ChildLink.child_id == link.child_id,
        ChildLink.organisation_id == link.organisation_id,
        ChildLink.ended_at.is_(None),
        ChildLink.id != link.id,
    )
    return work.session.scalars(statement.limit(1)).first() is not None


def _open_forms(work: Work, child_id: int, organisation_id: int | None) -> list[Form]:
    statement = select(Form).where(
        Form.child_id == child_id, Form.organisation_id == organisation_id, Form.state.in_(OPEN_TO_WRITING)
    )
    return list(work.session.scalars(statement).unique())


def _professional(work: Work, person_id: int) -> Person:
    person = work.get(Person, person_id)
    if (
        not person.active
        or person.organisation_id is None
        or all(r.name != Role.professional.name for r in person.roles)
    ):
        raise Refused(Fault("person", Wording(N_("Choose a professional whose account is open"))))
    return person


def _in_words(relationship: str) -> str:
    return " ".join(relationship.split())[:LONGEST_RELATIONSHIP]


def _team_only(work: Work) -> None:
    if not work.me.in_sen_team:
        raise WrongHands("link")
