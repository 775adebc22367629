"""Read posted fields into answers, and change drafts.

Names of fields on a page: a question's own id; with parts `{id}-{part}` (`birth-day`); in a table
`{id}-{row}-{column}` and `{id}-{row}-{column}-{part}`. A hidden field `questions-shown` lists the ids that were on
the page: a question that was not shown is not overwritten.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, Protocol

from app.forms.definitions.conditions import blank
from app.forms.definitions.definition import Answers, Question, Section, SectionAnswers
from app.forms.definitions.kinds import KINDS, Table
from app.forms.definitions.simple_kinds import Entered

SHOWN = "questions-shown"


class FieldsOfMany(Protocol):
    """Posted fields with many values to a name, as web frameworks provide them."""

    def getlist(self, key: str) -> list[str]:
        """Return every value of this name."""
        ...

    def keys(self) -> Iterable[str]:
        """Return the names."""
        ...


def _lists(form: FieldsOfMany | Mapping[str, list[str]]) -> dict[str, list[str]]:
    getlist = getattr(form, "getlist", None) or form.__getitem__  # type: ignore[index]
    return {key: list(getlist(key)) for key in form.keys()}  # noqa: SIM118 - only keys() is promised


def field_names(question: Question, prefix: str = "") -> dict[str, str]:
    """Return the names of a question's fields on a page, by part; an error links to the first."""
    base = f"{prefix}{question.id}"
    return {part: f"{base}-{part}" if part else base for part in KINDS[question.kind].parts}


def _entered(question: Question, fields: Mapping[str, list[str]], prefix: str = "") -> Entered:
    names = field_names(question, prefix)
    return {part: fields[name] for part, name in names.items() if name in fields}


def _read_rows(question: Question, fields: Mapping[str, list[str]], today: date) -> list[dict[str, Any]]:
    pattern = re.compile(rf"{question.id}-(\d{{1,4}})-")
    numbers = sorted({int(found[1]) for name in fields if (found := pattern.match(name))})
    return [
        {
            column.id: KINDS[column.kind].clean(
                column, _entered(column, fields, f"{question.id}-{number}-"), today
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
    return bool(_entered(question, fields)) or question.condition is None


def read_section(
    section: Section, form: FieldsOfMany | Mapping[str, list[str]], today: date
) -> dict[str, Any]:
    """Return the answers posted from a section's page, by question; valid ones in canonical form, others as entered.

    Prefilled answers and files are never taken from a browser. Merge the result into the section's earlier answers
    with `put_section`.
    """
    fields = _lists(form)
    answers: dict[str, Any] = {}
    for question in section.questions:
        if not question.is_entered or not _was_on_page(question, fields):
            continue
        if question.kind == "table":
            answers[question.id] = _read_rows(question, fields, today)
        else:
            answers[question.id] = KINDS[question.kind].clean(question, _entered(question, fields), today)
    return answers


def put_section(answers: Answers, section: Section, entered: SectionAnswers) -> dict[str, dict[str, Any]]:
    """Return the form's answers with this section's new ones; questions that were not on the page are unchanged."""
    result = {section_id: dict(given) for section_id, given in answers.items()}
    result[section.id] = {**result.get(section.id, {}), **entered}
    return result


def add_row(
    section: Section, answers: SectionAnswers, question_id: str, index: int | None = None
) -> dict[str, Any]:
    """Return the section's answers with one more empty row, at the end unless an index is given."""
    question = section.question(question_id)
    rows = list(answers.get(question_id) or [])
    if len(rows) < most_rows(question):
        empty = {column.id: "" for column in question.columns}
        rows.insert(len(rows) if index is None else index, empty)
    return {**answers, question_id: rows}


def remove_row(section: Section, answers: SectionAnswers, question_id: str, index: int) -> dict[str, Any]:
    """Return the section's answers without this row; unchanged if there is no such row."""
    section.question(question_id)
    rows = list(answers.get(question_id) or [])
    return {**answers, question_id: [row for number, row in enumerate(rows) if number != index]}


def most_rows(question: Question) -> int:
    """Return how many rows a table may have."""
    return int(question.max) if isinstance(question.max, int | float) else Table.most_rows


def filled_rows(value: Any) -> list[tuple[int, dict[str, Any]]]:
    """Return the rows that are not empty, with their numbers from 0."""
    rows = value if isinstance(value, list) else []
    return [(number, row) for number, row in enumerate(rows) if isinstance(row, dict) and not blank(row)]
