"""Forms as data: questions, conditions, missing answers, and answers as text.

A form definition is JSON, parsed once into frozen objects. Answers are plain JSON too: `{"section id": {"question
id": value}}`. This package depends on neither pages nor tables.
"""

from app.forms.definitions.check import (
    Problem,
    SectionStatus,
    check_complete,
    check_draft,
    check_section_complete,
    section_status,
)
from app.forms.definitions.definition import (
    Answers,
    DefinitionError,
    FormDefinition,
    Option,
    Question,
    Section,
    SectionAnswers,
)
from app.forms.definitions.facts import FACTS, FROM_REQUEST, facts_needed, with_facts
from app.forms.definitions.parse import checksum, parse, parse_once
from app.forms.definitions.reading import FieldsOfMany, add_row, put_section, read_section, remove_row
from app.forms.definitions.text import NOT_PROVIDED, AnswerLine, AnswerTable, answer_lines, answers_as_text

__all__ = [
    "FACTS",
    "FROM_REQUEST",
    "NOT_PROVIDED",
    "AnswerLine",
    "AnswerTable",
    "Answers",
    "DefinitionError",
    "FieldsOfMany",
    "FormDefinition",
    "Option",
    "Problem",
    "Question",
    "Section",
    "SectionAnswers",
    "SectionStatus",
    "add_row",
    "answer_lines",
    "answers_as_text",
    "check_complete",
    "check_draft",
    "check_section_complete",
    "checksum",
    "facts_needed",
    "parse",
    "parse_once",
    "put_section",
    "read_section",
    "remove_row",
    "section_status",
    "with_facts",
]
