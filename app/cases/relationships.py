"""Correct what a person is to a child."""

from app.accounts.tables.people import Person
from app.cases.events import RelationshipCorrected
from app.cases.links import LONGEST_RELATIONSHIP, lock_child
from app.children.tables import ChildLink
from app.core.errors import FieldError, Forbidden, InvalidState, ValidationFailed
from app.core.text_input import character_faults, clean_line
from app.core.unit_of_work import UnitOfWork
from app.core.wording import N_, Wording
from app.forms.may_know import ask_about_person


def correct_relationship(
    work: UnitOfWork, link_id: int, relationship: str, *, despite: bool = False
) -> ChildLink:
    """Correct what a linked person is to a child on behalf of the SEN team and return the link.

    Raises Forbidden for others, InvalidState for a link that has ended or is a queue's, and ValidationFailed for
    words that do not fit. Unless `despite`, it is raised too where a form may say that a person with this
    relationship must not know about the child.
    """
    if not work.me.in_sen_team:
        raise Forbidden("correct_relationship")
    link = work.get(ChildLink, link_id)
    lock_child(work, link.child_id)
    work.session.refresh(link)
    if link.ended_at is not None or link.person_id is None:
        raise InvalidState("correct_relationship")
    words = _checked(relationship)
    person = work.get(Person, link.person_id)
    if not despite:
        ask_about_person(work, link.child_id, person, words)
    if words != link.relationship_to_child:
        before, link.relationship_to_child = link.relationship_to_child, words
        work.record(
            RelationshipCorrected(child_id=link.child_id, link_id=link.id, before=before, after=words)
        )
    return link


def _checked(relationship: str) -> str:
    words = clean_line(relationship)
    faults = character_faults("relationship_to_child", words)
    if not words:
        faults = [FieldError("relationship_to_child", Wording(N_("Enter what they are to the child")))]
    elif len(words) > LONGEST_RELATIONSHIP:
        text = Wording(N_("Use %(longest)s characters or fewer"), longest=LONGEST_RELATIONSHIP)
        faults = [FieldError("relationship_to_child", text)]
    if faults:
        raise ValidationFailed(*faults)
    return words
