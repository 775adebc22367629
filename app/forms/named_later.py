"""Check notes about people who must not know again, when a later event links such a person to a child.

Before a merge the officer is asked. In the other cases no officer is at work, so access is withheld and the SEN team
is notified.
"""

from collections.abc import Collection, Mapping
from dataclasses import replace

from sqlalchemy.orm import Session

from app.accounts.tables.invitations import Invitation
from app.accounts.tables.memberships import Membership
from app.accounts.tables.people import Person
from app.children.tables import ChildLink
from app.core.errors import FieldError, Forbidden, ValidationFailed
from app.core.roles import WorkflowRole
from app.core.unit_of_work import UnitOfWork
from app.core.wording import N_, Wording
from app.forms.form_context import FormContext
from app.forms.may_know import (
    known_about,
    members_beside,
    notes_about,
    notes_by_child,
    notes_on_linked,
    someone,
)
from app.forms.queries.named_people import (
    hold_children_of,
    hold_children_of_organisation,
    linked_with,
    links_of,
    members_of,
    queues_of,
    queues_with,
    settled_with,
)
from app.forms.rules.may_know import Asker, Known, Names, Someone, objection
from app.forms.rules.secrecy import notes_in
from app.forms.secrecy_events import (
    KeptFromQueue,
    MustNotKnowNoted,
    NamedOrganisationRenamed,
    NamedPersonRenamed,
    NamedWorkplaceJoined,
)
from app.organisations.events import OrganisationRenamed
from app.organisations.tables import Organisation


def is_named_since(work: UnitOfWork, invitation: Invitation) -> bool:
    """Return whether a note made after an invitation may mean the invited person.

    The officer who invited them saw the earlier notes.
    """
    child_id = invitation.child_id
    if child_id is None:
        return False
    before = set(notes_about(work, child_id, invitation.created_at))
    new = [note for note in notes_about(work, child_id) if note not in before]
    who = Someone(name=invitation.name, relationship=invitation.relationship_to_child)
    return bool(objection(Known(new), who, Asker.portal))


def check_named_since(work: UnitOfWork, invitation: Invitation) -> None:
    """Raise ValidationFailed when an invitation to be sent again would be held back on acceptance."""
    if is_named_since(work, invitation):
        text = N_(
            "A form that came in since the invitation may say that %(name)s must not know about this child. "
            "Withdraw the invitation. If you are sure, invite them again"
        )
        raise ValidationFailed(FieldError("email", Wording(text, name=invitation.name)))


def note_those_named(work: UnitOfWork, opened: FormContext, answers: dict[str, dict[str, object]]) -> bool:
    """Notify the SEN team when a submitted form may name a person linked to the child. Return whether someone who sees
    only an organisation's queue is named in it.

    They lose access to the child.
    """
    known = Known(list(notes_in(opened.definition, answers)))
    if not known:
        return False
    child_id, giver = opened.form.child_id, (work.me.user_id, opened.form.author_id)
    linked = linked_with(work.session, [child_id]).get(child_id, [])
    settled = settled_with(work.session, [child_id])[child_id]
    beside = {
        each.person_id: each
        for each in members_beside(work, linked)
        if each.person_id != work.me.user_id
        if not settled.has(each.person_id, each.organisation_id)
        if objection(known, each.who, Asker.queue)
    }
    for member in beside.values():
        _bar(work, child_id, member.person_id, member.organisation_id, work.me.user_id)
    if any(
        objection(known, each.who, Asker.portal)
        for each in linked
        if each.person_id is None or each.person_id not in giver
    ):
        work.record(MustNotKnowNoted(child_id=child_id, form_id=opened.form.id))
    return bool(beside)


def names_linked_professional(work: UnitOfWork, child_id: int) -> bool:
    """Return whether any submitted form about the child may name a professional, or an organisation, linked to it."""
    return bool(notes_on_linked(work, child_id, notes_about(work, child_id), Asker.portal, family=False))


def note_confirmation(work: UnitOfWork, membership: Membership, by: int) -> None:
    """Compare a person who was confirmed as working for an organisation with what is known about all children they see.

    Children in the queues of their organisations are checked by `keep_from_queues`. A message goes to the SEN team for
    each child to whom they are linked and whose form may name this organisation, or from whom the SEN team removed it.
    """
    person, joined = membership.person, membership.organisation_id
    keep_from_queues(work, person, by)
    links = links_of(work.session, person.id)
    if not links:
        return
    known, now = known_about(work, {each.child_id for each in links}), someone(work, person)
    before = replace(now, places={number: names for number, names in now.places.items() if number != joined})
    for link in links:
        about = known[link.child_id]
        named, named_before = (
            objection(about, _for_link(who, link.relationship, link.place), Asker.portal).notes
            for who in (now, before)
        )
        if len(named) > len(named_before) or joined in about.organisations:
            work.record(NamedWorkplaceJoined(child_id=link.child_id, link_id=link.id))


def _for_link(who: Someone, relationship: str, place: Mapping[int, Names]) -> Someone:
    return replace(who, relationship=relationship, places={**place, **who.places})


def keep_from_queues(work: UnitOfWork, person: Person, by: int) -> None:
    """Bar a person from the children in the queues of their organisations that have something against them, or against
    another one of their organisations.

    Only the SEN team links them to these children.
    """
    hold_children_of(work.session, person.id)
    queues = queues_with(work.session, person.id)
    if not queues:
        return
    known, who = known_about(work, queues), someone(work, person)
    for child_id, organisations in queues.items():
        for number in organisations:
            elsewhere = {other: names for other, names in who.places.items() if other != number}
            if objection(known[child_id], replace(who, places=elsewhere), Asker.queue):
                _bar(work, child_id, person.id, number, by)
                break


def keep_named_from_queues(work: UnitOfWork, child_ids: Collection[int]) -> None:
    """Bar those who see one of these children through an organisation's queue and against whom, or another organisation
    of theirs, something is known. An own link counts for its own organisation.

    It is called after a child has entered a queue, after a link has begun or ended (a person with an own link is not
    compared for that organisation while it is open) and after the SEN team has removed someone. The transaction has
    locked the children.
    """
    work.session.flush()
    known = known_about(work, child_ids)
    concerned = [each for each in child_ids if known[each]]
    queues = queues_of(work.session, concerned) if concerned else {}
    if not queues:
        return
    settled = settled_with(work.session, list(queues))
    # Unconfirmed members too: they may be confirmed at this moment.
    members = members_of(work.session, set().union(*queues.values()), confirmed_only=False)
    for child_id, organisations in queues.items():
        for member in [each for number in sorted(organisations) for each in members.get(number, [])]:
            if settled[child_id].has(member.person_id, member.organisation_id):
                continue
            if objection(known[child_id], member.who, Asker.queue):
                settled[child_id].excluded.add(member.person_id)
                _bar(work, child_id, member.person_id, member.organisation_id, work.me.user_id)


def _bar(work: UnitOfWork, child_id: int, person_id: int, organisation_id: int, by: int) -> None:
    """Add a link that is ended and barred, so that no queue shows the child to this person."""
    bar = work.add(
        ChildLink(
            child_id=child_id,
            person_id=person_id,
            organisation_id=organisation_id,
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
    """Compare the new name of an account, and the names before, with what is known about its owner's children.

    A message goes to the SEN team where a form may name them.
    """
    by = next((each.confirmed_by_id for each in person.memberships if each.confirmed_by_id), person.id)
    keep_from_queues(work, person, by)
    links = links_of(work.session, person.id)
    known, who = known_about(work, {each.child_id for each in links}), someone(work, person)
    for link in links:
        mine = _for_link(who, link.relationship, link.place)
        if objection(known[link.child_id], mine, Asker.portal).notes:
            work.record(NamedPersonRenamed(child_id=link.child_id, link_id=link.id))


def hold_before_renaming(session: Session, organisation_id: int) -> None:
    """Lock the children who are compared when an organisation gets another name, before its row is locked.

    Those who take a child into its queue lock in the same order.
    """
    with session.no_autoflush:
        hold_children_of_organisation(session, organisation_id)


def note_organisation_renamed(work: UnitOfWork, organisation_id: int, before: str) -> None:
    """Record the new name of an organisation, and compare it with what forms say about the children whom its people see.

    Its people are excluded from the queues of others where a form may name it. A message goes to the SEN team for each
    linked person who works there, and for its own queue.
    """
    organisation = work.get(Organisation, organisation_id)
    after = organisation.name
    work.record(OrganisationRenamed(organisation_id=organisation_id, before=before, after=after))
    renamed = Someone(places={organisation_id: (after, *organisation.earlier_names)})
    children = hold_children_of_organisation(work.session, organisation_id)
    notes = notes_by_child(work, children)
    named = [each for each in children if objection(Known(notes.get(each, ())), renamed, Asker.portal)]
    keep_named_from_queues(work, named)
    for child_id, linked in linked_with(work.session, named).items():
        for each in linked:
            if organisation_id in each.who.places:
                work.record(NamedOrganisationRenamed(child_id=child_id, link_id=each.link_id))


def warned_of(work: UnitOfWork, child_id: int) -> frozenset[int]:
    """Return the links of people and organisations of whom a form may say that they must not know.

    Raises Forbidden outside the SEN team.
    """
    if not work.me.in_sen_team:
        raise Forbidden("warned_of")
    return frozenset(notes_on_linked(work, child_id, notes_about(work, child_id), Asker.portal))
