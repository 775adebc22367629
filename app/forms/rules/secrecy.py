"""Decide what each reader may read of a form's answers, and whom a form says must not know.

No template decides this: `readable` gives a page the sections and answers of one reader, and nothing else.
"""

import enum
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from app.core.names import LONGEST_FOLDED, LONGEST_RUN, fold
from app.forms.definitions import FROM_REQUEST, Answers, FormDefinition, Question, Section, answer_lines
from app.forms.definitions.conditions import blank
from app.forms.rules.given_names import forms_of, without_doubled


class Reader(enum.Enum):
    """The kinds of reader of one form's answers."""

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
"""Columns and questions of the published forms that name where a person works with the child."""
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
"""Columns and questions of the published forms that may reveal the family's circumstances.

They name the adults of a family and who works with them, describe their home, or hold one adult's views.
"""
LIMITING_QUESTIONS = frozenset({"contact_risk_details", "court_order_details"})
"""Restricted questions of the published request about people who must have no contact or information."""
ADDRESS_QUESTIONS = frozenset({"contact_address"})


@dataclass(frozen=True)
class Readable:
    """A form as one reader may read it."""

    sections: tuple[Section, ...]
    """Only the sections and questions that apply and that this reader may read; none has a condition any more."""
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
    """Whether the text is the name of a person to keep information from."""
    limits_contact: bool = False
    """Whether the question asks for people who must have no contact or information."""

    # Read once, since a long text is compared with every member of an organisation.

    @cached_property
    def each_word(self) -> list[str]:
        """The folded words of the text."""
        return _each_word(self.text)

    @cached_property
    def words(self) -> frozenset[str]:
        """The words that may be names, each also without an s at its end ("Ben Shaw's home", "the Shaws") and without
        doubled letters."""
        return _spellings(_names_in(self.each_word))

    @cached_property
    def joined(self) -> frozenset[str]:
        """Neighbouring words as one."""
        return _spellings(_joined(self.each_word))

    @cached_property
    def kin(self) -> frozenset[str]:
        """The words of the text in the singular, with "step mother" as one word."""
        return _kin(self.each_word)


def readable(
    definition: FormDefinition, answers: Answers, reader: Reader, *, contact_risk: bool, sees_request: bool
) -> Readable:
    """Return the form as this reader may read it.

    `contact_risk`: an address or a contact detail of the family is secret. `sees_request`: the reader may read the
    request, and so the answers that were taken from it.
    """

    def closed(question: Question) -> bool:
        if reader in WHOLE:
            return False
        taken_from_request = question.fact in FROM_REQUEST and not sees_request
        return question.restricted or taken_from_request or _gives_away(question, reader, contact_risk)

    sections, answers_left, left_out = [], {}, []
    for section in definition.visible_sections(answers):
        given = answers.get(section.id) or {}
        questions, open_answers = [], {}
        for question in section.visible_questions(answers):
            if closed(question):
                left_out += [] if blank(given.get(question.id)) else [(section, question)]
                continue
            columns = tuple(column for column in question.columns if not closed(column))
            left_out += [(section, each) for each in question.columns if each not in columns]
            shown = question.unconditional
            questions.append(
                shown if len(columns) == len(question.columns) else replace(shown, columns=columns)
            )
            if question.id in given:
                open_answers[question.id] = _cells(question, columns, given[question.id])
        if questions:
            sections.append(replace(section, questions=tuple(questions), condition=None, show_if=None))
            answers_left[section.id] = open_answers
    return Readable(tuple(sections), answers_left, tuple(left_out))


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
    """Return the facts that a person who fills in another form about the child may know; the others are empty."""
    closed: frozenset[str] = CONTACT_FACTS if is_family or contact_risk else frozenset()
    if is_family and contact_risk:
        closed = closed | PLACE_FACTS
    return {fact: "" if fact in closed else value for fact, value in facts.items()}


def hidden_columns(*, is_team: bool, is_family: bool, contact_risk: bool) -> frozenset[str]:
    """Return the columns of a child's record that a reader does not get on the child's page."""
    if is_team:
        return frozenset()
    places = {"setting", "setting_id"} if is_family and contact_risk else set()
    return frozenset({"address", "postcode", "postcode_missing_reason", *places})


def hides_places(*, is_family: bool, contact_risk: bool) -> bool:
    """Return whether a reader must not learn which organisations work with the child, because they show where the
    child is."""
    return is_family and contact_risk


def notes_contact_risk(answers: Answers) -> bool:
    """Return whether these answers ask that an address or contact detail stays secret."""
    flat = {question: value for section in answers.values() for question, value in section.items()}
    private = any(
        isinstance(row, dict) and row.get("keep_private") == "yes" for row in flat.get("contacts") or []
    )
    named = any(isinstance(row, dict) and not blank(row) for row in flat.get("not_share") or [])
    return flat.get("contact_risk") == "yes" or private or named


def notes_in(definition: FormDefinition, answers: Answers) -> Iterator[Note]:
    """Yield every restricted text answer of a form, row by row for tables that name people."""
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
"""Words for a parent of either sex."""
ANY_RELATIVE = frozenset(["family", "relative", "relation", "anyone", "anybody", "everyone", "everybody"])
"""Words for every member of a family, as answers to whom to keep information from."""

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
NOWHERE: frozenset[str] = frozenset()
SHORTEST_FORM = 3
"""The fewest letters of a short form of a name."""
_PREFIX = re.compile(r"\b(step|grand|half) (?=\w)")


def who_must_not_know(
    notes: Iterable[Note],
    name: str,
    relationship: str = "",
    workplaces: tuple[str, ...] = (),
    former: Sequence[str] = (),
) -> list[Note]:
    """Return the notes that may mean this person: their name or a former one, their relationship, or a workplace.

    `workplaces` is every organisation that they work for: what they read for one, they know at all. A false match costs
    the officer one more look; a missed note may cost a family its safety.
    """
    names = [_words(each) for each in (name, *former)]
    called = [_each_word(each) for each in (name, *former)]
    relations = _relations(relationship)
    places = [frozenset(place) for place in map(_words, workplaces) if place]
    found = []
    for note in notes:
        words = frozenset(_names_in(note.each_word))
        if (
            any(_is_called(note, own) for own in called)
            or _may_be(relations, note.kin, note)
            or any(place <= words for place in places)
            or (
                note.names_a_person
                and words
                and any(words <= each.union(*names) for each in places or [NOWHERE])
            )
        ):
            found.append(note)
    return found


def plainly_must_not_know(
    notes: Iterable[Note],
    name: str,
    relationship: str = "",
    workplaces: tuple[str, ...] = (),
    former: Sequence[str] = (),
) -> list[Note]:
    """Return the notes that mean this person by name or workplace, and those limiting contact that match their relationship.

    Used where the portal acts before an officer has looked: "call the mother first" does not exclude a mother.
    """
    notes = list(notes)
    limiting = [note for note in notes if note.limits_contact]
    others = [note for note in notes if not note.limits_contact]
    return [
        *who_must_not_know(limiting, name, relationship, workplaces, former),
        *who_must_not_know(others, name, "", workplaces, former),
    ]


def member_must_not_know(
    notes: Iterable[Note], name: str, elsewhere: tuple[str, ...], former: Sequence[str] = ()
) -> list[Note]:
    """Return the notes that mean one of the many people of an organisation: those limiting contact that match their name,
    and any that names another organisation where they work."""
    notes = list(notes)
    limiting = [note for note in notes if note.limits_contact]
    others = [note for note in notes if not note.limits_contact]
    return [
        *who_must_not_know(limiting, name, "", elsewhere, former),
        *who_must_not_know(others, "", "", elsewhere),
    ]


def _is_called(note: Note, name: Sequence[str]) -> bool:
    """Return whether a note may mean a person of this name.

    In a box for a name one word of it is enough, also in a short form or another spelling. A text must have two words
    of it, of which one may be such a form ("Ben" for "Benjamin"), or the surname after a title or an initial ("Mr
    Shaw"). "O'Brien" is also "O Brien".
    """
    own = frozenset(_names_in(name))
    same = {each for each in own | _joined(name) if _is_in(each, note.words) or _is_in(each, note.joined)}
    if not (same or note.names_a_person):
        return False
    alike = same | {each for each in own if any(_is_short_for(each, word) for word in note.words)}
    if note.names_a_person:
        return bool(alike)
    return len(alike) >= min(len(own), 2) or _is_after_title(note.each_word, name)


def may_be_same_person(name: str, other: str) -> bool:
    """Return whether two full names may be one person's: in short forms, other spellings, or with other middle names."""
    ways = ((name, other), (other, name))
    return any(_is_called(Note("", "", written), _each_word(called)) for written, called in ways)


def share_a_name(names: Iterable[str], others: Iterable[str]) -> bool:
    """Return whether one of these names and one of the others may be one person's."""
    others = list(others)
    return any(may_be_same_person(name, other) for name in names for other in others)


def _is_in(name: str, words: frozenset[str]) -> bool:
    return not words.isdisjoint(forms_of(name))


def _names_in(words: Sequence[str]) -> list[str]:
    return [word for word in words if word not in SMALL_WORDS]


def _singular(words: Iterable[str]) -> frozenset[str]:
    return frozenset(form for word in words for form in (word, word.removesuffix("s")))


def _spellings(words: Iterable[str]) -> frozenset[str]:
    singular = _singular(words)
    return singular.union(map(without_doubled, singular))


def _joined(words: Sequence[str]) -> set[str]:
    """Return neighbouring words as one word, as a part of a name is also written."""
    runs = (
        words[start:end]
        for start in range(len(words))
        for end in range(start + 2, min(start + LONGEST_RUN, len(words)) + 1)
    )
    return {"".join(run) for run in runs if SMALL_WORDS.isdisjoint(run)}


def _is_short_for(one: str, other: str) -> bool:
    shorter, longer = sorted((one, other), key=len)
    return len(shorter) >= SHORTEST_FORM and longer.startswith(shorter)


def _is_after_title(text: Sequence[str], name: Sequence[str]) -> bool:
    """Return whether a word of the name comes after "Mr" and similar titles, or after the initial of another one."""
    own = {*_names_in(name), *_joined(name)}
    for place, title in enumerate(text):
        if title not in TITLES and len(title) > 1:
            continue
        after = text[place + 1 : place + 1 + LONGEST_RUN]
        words = _spellings([*after[:1], *_joined(after)])
        found = {each for each in own if _is_in(each, words)}
        if found and (title in TITLES or any(each[0] == title for each in own - found)):
            return True
    return False


def _may_be(relations: frozenset[str], kin: frozenset[str], note: Note) -> bool:
    """Return whether a note with these words may mean a person of these relations to the child."""
    if (relations - ANY_PARENT) & kin:
        return True
    return note.names_a_person and bool(relations) and bool(kin & (relations | ANY_RELATIVE))


def _relations(relationship: str) -> frozenset[str]:
    """Return every word for a relationship to the child. "Parent" matches a father or a mother, and the reverse."""
    own = _kin(_each_word(relationship))
    found = frozenset(word for each in RELATIONS if each & own for word in each)
    if own & ANY_PARENT:
        found = found.union(*_PARENTS)
    if any(each & found for each in _PARENTS):
        found |= ANY_PARENT
    if {"grandmother", "grandfather"} & found:
        found |= {"grandparent"}
    return found


def _words(text: str) -> set[str]:
    return {word for word in _each_word(text) if word not in SMALL_WORDS}


def _each_word(text: str) -> list[str]:
    """Return the folded words of a text of any length. A name is folded whole, a text in parts of bounded length."""
    written = text.split()
    folded = {word: fold(word[:LONGEST_FOLDED]).split() for word in set(written)}
    return [part for word in written for part in folded[word]]


def _kin(each_word: Sequence[str]) -> frozenset[str]:
    """Return the words in the singular, with "step mother" and "step-mother" as one word, unlike "mother"."""
    return _singular(_PREFIX.sub(r"\1", " ".join(each_word)).split())
