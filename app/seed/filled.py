"""A filled-in copy of any form, for the demonstration and for tests. Child, people and facts are invented."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.forms.definitions import FormDefinition, Question, with_facts
from app.seed.sample_answers import BY_FORM, BY_QUESTION, SAMPLE_CHILD

EXAMPLE_FACTS: dict[str, str] = {
    "child.name": "Zara Ellwood",
    "child.forenames": "Zara",
    "child.surname": "Ellwood",
    "child.known_as": "Zara",
    "child.date_of_birth": "2016-11-08",
    "child.address": "12 Weaver Fold, Heaton, Bradford",
    "child.postcode": "BD99 1AB",
    "child.upn": "B801200005001",
    "child.postcode_missing_reason": "",
    "child.upn_missing_reason": "",
    "child.nhs_number": "9990000018",
    "child.year_group": "4",
    "child.setting": "Heaton Beck Primary School",
    "author.name": "Sana Iqbal",
    "author.job_title": "SENCO",
    "author.organisation": "Heaton Beck Primary School",
    "author.email": "sana.iqbal@heatonbeck.sch.example",
    "author.phone": "01632 960101",
    "request.received_on": "2025-09-15",
    "request.why_now": BY_QUESTION["why_now"],
    "request.primary_need": "Speech, language and communication needs",
    "advice.requested_on": "2025-10-20",
    "advice.due_on": "2025-12-01",
}

YEAR_TAUGHT = "actual_year"
GIVER = "giver_name"
"""The person who gives a consent also signs it."""

CODES: dict[str, Any] = {
    "upn": "B801200005001",
    "nhs_number": "9990000018",
    "postcode": "BD99 1AB",
    "phone": "01632 960145",
    "email": "person@heatonbeck.sch.example",
    "date": "2025-05-12",
    "number": 10,
    "money": 10,
    "text": "See the report",
    "long_text": "We have talked about this with the family and agree on it.",
    "yes_no": "no",
}


def filled_answers(
    definition: FormDefinition,
    facts: Mapping[str, str] = EXAMPLE_FACTS,
    attachment_ids: tuple[int, ...] = (1,),
    signed_by: str = "Sana Iqbal",
    signed_on: str = "2025-09-15",
) -> dict[str, dict[str, Any]]:
    """Return valid and complete answers to this form, in the shape of a stored draft.

    `attachment_ids` answer only those file questions that must be answered; the forms that come
    with the portal have none on the way that is taken here.
    """
    answers: dict[str, dict[str, Any]] = with_facts(definition, {}, facts)
    declaration = {"agreed": True, "name": signed_by, "date": signed_on}
    for section in definition.sections:
        if not section.is_visible(answers):
            continue
        own = answers.setdefault(section.id, {})
        for question in section.questions:
            if question.fact or question not in section.visible_questions(answers):
                continue
            if question.kind == "declaration":
                own[question.id] = declaration
            elif question.id == GIVER:
                own[question.id] = signed_by
            elif question.id == YEAR_TAUGHT:
                own[question.id] = facts.get("child.year_group") or BY_QUESTION[YEAR_TAUGHT]
            elif question.kind == "files":
                own[question.id] = list(attachment_ids) if question.required else []
            else:
                own[question.id] = _named(_answer(definition.key, question), facts.get("child.forenames", ""))
    return answers


def _named(answer: Any, forename: str) -> Any:
    """Return the sample's answer, adapted to this child."""
    if isinstance(answer, str):
        return answer.replace(SAMPLE_CHILD, forename.split(" ")[0] or SAMPLE_CHILD)
    if isinstance(answer, list):
        return [_named(one, forename) for one in answer]
    if isinstance(answer, dict):
        return {key: _named(value, forename) for key, value in answer.items()}
    return answer


def _known(form_key: str, question: Question) -> Any:
    """Return what the sample case says to this question; None if it says nothing that fits."""
    known = BY_FORM.get(form_key, {}).get(question.id, BY_QUESTION.get(question.id))
    if question.kind == "choice" and known not in {option.value for option in question.options}:
        return None
    return known


def _answer(form_key: str, question: Question) -> Any:
    known = _known(form_key, question)
    if question.kind == "table":
        return _rows(question, known)
    if known is not None:
        return known
    if not question.required and question.kind != "yes_no":
        return [] if question.kind == "choices" else ""
    return _any_answer(question)


def _any_answer(question: Question) -> Any:
    """Return a valid answer to a question without a sample."""
    if question.kind == "choice":
        return question.options[0].value
    if question.kind == "choices":
        return [question.options[0].value]
    if question.kind in ("number", "money"):
        least = question.min if isinstance(question.min, int | float) else 0
        most = question.max if isinstance(question.max, int | float) else 10
        return max(least, min(10, most))
    if question.kind == "date":
        dated = [
            limit for limit in (question.min, question.max) if isinstance(limit, str) and limit != "today"
        ]
        return "2099-01-01" if question.min == "today" else dated[0] if dated else CODES["date"]
    if question.kind in ("text", "long_text") and question.max_length:
        return CODES[question.kind][: question.max_length]
    return CODES[question.kind]


def _rows(question: Question, known: Any) -> list[dict[str, Any]]:
    """Return the sample's rows with every column answered that must be; none for an optional table without a sample."""
    least = int(question.min) if isinstance(question.min, int | float) else 1
    rows = known if known is not None else [{}] * least if question.required else []
    return [
        {
            column.id: row[column.id] if column.id in row else _any_answer(column) if column.required else ""
            for column in question.columns
        }
        for row in rows
    ]
