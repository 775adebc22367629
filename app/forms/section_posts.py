"""Read what a section's page posts: the answers, the pressed button and the chosen files."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import BinaryIO

from app.core.errors import NotFound
from app.forms.definitions import FieldsOfMany, Section, SectionAnswers, add_row, read_section, remove_row

ADD_ROW, REMOVE, UPLOAD = "_add", "_remove", "_upload"
"""The names of the buttons of a section's page besides those that save it."""
MOST_DIGITS = 9


@dataclass(frozen=True)
class Upload:
    """A file chosen for a question."""

    question_id: str
    name: str
    content: BinaryIO


@dataclass(frozen=True)
class SectionPost:
    """What a browser posts from a section's page, as it came."""

    fields: FieldsOfMany
    uploads: Sequence[Upload] = ()

    @property
    def version(self) -> int:
        """The version of the section that the page was opened on; 0 when nothing was saved yet."""
        return number_in(self.value("version")) or 0

    def value(self, name: str) -> str:
        """Return the first value of a field, or "" when it was not posted."""
        return next(iter(self.fields.getlist(name)), "")


@dataclass(frozen=True)
class Entered:
    """The answers posted for a section, and what else its buttons ask for."""

    answers: SectionAnswers
    goes_to: str = ""
    """The field to return to after a row or file was added or removed; empty when the section was saved."""
    removed_file: int | None = None
    asks_for_file: bool = False
    """Whether the button to upload was pressed."""
    uploads: Sequence[Upload] = ()
    """Files for the questions of this section."""


def entered_in(section: Section, post: SectionPost, today: date) -> Entered:
    """Return what was entered, with one row more or fewer where such a button was pressed.

    Raises NotFound for a button that no page of this section has.
    """
    answers = read_section(section, post.fields, today)
    files = {question.id for question in section.questions if question.kind == "files"}
    uploads = [one for one in post.uploads if one.question_id in files]
    if row_in := post.value(ADD_ROW):
        return _with_row(section, answers, row_in, uploads)
    if removed := post.value(REMOVE):
        return _without(section, answers, removed, uploads)
    if asked := post.value(UPLOAD):
        return Entered(
            answers, goes_to=asked, asks_for_file=_kind(section, asked) == "files", uploads=uploads
        )
    return Entered(answers, uploads=uploads)


def number_in(text: str) -> int | None:
    """Return a posted whole number, or None."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= MOST_DIGITS else None


def _kind(section: Section, question_id: str) -> str:
    try:
        return section.question(question_id).kind
    except KeyError:
        raise NotFound("Question") from None


def _with_row(
    section: Section, answers: SectionAnswers, question_id: str, uploads: Sequence[Upload]
) -> Entered:
    if _kind(section, question_id) != "table":
        raise NotFound("Question")
    rows = answers.get(question_id) or [{}]  # an empty table is drawn with one row
    longer = add_row(section, {**answers, question_id: rows}, question_id)
    first = section.question(question_id).columns[0].id
    return Entered(longer, goes_to=f"{question_id}-{len(longer[question_id]) - 1}-{first}", uploads=uploads)


def _without(section: Section, answers: SectionAnswers, value: str, uploads: Sequence[Upload]) -> Entered:
    question_id, _, place = value.partition(":")
    number = number_in(place)
    if number is None:
        raise NotFound("Question")
    if _kind(section, question_id) == "files":
        return Entered(answers, goes_to=question_id, removed_file=number, uploads=uploads)
    return Entered(remove_row(section, answers, question_id, number), goes_to=question_id, uploads=uploads)
