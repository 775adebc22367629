"""Decide what each reader may read of a form's answers, and whom a form says must not know.

No template decides this: `readable` gives a page the sections and answers of one reader, and nothing else.
"""

import enum
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from app.core.names import LONGEST_FOLDED, fold
from app.forms.definitions import FROM_REQUEST, Answers, FormDefinition, Question, Section, answer_lines
from app.forms.definitions.conditions import blank


class Reader(enum.Enum):
    """What somebody is to the answers of one form."""

    sen_team = "sen_team"
    author = "author"
    """The author of a request or advice, or the giver of a consent."""
    professional = "professional"
    family = "family"
    """A parent, a carer or the young person, reading a form that is not their own."""


WHOLE = frozenset({Reader.sen_team, Reader.author})
CONTACT_KINDS = frozenset({"postcode", "phone", "email"})
CONTACT_FACTS = frozenset({"child.address", "child.postcode", "child.postcode_missing_reason"})
PLACE_FACTS = frozenset({"child.setting", "author.organisation", "author.job_title"})
PLACE_QUESTIONS = frozenset({"gp"})
"""Questions of the published request that name a place the child can be found at."""
FAMILY_PLACE_QUESTIONS = PLACE_QUESTIONS | {
    "organisation",
    "place",
    "sensory_teacher_name",
    "care_council",
    "given_by",
    "service_other",
    "other_involvement",
}
"""Columns and questions of the published forms that name where somebody works with the child."""
FAMILY_HOME_QUESTIONS = frozenset(
    {
        "adults",
        "social_worker",
        "whom",
        "family_home",
        "offer_details",
        "parent_views",
        "disagree_reason",
        "not_told_reason",
    }
)
"""Columns and questions of the published forms that name the adults of a family and who works with them, describe their
home, or say what one of them said or why one of them was not told."""
LIMITING_QUESTIONS = frozenset({"contact_risk_details", "court_order_details"})
"""Restricted questions of the published request that ask who must not be told or met."""
ADDRESS_QUESTIONS = frozenset({"contact_address"})


@dataclass(frozen=True)
class Readable:
    """A form as one reader may read it."""

    sections: tuple[Section, ...]
    """Only sections and questions that apply and that this reader may read; none has a condition any more."""
    answers: Mapping[str, Mapping[str, Any]]
    left_out: tuple[tuple[Section, Question], ...]
    """Answered questions, and columns of tables, that this reader does not get."""


@dataclass(frozen=True)
class Note:
    """One answer that only the SEN team and its giver may read."""

    form: str
    label: str
    text: str
    names_a_person: bool = False
    """The text is the name of somebody to keep information from."""
    limits_contact: bool = False
    """The question asks who must be kept away, or must not be told."""


def readable(
    definition: FormDefinition, answers: Answers, reader: Reader, *, contact_risk: bool, sees_request: bool
) -> Readable:
    """The form as this reader may read it.

    `contact_risk`: somebody must not learn an address or a contact detail. `sees_request`: the reader may read the
    request, and so the answers that were taken from it.
    """

    def closed(question: Question) -> bool:
        if reader in WHOLE:
            return False
        taken_from_request = question.fact in FROM_REQUEST and not sees_request
        return question.restricted or taken_from_request or _gives_away(question, reader, contact_risk)

    sections, kept, left_out = [], {}, []
    for section in definition.visible_sections(answers):
        given = answers.get(section.id) or {}
        questions, open_answers = [], {}
        for question in section.visible_questions(answers):
            if closed(question):
                left_out += [] if blank(given.get(question.id)) else [(section, question)]
                continue
            columns = tuple(column for column in question.columns if not closed(column))
            left_out += [(section, each) for each in question.columns if each not in columns]
            questions.append(replace(question, columns=columns, condition=None, show_if=None))
            if question.id in given:
                open_answers[question.id] = _cells(question, columns, given[question.id])
        if questions:
            sections.append(replace(section, questions=tuple(questions), condition=None, show_if=None))
            kept[section.id] = open_answers
    return Readable(tuple(sections), kept, tuple(left_out))


def _gives_away(question: Question, reader: Reader, contact_risk: bool) -> bool:
    contact = (
        question.kind in CONTACT_KINDS
        or question.fact in CONTACT_FACTS
        or question.id in ADDRESS_QUESTIONS
        or question.contact
    )
    place = (
        question.fact in PLACE_FACTS
        or question.id in FAMILY_PLACE_QUESTIONS
        or question.id in FAMILY_HOME_QUESTIONS
    )
    if reader is Reader.family:
        return contact or (place and contact_risk)
    return (contact or question.id in PLACE_QUESTIONS) and contact_risk


def _cells(question: Question, columns: Sequence[Question], value: Any) -> Any:
    if question.kind != "table" or not isinstance(value, list) or len(columns) == len(question.columns):
        return value
    names = {column.id for column in columns}
    return [
        {name: cell for name, cell in row.items() if name in names} for row in value if isinstance(row, dict)
    ]


def facts_for(facts: Mapping[str, str], *, is_family: bool, contact_risk: bool) -> dict[str, str]:
    """The prefilled facts that somebody who fills in another form about the child may know."""
    closed: frozenset[str] = CONTACT_FACTS if is_family or contact_risk else frozenset()
    if is_family and contact_risk:
        closed = closed | PLACE_FACTS
    return {fact: "" if fact in closed else value for fact, value in facts.items()}


def columns_kept_from(*, is_team: bool, is_family: bool, contact_risk: bool) -> frozenset[str]:
    """The columns of a child's record that a reader does not get on the child's page."""
    if is_team:
        return frozenset()
    places = {"setting", "setting_id"} if is_family and contact_risk else set()
    return frozenset({"address", "postcode", "postcode_missing_reason", *places})


def hides_places(*, is_family: bool, contact_risk: bool) -> bool:
    """Whether a reader must not learn which organisations work with the child, since they show where the child is."""
    return is_family and contact_risk


def notes_contact_risk(answers: Answers) -> bool:
    """Whether these answers say that an address or contact detail must be kept from somebody."""
    flat = {question: value for section in answers.values() for question, value in section.items()}
    private = any(
        isinstance(row, dict) and row.get("keep_private") == "yes" for row in flat.get("contacts") or []
    )
    named = any(isinstance(row, dict) and not blank(row) for row in flat.get("not_share") or [])
    return flat.get("contact_risk") == "yes" or private or named


def notes_in(definition: FormDefinition, answers: Answers) -> Iterator[Note]:
    """Every restricted text answer of a form, row by row for tables that name people."""
    for section in definition.visible_sections(answers):
        for line in answer_lines(section, answers):
            if not line.question.restricted or not line.answered:
                continue
            if line.question.id == "not_share":
                for row in (answers.get(section.id) or {}).get("not_share") or []:
                    yield from _row_notes(definition.title, line.question.label, row)
            elif line.question.kind in ("text", "long_text"):
                limits = line.question.id in LIMITING_QUESTIONS
                yield Note(definition.title, line.question.label, line.text, limits_contact=limits)


def _row_notes(title: str, label: str, row: Mapping[str, Any]) -> Iterator[Note]:
    name, why = str(row.get("name") or "").strip(), str(row.get("why") or "").strip()
    if name:
        yield Note(title, label, name, names_a_person=True, limits_contact=True)
    if why:
        yield Note(title, label, why, limits_contact=True)


_PARENTS: tuple[frozenset[str], ...] = (
    frozenset(["father", "dad", "daddy", "papa", "abbu", "baba"]),
    frozenset(["mother", "mum", "mummy", "mam", "mom", "mama", "ammi"]),
    frozenset(["stepmother", "stepmum", "stepmom"]),
    frozenset(["stepfather", "stepdad"]),
)
RELATIONS: tuple[frozenset[str], ...] = (
    *_PARENTS,
    frozenset(["grandmother", "grandma", "nan", "nana", "nanny", "gran", "granny"]),
    frozenset(["grandfather", "grandad", "granddad", "grandpa"]),
    frozenset(["grandparent"]),
    frozenset(["aunt", "auntie", "aunty"]),
    frozenset(["uncle"]),
    frozenset(["cousin", "niece", "nephew"]),
    frozenset(["brother", "halfbrother", "stepbrother"]),
    frozenset(["sister", "halfsister", "stepsister"]),
    frozenset(["husband", "wife", "partner", "boyfriend", "girlfriend", "ex", "fiance", "fiancee", "spouse"]),
)
"""Words for the same relation, each in the singular and as one word."""
ANY_PARENT = frozenset(["parent", "carer", "guardian"])
"""Words that say of a parent no more than that."""
ANY_RELATIVE = frozenset(["family", "relative", "relation", "anyone", "anybody", "everyone", "everybody"])
"""Words that mean every member of a family, where somebody is asked whom to keep information from."""

SMALL_WORDS = frozenset(
    [
        "a",
        "an",
        "and",
        "at",
        "by",
        "for",
        "from",
        "her",
        "his",
        "in",
        "is",
        "it",
        "mr",
        "mrs",
        "ms",
        "miss",
        "dr",
        "my",
        "of",
        "on",
        "or",
        "our",
        "she",
        "the",
        "their",
        "to",
        "with",
    ]
)
TITLES = frozenset(["mr", "mrs", "ms", "miss", "mx", "dr", "sir", "prof", "professor"])
SHORTEST_FORM = 3
"""Letters of a short form of a name."""
_PREFIX = re.compile(r"\b(step|grand|half) (?=\w)")


def who_must_not_know(
    notes: Iterable[Note],
    name: str,
    relationship: str = "",
    organisation: str = "",
    former: Sequence[str] = (),
) -> list[Note]:
    """The notes that may mean this person: their name or a former one, what they are to the child, or where they work.

    A note that means somebody else costs the officer one more look; a note that is missed may cost a family its safety.
    """
    names = [_words(each) for each in (name, *former)]
    relations = _relations(relationship)
    found = []
    for note in notes:
        said = _words(note.text)
        if (
            any(_is_called(note, said, own) for own in names)
            or _may_be(relations, _kin(note.text), note)
            or (organisation and _words(organisation) <= said)
            or (note.names_a_person and said and said <= _words(organisation).union(*names))
        ):
            found.append(note)
    return found


def plainly_must_not_know(
    notes: Iterable[Note],
    name: str,
    relationship: str = "",
    organisation: str = "",
    former: Sequence[str] = (),
) -> list[Note]:
    """The notes that mean this person by name, and those that say who must be kept away and mean what they are to the
    child. Used where the portal acts before an officer has looked: "call the mother first" keeps no mother away."""
    notes = list(notes)
    limiting = [note for note in notes if note.limits_contact]
    others = [note for note in notes if not note.limits_contact]
    return [
        *who_must_not_know(limiting, name, relationship, organisation, former),
        *who_must_not_know(others, name, "", organisation, former),
    ]


def _is_called(note: Note, said: set[str], own: set[str]) -> bool:
    """Whether a note may mean somebody of this name. In a box for a name one word of it is enough. In a text it takes two,
    of which one may be a short form ("Ben" for "Benjamin"), or the surname after a title or an initial ("Mr Shaw")."""
    said = said | {word.removesuffix("s") for word in said}  # "Ben Shaw's home", "the Shaws"
    same = own & said
    if note.names_a_person or not same:
        return bool(same)
    alike = {word for word in own if word in said or any(_is_short_for(word, each) for each in said)}
    return len(alike) >= min(len(own), 2) or bool(own & _after_title(note.text, own))


def _is_short_for(one: str, other: str) -> bool:
    shorter, longer = sorted((one, other), key=len)
    return len(shorter) >= SHORTEST_FORM and longer.startswith(shorter)


def _after_title(text: str, own: set[str]) -> set[str]:
    """The words of a text after "Mr" and the like, or after an initial of one of a person's other names."""
    return {
        word
        for title, word in zip(_each_word(text), _each_word(text)[1:], strict=False)
        if title in TITLES or (len(title) == 1 and any(name[0] == title for name in own - {word}))
    }


def _may_be(relations: frozenset[str], kin: frozenset[str], note: Note) -> bool:
    """Whether a note in these words may mean somebody of these relations to the child."""
    if (relations - ANY_PARENT) & kin:
        return True
    return note.names_a_person and bool(relations) and bool(kin & (relations | ANY_RELATIVE))


def _relations(relationship: str) -> frozenset[str]:
    """Every word for what somebody is to the child. "Parent" may be a father or a mother, and the other way round."""
    typed = _kin(relationship)
    found = frozenset(word for each in RELATIONS if each & typed for word in each)
    if typed & ANY_PARENT:
        found = found.union(*_PARENTS)
    if any(each & found for each in _PARENTS):
        found |= ANY_PARENT
    if {"grandmother", "grandfather"} & found:
        found |= {"grandparent"}
    return found


def _words(text: str) -> set[str]:
    return {word for word in _each_word(text) if word not in SMALL_WORDS}


def _each_word(text: str) -> list[str]:
    """The words of a text of any length, folded. A name is folded whole, a text in parts that are not too long for it."""
    return [part for word in text.split() for part in fold(word[:LONGEST_FOLDED]).split()]


def _kin(text: str) -> frozenset[str]:
    """The words of a text in the singular, with "step mother" and "step-mother" as one word, which is not "mother"."""
    words = _PREFIX.sub(r"\1", " ".join(_each_word(text))).split()
    return frozenset(form for word in words for form in (word, word.removesuffix("s")))
