"""Ask whether a person or an organisation may know about a child, at every way by which one comes to a child.

The question is `objection` (app/forms/rules/may_know.py). An officer is asked and may confirm in the field "despite"; a
colleague is refused without a reason. Where no one is at work who may decide, app/forms/named_later.py withholds
access. tests/security/test_ways_to_a_child.py lists the ways.
"""

from collections.abc import Collection, Sequence
from datetime import datetime

from app.accounts.tables.people import Person
from app.children.rules.school_years import is_young_person
from app.children.tables import Child
from app.core.errors import FieldError, ValidationFailed
from app.core.roles import FAMILY_ROLES, WorkflowRole
from app.core.unit_of_work import UnitOfWork
from app.core.wording import N_, Wording
from app.forms.definitions import parse_once
from app.forms.queries.named_people import (
    Linked,
    Member,
    invited_to,
    linked_with,
    members_of,
    removed_from,
    workplaces_of,
)
from app.forms.queries.shares import sent_by_anyone
from app.forms.rules.may_know import Asker, Known, Objection, Someone, objection
from app.forms.rules.secrecy import Note, notes_in
from app.organisations.tables import Organisation

LONGEST_QUOTE = 200

PARENT_OF_AGE = N_(
    "The young person is over compulsory school age, so they decide what %(name)s may know. "
    "Ask the young person, and tick the box if they agree"
)
"""Shown before a parent gets information about a young person, whose rights are their own (CFA 2014, s. 83)."""


# --- what is known ------------------------------------------------------------------------------------


def known_about(work: UnitOfWork, child_ids: Collection[int]) -> dict[int, Known]:
    """Return what is known about each of these children. For decisions, also of people who may not read it."""
    if not child_ids:
        return {}
    notes, removed = notes_by_child(work, child_ids), removed_from(work.session, child_ids)
    return {each: Known(notes.get(each, ()), *removed.get(each, ((), {}))) for each in child_ids}


def notes_about(work: UnitOfWork, child_id: int, until: datetime | None = None) -> list[Note]:
    """Return every restricted text answer in the submitted forms about a child, up to `until` or now."""
    return notes_by_child(work, [child_id], until).get(child_id, [])


def notes_by_child(
    work: UnitOfWork, child_ids: Collection[int], until: datetime | None = None
) -> dict[int, list[Note]]:
    """Return the same for several children; a child without a submitted form is left out."""
    return {
        child_id: [
            note for wording, mark, answers in forms for note in notes_in(parse_once(mark, wording), answers)
        ]
        for child_id, forms in sent_by_anyone(work.session, child_ids, until).items()
    }


def someone(work: UnitOfWork, person: Person, relationship: str = "", *, but: int | None = None) -> Someone:
    """Return a person with all their organisations, confirmed or not, `but` one."""
    places = workplaces_of(work.session, person.id)
    places.pop(but or 0, None)
    return Someone(
        name=person.name,
        former=person.earlier_names,
        relationship=relationship,
        places=places,
        person_id=person.id,
    )


def notes_on_linked(
    work: UnitOfWork, child_id: int, notes: Sequence[Note], asker: Asker, *, family: bool = True
) -> dict[int, Sequence[Note]]:
    """Return by link those of the notes that may mean the person or organisation linked to the child; with or without the
    family."""
    known = Known(notes)
    if not known:
        return {}
    found = {
        each.link_id: objection(known, each.who, asker).notes
        for each in linked_with(work.session, [child_id]).get(child_id, [])
        if family or each.part not in FAMILY_ROLES
    }
    return {link_id: notes for link_id, notes in found.items() if notes}


# --- an officer is asked --------------------------------------------------------------------------------


def ask_about_person(work: UnitOfWork, child_id: int, person: Person, relationship: str) -> None:
    """Raise ValidationFailed, with the words of the form, when something is known against this professional."""
    known = known_about(work, [child_id])[child_id]
    _ask(_warnings(objection(known, someone(work, person, relationship), Asker.officer), person.name))


def ask_about_organisation(work: UnitOfWork, child_id: int, organisation: Organisation) -> None:
    """Raise ValidationFailed when something is known against an organisation, or a form may name a person who works there
    and would see its queue, or another organisation of theirs."""
    known, number, name = known_about(work, [child_id])[child_id], organisation.id, organisation.name
    queue = Someone(places={number: (name, *organisation.earlier_names)})
    faults = _warnings(objection(known, queue, Asker.officer), name)
    # Confirmed or not: they may be confirmed at this moment.
    members = members_of(work.session, [number], confirmed_only=False).get(number, []) if known else []
    named = [each.who.name for each in members if objection(known, each.who, Asker.queue).notes]
    if named:
        text = N_(
            "%(person)s works for %(name)s, and a form may say that they must not know about this child. "
            "Tick the box if you are sure"
        )
        faults.append(FieldError("despite", Wording(text, name=name, person=", ".join(named))))
    _ask(faults)


def ask_about_invited(
    work: UnitOfWork, child: Child, names: Sequence[str], relationship: str, part: WorkflowRole
) -> None:
    """Raise ValidationFailed when something is known against a person to be invited, or the child's rights are their own.

    `names`: the name they are invited by, and the names that their account had before.
    """
    who = Someone(name=names[0], former=names[1:], relationship=relationship)
    faults = _warnings(objection(known_about(work, [child.id])[child.id], who, Asker.officer), who.name)
    if part is WorkflowRole.parent and is_young_person(child.date_of_birth, work.today):
        faults.append(FieldError("despite", Wording(PARENT_OF_AGE, name=who.name)))
    _ask(faults)


def ask_about_merge(work: UnitOfWork, newer_id: int, older_id: int) -> None:
    """Raise ValidationFailed, by name, for everyone whom a merge would link to a record that has something against them."""
    known = known_about(work, [newer_id, older_id])
    linked = linked_with(work.session, [newer_id, older_id])
    faults: list[FieldError] = []
    for child_id, other_id in ((newer_id, older_id), (older_id, newer_id)):
        if known[other_id]:
            here, there = linked.get(child_id, []), linked.get(other_id, [])
            for name, found in _objections_to_coming(work, child_id, here, there, known[other_id]):
                faults += _warnings(found, name, MERGED)
    _ask(list(dict.fromkeys(faults)))


def _objections_to_coming(
    work: UnitOfWork, child_id: int, here: Sequence[Linked], there: Sequence[Linked], known: Known
) -> list[tuple[str, Objection]]:
    """Return the people of one record with what the other has against them."""
    already = {each.person_id for each in there if each.person_id is not None}
    coming = [each for each in here if each.person_id not in already]
    already |= {each.person_id for each in coming if each.person_id is not None}
    invited = [Someone(name=name, relationship=words) for name, words in invited_to(work.session, child_id)]
    return [
        *((each.called, objection(known, each.who, Asker.officer)) for each in coming),
        *((each.name, objection(known, each, Asker.officer)) for each in invited),
        *(
            # One who works for a removed organisation too is excluded from the queue without a question.
            (each.who.name, Objection(objection(known, each.who, Asker.queue).notes))
            for each in members_beside(work, coming)
            if each.person_id not in already
        ),
    ]


def members_beside(work: UnitOfWork, linked: Sequence[Linked]) -> list[Member]:
    """Return everyone who sees the child through the queues among these links, once for each organisation."""
    queues = {
        each.organisation_id
        for each in linked
        if each.organisation_id is not None and (each.person_id is None or each.through_queue)
    }
    by_place = members_of(work.session, queues) if queues else {}
    return [each for place in sorted(by_place) for each in by_place[place]]


NAMED = N_(
    "A form may say that %(name)s must not know about this child: “%(words)s”. Tick the box if you are sure"
)
MERGED = N_(
    "%(name)s is linked or invited to one of the records, and a form of the other may say that they must not know "
    "about this child: “%(words)s”. Tick the box if you are sure"
)
REMOVED = N_("The SEN team ended the involvement of %(name)s with this child. Tick the box if you are sure")


def _warnings(found: Objection, name: str, text: str = NAMED) -> list[FieldError]:
    faults = [FieldError("despite", Wording(REMOVED, name=each)) for each in found.removed]
    if found.notes:
        words = " / ".join(dict.fromkeys(note.text for note in found.notes))[:LONGEST_QUOTE]
        faults.append(FieldError("despite", Wording(text, name=name, words=words)))
    return faults


def _ask(faults: Sequence[FieldError]) -> None:
    """Raise ValidationFailed with every warning at once: one box is ticked for all of them."""
    if faults:
        raise ValidationFailed(*faults)


# --- a colleague is refused -----------------------------------------------------------------------------


def check_colleague(work: UnitOfWork, child_id: int, person: Person, field: str) -> None:
    """Raise ValidationFailed when something is known against this professional, or another organisation they work for.

    The current user is outside the SEN team and must not learn what; only the SEN team links this person.
    """
    known = known_about(work, [child_id])[child_id]
    if objection(known, someone(work, person, but=work.me.organisation_id), Asker.officer):
        text = N_("Only the SEN team can link %(name)s to this child. Write to the SEN team")
        raise ValidationFailed(FieldError(field, Wording(text, name=person.name)))
