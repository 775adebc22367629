"""Check notes about people who must not know again, when a later event links such a person to a child.

Before a merge the officer is asked. In the other cases no officer is at work, so access is withheld and the SEN team
is notified.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from app.accounts.tables.invitations import Invitation
from app.accounts.tables.memberships import Membership
from app.accounts.tables.people import Person
from app.children.queries.involved import Involved
from app.children.tables import ChildLink
from app.core.errors import FieldError, ValidationFailed
from app.core.roles import FAMILY_ROLES, WorkflowRole
from app.core.unit_of_work import UnitOfWork
from app.core.wording import N_, Wording
from app.forms.confidentiality import LONGEST_QUOTE, notes_about, notes_by_child, notes_sent
from app.forms.form_context import FormContext
from app.forms.queries.named_people import (
    Linked,
    barred_from,
    hold_children_of,
    invited_to,
    linked_with,
    links_of,
    members_of,
    queue_children_of,
    removed_from,
)
from app.forms.rules.secrecy import (
    Note,
    notes_in,
    plainly_must_not_know,
    share_a_name,
    who_must_not_know,
)
from app.forms.secrecy_events import KeptFromQueue, MustNotKnowNoted, NamedPersonRenamed


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
    return faults


def _named_in(work: UnitOfWork, child_id: int, other_id: int) -> list[_Named]:
    """Return the people of one record whom notes of the other may mean."""
    notes = notes_about(work, other_id)
    if not notes:
        return []
    there = linked_with(work.session, other_id)
    known = {each.person_id for each in there if each.person_id is not None}
    found = []
    for each in linked_with(work.session, child_id):
        if each.person_id in known:
            continue
        found.append(
            _Named(
                each.name or each.organisation,
                who_must_not_know(notes, each.name, each.relationship, each.organisation, each.former),
            )
        )
        found += [
            _Named(member.name, _by_name(notes, member)) for member in _members_beside(work, each, known)
        ]
    found += [
        _Named(name, who_must_not_know(notes, name, relationship))
        for name, relationship in invited_to(work.session, child_id)
    ]
    return [each for each in found if each.notes]


def _by_name(notes: Sequence[Note], person: Linked) -> list[Note]:
    return who_must_not_know(
        [note for note in notes if note.limits_contact], person.name, former=person.former
    )


def _was_removed(member: Linked, removed: Sequence[tuple[str, ...]]) -> bool:
    """Return whether this may be another account of a person whom the SEN team removed."""
    return any(share_a_name((member.name, *member.former), names) for names in removed)


def _members_beside(work: UnitOfWork, link: Linked, known: set[int]) -> list[Linked]:
    """Return those who see the child only through their organisation's queue."""
    if link.organisation_id is None or not (link.person_id is None or link.through_queue):
        return []
    members = members_of(work.session, link.organisation_id)
    return [each for each in members if each.person_id not in known and each.person_id != link.person_id]


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
    settled = barred_from(work.session, child_id)
    settled |= {each.person_id for each in linked if each.person_id is not None}
    named = [
        each
        for each in linked
        if each.person_id not in (work.me.user_id, opened.form.author_id) or each.person_id is None
        if plainly_must_not_know(notes, each.name, each.relationship, each.organisation, each.former)
    ]
    barred_any = False
    for each in linked:
        for member in _members_beside(work, each, settled):
            if member.person_id != work.me.user_id and _by_name(notes, member):
                _bar(work, child_id, member, work.me.user_id)
                barred_any = True
    if named:
        work.record(MustNotKnowNoted(child_id=child_id, form_id=opened.form.id))
    return barred_any


def names_linked_professional(work: UnitOfWork, child_id: int) -> bool:
    """Return whether any submitted form about the child may name a professional, or an organisation, linked to it."""
    notes = notes_sent(work, child_id)
    return bool(notes) and any(
        plainly_must_not_know(notes, each.name, each.relationship, each.organisation, each.former)
        for each in linked_with(work.session, child_id)
        if each.part not in FAMILY_ROLES
    )


def keep_from_queue(work: UnitOfWork, membership: Membership, by: int) -> None:
    """Bar a newly confirmed member from the queue's children whose forms may say that they must not know, and from those
    from whom the SEN team removed a person of their name.

    Only the SEN team links them to these children.
    """
    person, organisation_id = membership.person, membership.organisation_id
    member = Linked(
        WorkflowRole.author,
        person.id,
        person.name,
        "",
        organisation_id,
        "",
        False,
        person.earlier_names,
    )
    hold_children_of(work.session, organisation_id)
    children = queue_children_of(work.session, organisation_id, person.id)
    if not children:
        return
    notes, removed = notes_by_child(work, children), removed_from(work.session, children)
    for child_id in children:
        if _by_name(notes.get(child_id, []), member) or _was_removed(member, removed.get(child_id, [])):
            _bar(work, child_id, member, by)


def keep_named_from_queue(work: UnitOfWork, child_id: int, organisation_id: int) -> None:
    """Bar the members of an organisation whom a form may name, or whose name a removed person has, from a child that
    enters its queue.

    The transaction has locked the child.
    """
    notes = notes_sent(work, child_id)
    removed = removed_from(work.session, [child_id]).get(child_id, [])
    if not (notes or removed):
        return
    settled = barred_from(work.session, child_id)
    settled |= {each.person_id for each in linked_with(work.session, child_id) if each.person_id is not None}
    # Unconfirmed members too: they may be confirmed at this moment.
    for member in members_of(work.session, organisation_id, confirmed_only=False):
        if member.person_id not in settled and (_by_name(notes, member) or _was_removed(member, removed)):
            _bar(work, child_id, member, work.me.user_id)


def _bar(work: UnitOfWork, child_id: int, member: Linked, by: int) -> None:
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
    linked = links_of(work.session, person.id)
    notes = notes_by_child(work, [child_id for _link_id, child_id, *_rest in linked])
    for link_id, child_id, relationship, organisation in linked:
        about = notes.get(child_id, [])
        if plainly_must_not_know(about, person.name, relationship, organisation, person.earlier_names):
            work.record(NamedPersonRenamed(child_id=child_id, link_id=link_id))
    for each in person.memberships:
        if each.confirmed_at is not None:
            keep_from_queue(work, each, each.confirmed_by_id or person.id)


def warned_of(work: UnitOfWork, child_id: int, people: Sequence[Involved]) -> frozenset[int]:
    """Return the links of people of whom a form may say that they must not know.

    Raises Forbidden outside the SEN team.
    """
    notes = notes_about(work, child_id)
    return frozenset(
        each.link_id
        for each in people
        if plainly_must_not_know(
            notes, each.person_name, each.relationship, each.organisation_name, each.former_names
        )
    )
