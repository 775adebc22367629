"""Turn answers into text: for "check your answers", for reading pages and for print."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from app.core.wording import N_, Wording
from app.forms.definitions.definition import Answers, FormDefinition, Question, Section
from app.forms.definitions.kinds import KINDS
from app.forms.definitions.reading import filled_rows

NOT_PROVIDED = Wording(N_("Not provided"))


@dataclass(frozen=True)
class AnswerTable:
    """The rows of a table question, as text."""

    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class AnswerLine:
    """One question with its answer as text, a table of texts, or the ids of attachments."""

    question: Question
    label: str
    text: str
    table: AnswerTable | None = None
    files: tuple[int, ...] = ()
    answered: bool = True

    @property
    def shown(self) -> str | AnswerTable:
        """The table if there is one, else the text."""
        return self.table or self.text


def _line(question: Question, value: Any) -> AnswerLine:
    table, files = None, ()
    if question.kind == "table" and (rows := filled_rows(value)):
        table = AnswerTable(
            tuple(column.label for column in question.columns),
            tuple(tuple(KINDS[c.kind].text(c, row.get(c.id)) for c in question.columns) for _, row in rows),
        )
    if question.kind == "files":
        files = tuple(value or ())
    text = KINDS[question.kind].text(question, value)
    return AnswerLine(question, question.label, text or NOT_PROVIDED, table, files, bool(text))


def answer_lines(section: Section, answers: Answers) -> list[AnswerLine]:
    """Return the questions of a section that apply, each with its answer, given all answers of the form."""
    given = answers.get(section.id) or {}
    return [_line(question, given.get(question.id)) for question in section.visible_questions(answers)]


def answers_as_text(
    definition: FormDefinition, answers: Answers
) -> list[tuple[Section, list[tuple[str, str | AnswerTable]]]]:
    """Return the whole form as text: its sections, each with labels and answers.

    For readers outside the SEN team use `definition.without_restricted()`.
    """
    return [
        (section, [(line.label, line.shown) for line in answer_lines(section, answers)])
        for section in definition.visible_sections(answers)
    ]
