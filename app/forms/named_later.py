"""Check notes about people who must not know again, when a later event links such a person to a child.

Before a merge the officer is asked. In the other cases no officer is at work, so access is withheld and the SEN team
is notified.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from app.accounts.tables.invitations import Invitation
from app.accounts.tables.memberships import Membership
from app.accounts.tables.people import Person
from app.children.tables import ChildLink
from app.core.errors import FieldError, ValidationFailed
from app.core.roles import FAMILY_ROLES, WorkflowRole
from app.core.unit_of_work import UnitOfWork
from app.core.wording import N_, Wording
from app.forms.confidentiality import (
    LONGEST_QUOTE,
    notes_about,
    notes_by_child,
    notes_on_member,
    notes_sent,
    was_removed,
)
from app.forms.form_context import FormContext
from app.forms.queries.named_people import (
    NO_ONE,
    Linked,
    Member,
    Removed,
    hold_children_of,
    invited_to,
    linked_with,
    links_of,
    members_of,
    queues_of,
    queues_with,
    removed_from,
    settled_with,
    workplaces_of,
)
from app.forms.rules.secrecy import Note, notes_in, plainly_must_not_know, who_must_not_know
from app.forms.secrecy_events import (
    KeptFromQueue,
    MustNotKnowNoted,
    NamedPersonRenamed,
    NamedWorkplaceJoined,
)


@dataclass(frozen=True)
class _Named:
    """A person whom a merge would link to a record, and the notes there that may mean them."""

    name: str
    notes: Sequence[Note]


def is_named_since(work: UnitOfWork, invitation: Invitation) -> bool:
    """Return whether a note made after an invitation may mean the invited person.

    The officer who invited them saw the earlier notes.
    """
    if invitation.child_id is None:
        return False
    known = set(notes_sent(work, invitation.child_id, invitation.created_at))
    new = [note for note in notes_sent(work, invitation.child_id) if note not in known]
    return bool(plainly_must_not_know(new, invitation.name, invitation.relationship_to_child))


def check_named_since(work: UnitOfWork, invitation: Invitation) -> None:
    """Raise ValidationFailed when an invitation to be sent again would be held back on acceptance."""
    if is_named_since(work, invitation):
        text = N_(
            "A form that came in since the invitation may say that %(name)s must not know about this child. "
            "Withdraw the invitation. If you are sure, invite them again"
        )
        raise ValidationFailed(FieldError("email", Wording(text, name=invitation.name)))


def merge_faults(work: UnitOfWork, newer_id: int, older_id: int) -> list[FieldError]:
    """Return a warning, by name, for each person whom a merge would link to a record whose form says they must not know.

    The officer can confirm in the field "despite" and continue.
    """
    text = N_(
        "%(name)s is linked or invited to one of the records, and a form of the other may say that they must not know "
        "about this child: “%(words)s”. Tick the box if you are sure"
    )
    faults = []
    for each in [*_named_in(work, newer_id, older_id), *_named_in(work, older_id, newer_id)]:
        words = " / ".join(dict.fromkeys(note.text for note in each.notes))[:LONGEST_QUOTE]
        faults.append(FieldError("despite", Wording(text, name=each.name, words=words)))
    return list(dict.fromkeys(faults))


def _named_in(work: UnitOfWork, child_id: int, other_id: int) -> list[_Named]:
    """Return the people of one record whom notes of the other may mean."""
    notes = notes_about(work, other_id)
    if not notes:
        return []
    known = {each.person_id for each in linked_with(work.session, other_id) if each.person_id is not None}
    linked = [each for each in linked_with(work.session, child_id) if each.person_id not in known]
    found = [
        _Named(
            each.name or each.organisation,
            who_must_not_know(notes, each.name, each.relationship, each.workplaces, each.former),
        )
        for each in linked
    ]
    known |= {each.person_id for each in linked if each.person_id is not None}
    found += [
        _Named(each.name, notes_on_member(notes, each)) for each in _members_beside(work, linked, known)
    ]
    found += [
        _Named(name, who_must_not_know(notes, name, relationship))
        for name, relationship in invited_to(work.session, child_id)
    ]
    return [each for each in found if each.notes]


def _members_beside(work: UnitOfWork, linked: Sequence[Linked], known: set[int]) -> list[Member]:
    """Return those who see the child only through the queue of an organisation, once each, without those known."""
    queues = {
        each.organisation_id
        for each in linked
        if each.organisation_id is not None and (each.person_id is None or each.through_queue)
    }
    if not queues:
        return []
    by_place = members_of(work.session, queues)
    return [each for place in sorted(by_place) for each in by_place[place] if each.person_id not in known]


def note_those_named(work: UnitOfWork, opened: FormContext, answers: dict[str, dict[str, object]]) -> bool:
    """Notify the SEN team when a submitted form may name a person linked to the child. Return whether someone who sees
    only an organisation's queue is named in it.

    They lose access to the child.
    """
    notes = list(notes_in(opened.definition, answers))
    if not notes:
        return False
    child_id = opened.form.child_id
    linked = linked_with(work.session, child_id)
    named = [
        each
        for each in linked
        if each.person_id not in (work.me.user_id, opened.form.author_id) or each.person_id is None
        if _plainly_named(notes, each)
    ]
    settled = {work.me.user_id, *settled_with(work.session, [child_id]).get(child_id, ())}
    beside = [each for each in _members_beside(work, linked, settled) if notes_on_member(notes, each)]
    for member in {each.person_id: each for each in beside}.values():
        _bar(work, child_id, member, work.me.user_id)
    if named:
        work.record(MustNotKnowNoted(child_id=child_id, form_id=opened.form.id))
    return bool(beside)


def names_linked_professional(work: UnitOfWork, child_id: int) -> bool:
    """Return whether any submitted form about the child may name a professional, or an organisation, linked to it."""
    notes = notes_sent(work, child_id)
    return bool(notes) and any(
        _plainly_named(notes, each)
        for each in linked_with(work.session, child_id)
        if each.part not in FAMILY_ROLES
    )


def _plainly_named(notes: Sequence[Note], linked: Linked) -> list[Note]:
    return plainly_must_not_know(notes, linked.name, linked.relationship, linked.workplaces, linked.former)


def note_confirmation(work: UnitOfWork, membership: Membership, by: int) -> None:
    """Compare a person who was confirmed as working for an organisation with what forms say about all children they see.

    Children in the queues of their organisations are checked by `keep_from_queues`. A message goes to the SEN team for
    each child to whom they are linked and whose form may name this organisation, or from whom the SEN team removed it.
    """
    person = membership.person
    keep_from_queues(work, person, by)
    links = links_of(work.session, person.id)
    if not links:
        return
    joined, places = membership.organisation_id, workplaces_of(work.session, person.id)
    before = tuple(name for number, name in places.items() if number != joined)
    children = {each.child_id for each in links}
    notes, removed = notes_by_child(work, children), removed_from(work.session, children)
    for link in links:
        about, gone = notes.get(link.child_id, []), removed.get(link.child_id, NO_ONE)
        own = (link.organisation,)
        called, former = (person.name, link.relationship), person.earlier_names
        named = plainly_must_not_know(about, *called, (*own, *places.values()), former)
        known = plainly_must_not_know(about, *called, (*own, *before), former)
        if len(named) > len(known) or joined in gone.organisations:
            work.record(NamedWorkplaceJoined(child_id=link.child_id, link_id=link.id))


def keep_from_queues(work: UnitOfWork, person: Person, by: int) -> None:
    """Bar a person from the children in the queues of their organisations whose forms may say that they, or another of
    their organisations, must not know, and from those from whom the SEN team removed one of these or a person of their
    name.

    Only the SEN team links them to these children.
    """
    hold_children_of(work.session, person.id)
    queues = queues_with(work.session, person.id)
    if not queues:
        return
    places = workplaces_of(work.session, person.id)
    notes, removed = notes_by_child(work, list(queues)), removed_from(work.session, list(queues))
    for child_id, organisations in queues.items():
        for number in organisations:
            elsewhere = {other: name for other, name in places.items() if other != number}
            member = Member(person.id, number, person.name, person.earlier_names, elsewhere)
            if _may_not_see(member, notes.get(child_id, []), removed.get(child_id, NO_ONE)):
                _bar(work, child_id, member, by)
                break


def keep_named_from_queues(work: UnitOfWork, child_ids: Collection[int]) -> None:
    """Bar those who see one of these children through an organisation's queue only, and whom a form may name, by their name
    or another organisation of theirs; likewise those whom, or whose other organisation, the SEN team removed.

    It is called after a child has entered a queue, after a link has ended (a person with an own link is not compared while
    it is open) and after the SEN team has removed someone. The transaction has locked the children.
    """
    work.session.flush()
    notes, removed = notes_by_child(work, child_ids), removed_from(work.session, child_ids)
    concerned = [each for each in child_ids if notes.get(each) or each in removed]
    queues = queues_of(work.session, concerned) if concerned else {}
    if not queues:
        return
    settled = settled_with(work.session, list(queues))
    # Unconfirmed members too: they may be confirmed at this moment.
    members = members_of(work.session, set().union(*queues.values()), confirmed_only=False)
    for child_id, organisations in queues.items():
        about, gone = notes.get(child_id, []), removed.get(child_id, NO_ONE)
        known = settled.setdefault(child_id, set())
        for member in [each for number in sorted(organisations) for each in members.get(number, [])]:
            if member.person_id not in known and _may_not_see(member, about, gone):
                known.add(member.person_id)
                _bar(work, child_id, member, work.me.user_id)


def _may_not_see(member: Member, notes: Sequence[Note], removed: Removed) -> bool:
    return bool(notes_on_member(notes, member)) or was_removed(member, removed)


def _bar(work: UnitOfWork, child_id: int, member: Member, by: int) -> None:
    """Add a link that is ended and barred, so that the queue does not show the child to this person."""
    bar = work.add(
        ChildLink(
            child_id=child_id,
            person_id=member.person_id,
            organisation_id=member.organisation_id,
            part=WorkflowRole.author,
            linked_by_id=by,
            ended_by_id=by,
            ended_at=work.now,
            created_at=work.now,
            barred=True,
        )
    )
    work.record(KeptFromQueue(child_id=child_id, link_id=bar.id))


def note_rename(work: UnitOfWork, person: Person) -> None:
    """Compare the new name of an account, and the names before, with what forms say about its owner's children.

    A message goes to the SEN team where a form may name them.
    """
    by = next((each.confirmed_by_id for each in person.memberships if each.confirmed_by_id), person.id)
    keep_from_queues(work, person, by)
    places = tuple(workplaces_of(work.session, person.id).values())
    links = links_of(work.session, person.id)
    notes = notes_by_child(work, {each.child_id for each in links})
    for link in links:
        about = notes.get(link.child_id, [])
        workplaces = (link.organisation, *places)
        if plainly_must_not_know(about, person.name, link.relationship, workplaces, person.earlier_names):
            work.record(NamedPersonRenamed(child_id=link.child_id, link_id=link.id))


def warned_of(work: UnitOfWork, child_id: int) -> frozenset[int]:
    """Return the links of people and organisations of whom a form may say that they must not know.

    Raises Forbidden outside the SEN team.
    """
    notes = notes_about(work, child_id)
    if not notes:
        return frozenset()
    return frozenset(
        each.link_id for each in linked_with(work.session, child_id) if _plainly_named(notes, each)
    )
