"""Find the restricted answers in the forms about a child, and check people against them."""

from collections.abc import Collection, Sequence
from datetime import datetime

from app.accounts.tables.people import Person
from app.children.rules.school_years import is_young_person
from app.children.tables import Child
from app.core.errors import FieldError, Forbidden, ValidationFailed
from app.core.roles import WorkflowRole
from app.core.unit_of_work import UnitOfWork
from app.core.wording import N_, Wording
from app.forms.definitions import parse_once
from app.forms.form_templates import definition_of
from app.forms.queries.named_people import (
    NO_ONE,
    Member,
    Removed,
    linked_with,
    members_of,
    removed_from,
    workplaces_of,
)
from app.forms.queries.shares import newest_answers, sent_by_anyone, withhold_files
from app.forms.rules.secrecy import Note, member_must_not_know, notes_in, share_a_name, who_must_not_know
from app.forms.secrecy_events import FilesWithheld


def notes_about(work: UnitOfWork, child_id: int) -> list[Note]:
    """Return every restricted text answer in the submitted forms about this child.

    Raises Forbidden outside the SEN team.
    """
    if not work.me.in_sen_team:
        raise Forbidden("notes_about")
    return [
        note
        for form, answers in newest_answers(work.session, child_id)
        for note in notes_in(definition_of(work.session, form), answers)
    ]


LONGEST_QUOTE = 200


def note_contact_risk(work: UnitOfWork, child: Child) -> None:
    """Mark that an address or contact detail of this child must stay secret from now on.

    Files shared earlier may hold it, so they are withheld until the SEN team shares them again.
    """
    if child.contact_risk:
        return
    child.contact_risk = True
    if withhold_files(work.session, child.id):
        work.record(FilesWithheld(child_id=child.id))


def may_not_know(
    work: UnitOfWork, child_id: int, name: str, relationship: str, former: Sequence[str] = ()
) -> list[FieldError]:
    """Return a warning, with the words of the form, when a form may say that a person to be invited must not know about the
    child.

    The officer can confirm in the field "despite" and continue.
    """
    return _warning(who_must_not_know(notes_about(work, child_id), name, relationship, (), former), name)


def person_may_not_know(
    work: UnitOfWork, child_id: int, person: Person, relationship: str
) -> list[FieldError]:
    """Return the same about a person with an account and all of their organisations."""
    workplaces = tuple(each.organisation.name for each in person.memberships)
    notes = notes_about(work, child_id)
    found = who_must_not_know(notes, person.name, relationship, workplaces, person.earlier_names)
    return _warning(found, person.name)


def _warning(found: Sequence[Note], name: str) -> list[FieldError]:
    if not found:
        return []
    text = N_(
        "A form may say that %(name)s must not know about this child: “%(words)s”. Tick the box if you are sure"
    )
    words = " / ".join(dict.fromkeys(note.text for note in found))[:LONGEST_QUOTE]
    return [FieldError("despite", Wording(text, name=name, words=words))]


PARENT_OF_AGE = N_(
    "The young person is over compulsory school age, so they decide what %(name)s may know. "
    "Ask the young person, and tick the box if they agree"
)
"""Shown before a parent gets information about a young person, whose rights are their own (CFA 2014, s. 83)."""


def rights_of_young_person(work: UnitOfWork, child: Child, name: str, part: WorkflowRole) -> list[FieldError]:
    """Return a warning before a parent or carer is invited to follow a young person over compulsory school age."""
    if part is not WorkflowRole.parent or not is_young_person(child.date_of_birth, work.today):
        return []
    return [FieldError("despite", Wording(PARENT_OF_AGE, name=name))]


def organisation_may_not_know(
    work: UnitOfWork, child_id: int, organisation_id: int, name: str
) -> list[FieldError]:
    """Return a warning when a form may name an organisation, or a person who works there and would see its queue, or
    another organisation of theirs."""
    notes = notes_about(work, child_id)
    if not notes:
        return []
    faults = _warning(who_must_not_know(notes, "", "", (name,)), name)
    # Confirmed or not: they may be confirmed at this moment.
    members = members_of(work.session, [organisation_id], confirmed_only=False).get(organisation_id, [])
    named = [each.name for each in members if notes_on_member(notes, each)]
    if named:
        text = N_(
            "%(person)s works for %(name)s, and a form may say that they must not know about this child. "
            "Tick the box if you are sure"
        )
        faults.append(FieldError("despite", Wording(text, name=name, person=", ".join(named))))
    return faults


def notes_on_member(notes: Sequence[Note], member: Member) -> list[Note]:
    """Return the notes that may mean a person who sees the child through a queue only, or another organisation of theirs."""
    return member_must_not_know(notes, member.name, member.workplaces, member.former)


def notes_on_linked(work: UnitOfWork, child_id: int, notes: Sequence[Note]) -> dict[int, list[Note]]:
    """Return by link those of the notes that may mean the person or organisation linked to the child."""
    if not notes:
        return {}
    found = {
        each.link_id: who_must_not_know(notes, each.name, each.relationship, each.workplaces, each.former)
        for each in linked_with(work.session, child_id)
    }
    return {link_id: about for link_id, about in found.items() if about}


def ask_first(faults: Sequence[FieldError]) -> None:
    """Raise ValidationFailed with every warning at once: one box is ticked for all of them."""
    if faults:
        raise ValidationFailed(*faults)


def notes_sent(work: UnitOfWork, child_id: int, until: datetime | None = None) -> list[Note]:
    """Return every restricted text answer in the submitted forms about a child, up to `until` or now.

    For decisions about people who may not read the answers; never shown to them.
    """
    return notes_by_child(work, [child_id], until).get(child_id, [])


def notes_by_child(
    work: UnitOfWork, child_ids: Collection[int], until: datetime | None = None
) -> dict[int, list[Note]]:
    """Return the same for several children; a child without such answers has an empty list."""
    sent = sent_by_anyone(work.session, child_ids, until) if child_ids else {}
    return {
        child_id: [
            note for wording, mark, answers in forms for note in notes_in(parse_once(mark, wording), answers)
        ]
        for child_id, forms in sent.items()
    }


def check_colleague_may_know(work: UnitOfWork, child_id: int, person: Person, field: str) -> None:
    """Raise ValidationFailed when a form may say that this professional, or another organisation they work for, must not
    know about the child, or the SEN team removed a person of their name, or another organisation they work for.

    The current user is outside the SEN team and must not learn what the form says; only the SEN team links this
    person.
    """
    elsewhere = workplaces_of(work.session, person.id)
    elsewhere.pop(work.me.organisation_id or 0, None)
    member = Member(person.id, work.me.organisation_id or 0, person.name, person.earlier_names, elsewhere)
    if who_must_not_know(
        notes_sent(work, child_id), member.name, "", member.workplaces, member.former
    ) or was_removed(member, removed_from(work.session, [child_id]).get(child_id, NO_ONE)):
        text = N_("Only the SEN team can link %(name)s to this child. Write to the SEN team")
        raise ValidationFailed(FieldError(field, Wording(text, name=person.name)))


def was_removed(member: Member, removed: Removed) -> bool:
    """Return whether the SEN team removed another organisation where this person works, or a person who may be the same:
    it may be another account."""
    if not removed.organisations.isdisjoint(member.elsewhere):
        return True
    return any(share_a_name((member.name, *member.former), names) for names in removed.people)
