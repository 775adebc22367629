"""From what a browser sent to answers, and the small changes a draft goes through.

Names of fields on a page: a question's own id; with parts `{id}-{part}` (`birth-day`); in a table
`{id}-{row}-{column}` and `{id}-{row}-{column}-{part}`. A hidden field `questions-shown` lists the
ids that were on the page: what was not shown is not overwritten.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, Protocol

from app.forms.definitions.conditions import blank
from app.forms.definitions.definition import Answers, Question, Section, SectionAnswers
from app.forms.definitions.kinds import KINDS, Table
from app.forms.definitions.simple_kinds import Typed

SHOWN = "questions-shown"


class FieldsOfMany(Protocol):
    """What a web framework hands over: many values to a name."""

    def getlist(self, key: str) -> list[str]: ...
    def keys(self) -> Iterable[str]: ...


def _lists(form: FieldsOfMany | Mapping[str, list[str]]) -> dict[str, list[str]]:
    getlist = getattr(form, "getlist", None) or form.__getitem__  # type: ignore[index]
    return {key: list(getlist(key)) for key in form.keys()}  # noqa: SIM118 - only keys() is promised


def field_names(question: Question, prefix: str = "") -> dict[str, str]:
    """By part, the names of a question's fields on a page; the first is where an error links to."""
    base = f"{prefix}{question.id}"
    return {part: f"{base}-{part}" if part else base for part in KINDS[question.kind].parts}


def _typed(question: Question, fields: Mapping[str, list[str]], prefix: str = "") -> Typed:
    names = field_names(question, prefix)
    return {part: fields[name] for part, name in names.items() if name in fields}


def _read_rows(question: Question, fields: Mapping[str, list[str]], today: date) -> list[dict[str, Any]]:
    pattern = re.compile(rf"{question.id}-(\d{{1,4}})-")
    numbers = sorted({int(found[1]) for name in fields if (found := pattern.match(name))})
    return [
        {
            column.id: KINDS[column.kind].clean(
                column, _typed(column, fields, f"{question.id}-{number}-"), today
            )
            for column in question.columns
        }
        for number in numbers[: Table.most_rows * 2]
    ]


def _was_on_page(question: Question, fields: Mapping[str, list[str]]) -> bool:
    shown = fields.get(SHOWN)
    if shown is not None:
        return question.id in " ".join(shown).replace(",", " ").split()
    if question.kind == "table":
        return any(name.startswith(f"{question.id}-") for name in fields)
    return bool(_typed(question, fields)) or question.condition is None


def read_section(
    section: Section, form: FieldsOfMany | Mapping[str, list[str]], today: date
) -> dict[str, Any]:
    """What somebody typed into a page, by question; valid answers in their kept form, others as typed.

    Prefilled answers and files are never taken from a browser. Lay the result over the section's
    earlier answers with `put_section`.
    """
    fields = _lists(form)
    answers: dict[str, Any] = {}
    for question in section.questions:
        if not question.is_typed or not _was_on_page(question, fields):
            continue
        if question.kind == "table":
            answers[question.id] = _read_rows(question, fields, today)
        else:
            answers[question.id] = KINDS[question.kind].clean(question, _typed(question, fields), today)
    return answers


def put_section(answers: Answers, section: Section, typed: SectionAnswers) -> dict[str, dict[str, Any]]:
    """The form's answers with this section's new ones; questions that were not on the page stay."""
    result = {section_id: dict(given) for section_id, given in answers.items()}
    result[section.id] = {**result.get(section.id, {}), **typed}
    return result


def add_row(
    section: Section, answers: SectionAnswers, question_id: str, index: int | None = None
) -> dict[str, Any]:
    """The section's answers with one more empty row, at the end unless a place is given."""
    question = section.question(question_id)
    rows = list(answers.get(question_id) or [])
    if len(rows) < most_rows(question):
        empty = {column.id: "" for column in question.columns}
        rows.insert(len(rows) if index is None else index, empty)
    return {**answers, question_id: rows}


def remove_row(section: Section, answers: SectionAnswers, question_id: str, index: int) -> dict[str, Any]:
    """The section's answers without this row; unchanged if there is no such row."""
    section.question(question_id)
    rows = list(answers.get(question_id) or [])
    return {**answers, question_id: [row for number, row in enumerate(rows) if number != index]}


def most_rows(question: Question) -> int:
    """How many rows a table may have."""
    return int(question.max) if isinstance(question.max, int | float) else Table.most_rows


def filled_rows(value: Any) -> list[tuple[int, dict[str, Any]]]:
    """The rows in which something stands, with their numbers from 0."""
    rows = value if isinstance(value, list) else []
    return [(number, row) for number, row in enumerate(rows) if isinstance(row, dict) and not blank(row)]
