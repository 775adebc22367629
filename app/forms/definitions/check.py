"""Find what is invalid in a draft, and what is missing before it can be sent."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from app.core.wording import N_, Wording
from app.forms.definitions.conditions import blank
from app.forms.definitions.definition import Answers, FormDefinition, Question, Section, SectionAnswers
from app.forms.definitions.kinds import DECLARATION, KINDS
from app.forms.definitions.reading import filled_rows, most_rows, put_section


@dataclass(frozen=True)
class Problem:
    """One problem and its place. `row` counts from 0; `part` is a field of the question, such as "agreed"."""

    section_id: str
    question_id: str
    row: int | None
    column: str | None
    text: Wording
    part: str = ""

    @property
    def anchor(self) -> str:
        """The id of the field on the page to which the error summary links."""
        names = [self.question_id]
        if self.row is not None:
            names += [str(self.row), self.column or ""]
        return "-".join(name for name in [*names, self.part] if name)


class SectionStatus(StrEnum):
    """How far a section has come, as the task list shows it."""

    not_started = "not_started"
    in_progress = "in_progress"
    completed = "completed"
    problem = "problem"


def _invalid(section: Section, question: Question, value: Any, today: date) -> list[Problem]:
    """Return what is invalid in an answer; an empty answer is never invalid."""
    if blank(value):
        return []
    if text := KINDS[question.kind].problem(question, value, today):
        return [Problem(section.id, question.id, None, None, text, _first_part(question))]
    if question.kind != "table":
        return []
    problems = []
    if len(value) > most_rows(question):
        text = Wording(N_("Remove rows until there are %(limit)s or fewer"), limit=most_rows(question))
        problems.append(Problem(section.id, question.id, None, None, text))
    for number, row in filled_rows(value):
        for column in question.columns:
            cell = row.get(column.id)
            if not blank(cell) and (wrong := KINDS[column.kind].problem(column, cell, today)):
                problems.append(_in_row(section, question, number, column, wrong))
    return problems


def _missing(section: Section, question: Question, value: Any) -> list[Problem]:
    """Return which parts of a question are not answered yet."""
    if question.kind == "prefilled":
        return []
    if question.kind == "declaration" and not blank(value) and isinstance(value, dict):
        return [
            Problem(section.id, question.id, None, None, text, part)
            for part, text in DECLARATION.lacks(value)
        ]
    rows = filled_rows(value) if question.kind == "table" else []
    if blank(value):
        if not question.required:
            return []
        text = KINDS[question.kind].missing(question)
        return [Problem(section.id, question.id, None, None, text, _first_part(question))]
    problems = []
    if question.kind == "table" and isinstance(question.min, int | float) and len(rows) < question.min:
        text = Wording(N_("Add at least %(count)s: %(what)s"), count=int(question.min), what=question.name)
        problems.append(Problem(section.id, question.id, None, None, text))
    for number, row in rows:
        for column in question.columns:
            if column.required and blank(row.get(column.id)):
                text = KINDS[column.kind].missing(column)
                problems.append(_in_row(section, question, number, column, text))
    return problems


def _first_part(question: Question) -> str:
    return next(iter(KINDS[question.kind].parts), "")


def _in_row(section: Section, table: Question, number: int, column: Question, text: Wording) -> Problem:
    # "Adult 2: Enter the phone number", so that equal messages about two rows differ.
    text_in_row = Wording(
        N_("%(row)s %(number)s: %(problem)s"), row=table.row_name, number=number + 1, problem=text
    )
    return Problem(section.id, table.id, number, column.id, text_in_row, _first_part(column))


def check_draft(
    section: Section, answers: SectionAnswers, all_answers: Answers, today: date
) -> list[Problem]:
    """Return what is invalid in a section as entered; empty answers are no problem yet."""
    together = put_section(all_answers, section, answers)
    return [
        problem
        for question in section.visible_questions(together)
        for problem in _invalid(section, question, together[section.id].get(question.id), today)
    ]


def check_section_complete(
    section: Section, answers: SectionAnswers, all_answers: Answers, today: date
) -> list[Problem]:
    """Return what is invalid in a section or missing from it, in the order of the page."""
    together = put_section(all_answers, section, answers)
    problems = []
    for question in section.visible_questions(together):
        value = together[section.id].get(question.id)
        problems += _invalid(section, question, value, today) or _missing(section, question, value)
    return problems


def check_complete(definition: FormDefinition, answers: Answers, today: date) -> list[Problem]:
    """Return every problem that prevents sending this draft; empty when it can be sent."""
    return [
        problem
        for section in definition.visible_sections(answers)
        for problem in check_section_complete(section, answers.get(section.id) or {}, answers, today)
    ]


def section_status(
    section: Section, answers: SectionAnswers | None, all_answers: Answers, today: date
) -> SectionStatus:
    """Return how far a section has come. A page of optional questions is completed once it was saved."""
    given = answers or {}
    if check_draft(section, given, all_answers, today):
        return SectionStatus.problem
    asked = [question for question in section.questions if question.kind != "prefilled"]
    saved = any(question.id in given for question in asked)
    if asked and not saved:
        return SectionStatus.not_started
    if not check_section_complete(section, given, all_answers, today):
        return SectionStatus.completed
    if all(blank(given.get(question.id)) for question in asked):
        return SectionStatus.not_started
    return SectionStatus.in_progress
