"""Links between a child and people or organisations: linking, assigning, adding a colleague, stepping back."""

from typing import Any

from sqlalchemy import ColumnElement, select, update

from app.accounts.tables.memberships import Membership
from app.accounts.tables.people import Person
from app.cases.bars import (
    is_barred,
    lift_bar,
    lift_bar_of_organisation,
    links_to_bar,
    organisation_is_barred,
    withdraw_older_invitations,
)
from app.cases.events import ChildLinked, ColleagueBroughtIn, LinkAssigned, LinkEnded, LinkTakenUp, WorkLeft
from app.cases.unfinished import (
    hold_forms_to_answer_for,
    hold_unattended_forms,
    others_work_there,
    pass_on_forms,
)
from app.children.locks import child_held
from app.children.tables import Child, ChildLink
from app.core.errors import FieldError, Forbidden, InvalidState, NotFound, ValidationFailed
from app.core.roles import Role, WorkflowRole
from app.core.text_input import character_faults, clean_line
from app.core.unit_of_work import UnitOfWork
from app.core.wording import N_, Wording
from app.forms.may_know import ask_about_organisation, ask_about_person, check_colleague
from app.forms.named_later import keep_named_from_queues
from app.forms.tables.forms import Advice
from app.forms.workflow_roles import check_confirmed, organisation_in_use
from app.organisations.locks import organisation_held
from app.organisations.tables import Organisation

LONGEST_RELATIONSHIP = 100


def link_person(
    work: UnitOfWork,
    child_id: int,
    person_id: int,
    relationship: str = "",
    *,
    organisation_id: int | None = None,
    despite: bool = False,
) -> ChildLink:
    """Link a professional to a child on behalf of the SEN team and return the link.

    It is for one of their organisations: the one they act for unless another is named. They can see the child from now
    on and get a message. This also lifts a bar: only the SEN team can link a
    person again whom it removed.
    """
    _team_only(work)
    member = professional(work, person_id, organisation_id)
    person = member.person
    child = lock_child(work, child_id)
    words = _in_words(relationship) or member.job_title or ""
    found = open_link_of(work, child.id, person.id, member.organisation_id)
    if found is not None:
        repeated = work.is_repeat(found.created_at, found.linked_by_id)
        if repeated and found.relationship_to_child == words:
            return found
        raise _already_linked("person", person)
    if not despite:
        ask_about_person(work, child.id, person, words)
    was_barred = lift_bar(work, child.id, person.id)
    link = _link(work, child, member, words, _already_linked("person", person))
    if was_barred:  # the bar was for the queue of each of their organisations
        keep_named_from_queues(work, [child.id])
    work.record(ChildLinked(child_id=child.id, link_id=link.id))
    return link


def link_organisation(
    work: UnitOfWork, child_id: int, organisation_id: int, *, despite: bool = False
) -> ChildLink:
    """Put a child in an organisation's queue on behalf of the SEN team and return the link.

    Any professional there can see the child and assign it. This also lifts a bar, as for a person.
    """
    _team_only(work)
    organisation = organisation_in_use(work, organisation_id, "organisation")
    child = lock_child(work, child_id)
    found = queue_link(work, child.id, organisation.id)
    if found is not None:
        if work.is_repeat(found.created_at, found.linked_by_id):
            return found
        raise _already_in_queue(organisation)
    if not despite:
        ask_about_organisation(work, child.id, organisation)
    lift_bar_of_organisation(work, child.id, organisation.id)
    return _enter_queue(work, child, organisation)


def take_up(work: UnitOfWork, link_id: int) -> ChildLink:
    """Assign a child in the organisation's queue, with the advice requested of it, to this professional.

    Returns the link.
    """
    return assign(work, link_id, work.me.user_id)


def assign(work: UnitOfWork, link_id: int, person_id: int, assigned_to: int | None = None) -> ChildLink:
    """Assign a child to this professional or a colleague, with the forms their organisation owes.

    The child is in their organisation's queue, or is assigned to a colleague (`assigned_to`) and came through
    the queue. Returns the link; repeating the request returns the same link. Raises ValidationFailed where a
    colleague was first.
    """
    if not (work.me.has(Role.professional) and work.me.is_confirmed):
        raise Forbidden("assign")
    member = professional(work, person_id, work.me.organisation_id)
    person = member.person
    link, child = _assignable(work, link_id)
    _check_not_removed(work, child.id, person)
    if link.person_id == person.id and link.ended_at is None:
        return link
    if link.ended_at is not None or link.person_id != assigned_to:
        raise _taken(work, link)
    already = open_link_of(work, child.id, person.id, work.me.organisation_id)
    if already is None:
        check_colleague(work, child.id, person, "colleague")
    changes: dict[str, Any] = {"ended_at": work.now, "ended_by_id": work.me.user_id}
    if assigned_to is None and already is None:
        changes = {"person_id": person.id, "relationship_to_child": member.job_title or ""}
        changes |= {"taken_up_at": work.now, "through_queue": True}
    changed = work.session.execute(
        update(ChildLink)
        .where(ChildLink.id == link.id, ChildLink.ended_at.is_(None), _is_with(assigned_to))
        .values(**changes)
    )
    if changed.rowcount != 1:  # type: ignore[attr-defined]
        raise _taken(work, link)
    if assigned_to is not None and already is None:
        already = _link(work, child, member, "", _already_linked("colleague", person), through_queue=True)
    pass_on_forms(work, link, assigned_to, person.id)
    if assigned_to is not None:
        keep_named_from_queues(work, [child.id])
    _tell_assigned(work, already or link, person, assigned_to)
    return already or link


def bring_in(work: UnitOfWork, child_id: int, colleague_id: int) -> ChildLink:
    """Link a colleague of the same organisation to a child and return the link; for a linked professional."""
    me = work.me
    if not (me.has(Role.professional) and me.is_confirmed):
        raise Forbidden("bring_in")
    member = professional(work, colleague_id, me.organisation_id)
    colleague = member.person
    child = lock_child(work, child_id)
    mine = open_link_of(work, child.id, me.user_id, me.organisation_id)
    if mine is None:
        raise Forbidden("bring_in")
    _check_not_removed(work, child.id, colleague)
    found = open_link_of(work, child.id, colleague.id, me.organisation_id)
    refusal = _already_linked("colleague", colleague)
    if found is not None:
        if work.is_repeat(found.created_at, found.linked_by_id):
            return found
        raise refusal
    check_colleague(work, child.id, colleague, "colleague")
    link = _link(work, child, member, "", refusal, through_queue=mine.through_queue)
    work.record(ColleagueBroughtIn(child_id=child.id, link_id=link.id))
    return link


def end_link(work: UnitOfWork, link_id: int) -> ChildLink:
    """End the link of a person or a queue on behalf of the SEN team and return it.

    They can no longer see the child: a person who is linked for several organisations is linked for none. The links
    are barred: colleagues, the queue and invitations cannot restore them; only the SEN team can. A link that has ended
    otherwise meanwhile (they stepped back) is barred too. Those who see the child through a queue are compared with whom
    the SEN team removed. Raises InvalidState for a person who was linked again, and for a queue that has ended.
    """
    _team_only(work)
    link = work.get(ChildLink, link_id)
    lock_child(work, link.child_id)
    work.session.refresh(link)
    if link.ended_at is not None and link.barred:
        return link
    for each in links_to_bar(work, link):
        each.barred = True
        _end(work, each)
    withdraw_older_invitations(work, link)
    keep_named_from_queues(work, [link.child_id])
    return link


def step_back(work: UnitOfWork, link_id: int) -> ChildLink:
    """End a professional's own link and return it.

    Where their organisation still owes the SEN team a form and no one else there is linked, the child goes
    back into the organisation's queue, so that no requested form is lost. Where the SEN team has removed the
    organisation from the child, the SEN team gets a message instead.
    """
    link = own_link(work, link_id)
    child = lock_child(work, link.child_id)
    work.session.refresh(link)
    _still_open(link)
    owed = hold_forms_to_answer_for(work, child.id, link.organisation_id)
    for form in owed:
        if form.author_id == work.me.user_id and isinstance(form, Advice):
            form.author_id = None
    if owed and link.organisation_id is not None and not others_work_there(work, link):
        return_to_queue(work, child, link.organisation_id)
    _end(work, link)
    keep_named_from_queues(work, [child.id])
    return link


def return_to_queue(work: UnitOfWork, child: Child, organisation_id: int) -> bool:
    """Put a child into an organisation's queue; return whether it is in the queue.

    It is not where the SEN team removed the organisation, or it is no longer in use: then the SEN team gets a
    message.
    """
    organisation = work.session.scalars(organisation_held(organisation_id)).one()
    if organisation.active and not organisation_is_barred(work, child.id, organisation_id):
        if queue_link(work, child.id, organisation_id) is None:
            _enter_queue(work, child, organisation)
        return True
    work.record(WorkLeft(child_id=child.id, organisation_id=organisation_id))
    return False


def see_to_unattended_forms(work: UnitOfWork, child_id: int, organisation_id: int) -> None:
    """Put a child into the organisation's queue when its forms have no one there to write them.

    The forms get the author to whom the child is assigned from the queue. The caller has locked the child.
    """
    unattended = hold_unattended_forms(work, child_id, organisation_id)
    for form in unattended:
        form.author_id = None
    if unattended:
        return_to_queue(work, lock_child(work, child_id), organisation_id)


def own_link(work: UnitOfWork, link_id: int) -> ChildLink:
    """Return this professional's own open link for the organisation they act for. Raises Forbidden for any other."""
    link = _still_open(work.get(ChildLink, link_id))
    is_own = link.person_id == work.me.user_id and link.organisation_id == work.me.organisation_id
    if not is_own or not work.me.has(Role.professional):
        raise Forbidden("step_back")
    return link


def open_link_of(
    work: UnitOfWork, child_id: int, person_id: int, organisation_id: int | None
) -> ChildLink | None:
    """Return the open link between this person and the child for an organisation, None for a parent, or None."""
    statement = select(ChildLink).where(
        ChildLink.child_id == child_id,
        ChildLink.person_id == person_id,
        ChildLink.organisation_id == organisation_id,
        ChildLink.ended_at.is_(None),
    )
    return work.session.scalars(statement.limit(1)).first()


def link_if_missing(
    work: UnitOfWork,
    child_id: int,
    person_id: int | None,
    organisation_id: int | None,
    *,
    despite: bool = False,
) -> None:
    """Link the adviser to the child unless they are linked already, so that they can see the child.

    Raises ValidationFailed where a form may name them as one who must not know, unless the officer confirmed
    (`despite`): also for an adviser who was linked before that form came.
    """
    if person_id is not None:
        link = open_link_of(work, child_id, person_id, organisation_id)
        if link is None:
            link_person(work, child_id, person_id, organisation_id=organisation_id, despite=despite)
        elif not despite:
            person = work.get(Person, person_id)
            words = link.relationship_to_child
            ask_about_person(work, child_id, person, words)
    elif organisation_id is not None:
        if queue_link(work, child_id, organisation_id) is None:
            link_organisation(work, child_id, organisation_id, despite=despite)
        elif not despite:
            ask_about_organisation(work, child_id, work.get(Organisation, organisation_id))


def _is_with(person_id: int | None) -> ColumnElement[bool]:
    return ChildLink.person_id.is_(None) if person_id is None else ChildLink.person_id == person_id


def _assignable(work: UnitOfWork, link_id: int) -> tuple[ChildLink, Child]:
    """Return a link that this professional may assign, and its child, which is locked."""
    me = work.me
    link = work.get(ChildLink, link_id)
    if me.organisation_id is None or link.organisation_id != me.organisation_id:
        raise Forbidden("assign")
    child = lock_child(work, link.child_id)
    work.session.refresh(link)
    if link.person_id is not None and not link.through_queue:
        raise Forbidden("assign")
    return link, child


def _check_not_removed(work: UnitOfWork, child_id: int, colleague: Person) -> None:
    """Raise ValidationFailed for a colleague whom the SEN team removed from the child."""
    if is_barred(work, child_id, colleague.id):
        text = N_("The SEN team ended the involvement of %(name)s. Only the SEN team can link them again")
        raise ValidationFailed(FieldError("colleague", Wording(text, name=colleague.name)))
    if organisation_is_barred(work, child_id, work.me.organisation_id or 0):
        text = N_(
            "The SEN team ended the involvement of your organisation. Only the SEN team can link colleagues"
        )
        raise ValidationFailed(FieldError("colleague", Wording(text)))


def _taken(work: UnitOfWork, link: ChildLink) -> ValidationFailed:
    work.session.refresh(link)
    if link.ended_at is None and link.person_id is not None:
        name = work.get(Person, link.person_id).name
        return ValidationFailed(
            FieldError("colleague", Wording(N_("%(name)s has been assigned this child"), name=name))
        )
    return ValidationFailed(
        FieldError("colleague", Wording(N_("This has changed meanwhile. Check who is involved now")))
    )


def _tell_assigned(work: UnitOfWork, link: ChildLink, person: Person, assigned_to: int | None) -> None:
    if person.id == work.me.user_id and assigned_to is None:
        work.record(LinkTakenUp(child_id=link.child_id, link_id=link.id))
    else:
        work.record(LinkAssigned(child_id=link.child_id, link_id=link.id, assigned_before_to=assigned_to))


def _link(
    work: UnitOfWork,
    child: Child,
    member: Membership,
    relationship: str,
    refusal: ValidationFailed,
    *,
    through_queue: bool = False,
) -> ChildLink:
    return work.add_only(
        ChildLink(
            child=child,
            person_id=member.person_id,
            organisation_id=member.organisation_id,
            part=WorkflowRole.author,
            relationship_to_child=relationship or member.job_title or "",
            linked_by_id=work.me.user_id,
            taken_up_at=work.now,
            created_at=work.now,
            through_queue=through_queue,
        ),
        refusal,
    )


def _already_linked(field: str, person: Person) -> ValidationFailed:
    text = N_("%(name)s is already linked to this child")
    return ValidationFailed(FieldError(field, Wording(text, name=person.name)))


def _already_in_queue(organisation: Organisation) -> ValidationFailed:
    text = N_("This child already waits in the queue of %(name)s")
    return ValidationFailed(FieldError("organisation", Wording(text, name=organisation.name)))


def lock_child(work: UnitOfWork, child_id: int) -> Child:
    """Return the child, locked, so that no one else changes its links.

    Two requests at once must not link a person twice, nor both step back because each sees the other's link.
    Raises NotFound, also when the record was merged at this moment.
    """
    child = work.session.scalars(child_held(child_id)).one_or_none()
    if child is None:
        raise NotFound("Child")
    return child


def _enter_queue(work: UnitOfWork, child: Child, organisation: Organisation) -> ChildLink:
    link = work.add_only(
        ChildLink(
            child=child,
            person_id=None,
            organisation_id=organisation.id,
            part=WorkflowRole.author,
            linked_by_id=work.me.user_id,
            created_at=work.now,
        ),
        _already_in_queue(organisation),
    )
    keep_named_from_queues(work, [child.id])
    work.record(ChildLinked(child_id=child.id, link_id=link.id))
    return link


def _end(work: UnitOfWork, link: ChildLink) -> None:
    link.ended_at, link.ended_by_id = work.now, work.me.user_id
    work.record(LinkEnded(child_id=link.child_id, link_id=link.id))


def _still_open(link: ChildLink) -> ChildLink:
    if link.ended_at is not None:
        raise InvalidState("end_link")
    return link


def queue_link(work: UnitOfWork, child_id: int, organisation_id: int) -> ChildLink | None:
    """Return the child's open link to this organisation's queue, or None."""
    statement = select(ChildLink).where(
        ChildLink.child_id == child_id,
        ChildLink.organisation_id == organisation_id,
        ChildLink.person_id.is_(None),
        ChildLink.ended_at.is_(None),
    )
    return work.session.scalars(statement.limit(1)).first()


def professional(
    work: UnitOfWork, person_id: int, organisation_id: int | None = None, field: str = "person"
) -> Membership:
    """Return a professional's membership of an organisation, whose account cannot be closed until the commit.

    It is that of the organisation they act for where none is named. Closing an account transfers its links. Call this
    before locking the child, since closing an account locks in the same order. Raises NotFound, Forbidden for a person
    who does not work for the organisation, and ValidationFailed unless the account is active and confirmed.
    """
    statement = select(Person).where(Person.id == person_id).with_for_update(read=True, of=Person)
    person = work.session.scalars(statement.execution_options(populate_existing=True)).unique().one_or_none()
    if person is None:
        raise NotFound("Person")
    work.session.refresh(person, ["memberships", "roles"])
    is_one = any(role.name == Role.professional.name for role in person.roles)
    member = person.membership if organisation_id is None else person.membership_in(organisation_id)
    if person.active and is_one and organisation_id is not None and member is None:
        raise Forbidden("a person of another organisation")
    if not (person.active and is_one) or member is None:
        raise ValidationFailed(FieldError(field, Wording(N_("Choose a professional whose account is open"))))
    check_confirmed(member, field)
    organisation_in_use(work, member.organisation_id, field)
    return member


def _in_words(relationship: str) -> str:
    words = clean_line(relationship)
    if faults := character_faults("relationship", words):
        raise ValidationFailed(*faults)
    return words[:LONGEST_RELATIONSHIP]


def _team_only(work: UnitOfWork) -> None:
    if not work.me.in_sen_team:
        raise Forbidden("link")
