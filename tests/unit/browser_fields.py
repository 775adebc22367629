"""What a browser would send for given answers: the other side of `read_section`."""

from typing import Any

from app.forms.definitions import Question, Section
from app.forms.definitions.conditions import blank
from app.forms.definitions.reading import SHOWN


def fields_of(
    section: Section, answers: dict[str, Any], shown: list[Question] | None = None
) -> dict[str, list[str]]:
    """All fields of a section's page, filled from answers; unticked boxes are not sent."""
    asked = [question for question in (section.questions if shown is None else shown) if question.is_entered]
    fields: dict[str, list[str]] = {SHOWN: [" ".join(question.id for question in asked)]}
    for question in asked:
        value = answers.get(question.id)
        if question.kind == "table":
            for number, row in enumerate(value or [{}]):
                for column in question.columns:
                    fields.update(_field(column, f"{question.id}-{number}-{column.id}", row.get(column.id)))
        else:
            fields.update(_field(question, question.id, value))
    return fields


def _field(question: Question, name: str, value: Any) -> dict[str, list[str]]:
    if question.kind == "date":
        typed = (
            dict(zip(("year", "month", "day"), value.split("-"), strict=True))
            if isinstance(value, str) and value
            else value or {}
        )
        return {f"{name}-{part}": [typed.get(part, "")] for part in ("day", "month", "year")}
    if question.kind == "declaration":
        given = value or {}
        ticked = {f"{name}-agreed": ["yes"]} if given.get("agreed") else {}
        return {f"{name}-name": [given.get("name", "")], **ticked}
    if question.kind == "choices":
        return {name: list(value)} if value else {}
    if question.kind == "yes_no" and blank(value):
        return {}
    if question.kind == "long_text":
        return {name: [str(value or "").replace("\n", "\r\n")]}
    return {name: ["" if value is None else str(value)]}
