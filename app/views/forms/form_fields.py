"""The WTForms side of the form engine: one form class per section of a published form, made from its definition.

Templates draw a section by iterating over `form.asked` and giving each question's macro `form.values[question.id]`
and `form.faults`; WTForms provides the fields, the page its CSRF token. Posted values are read by
`app.forms.definitions.read_section`, not by WTForms, because a draft must store invalid input too.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from flask_wtf import FlaskForm
from wtforms import Field, MultipleFileField, RadioField, SelectField, SelectMultipleField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # the stubs are of WTForms 3.2

from app.forms.definitions import Answers, Problem, Question, Section
from app.forms.definitions.kinds import KINDS
from app.forms.definitions.simple_kinds import YesNo
from app.views.web.fields import EmailField, StringField, TelField, TextAreaField
from app.views.web.pages import translated

MOST_CLASSES = 2_000


class AnswerField(Field):
    """A question of several parts (a date, rows, a declaration) or of none; its macro draws it from the value."""


FIELDS: dict[str, type[Field]] = {
    "text": StringField,
    "long_text": TextAreaField,
    "number": StringField,
    "money": StringField,
    "upn": StringField,
    "nhs_number": StringField,
    "postcode": StringField,
    "email": EmailField,
    "phone": TelField,
    "date": AnswerField,
    "table": AnswerField,
    "declaration": AnswerField,
    "prefilled": AnswerField,
    "files": MultipleFileField,
    "choices": SelectMultipleField,
    "yes_no": RadioField,
}


class SectionForm(FlaskForm):
    """One section prepared for its page."""

    asked: list[Question]
    """The questions to draw, in their order."""
    values: dict[str, Any]
    """By question, the value for its macro: the input, or the text of a known fact."""
    shown: str
    """The questions on the page, as the page posts them back."""
    faults: dict[str, str]
    """The errors by the id of the field on the page."""

    def __getitem__(self, question_id: str) -> Field:
        """Return the field of a question."""
        return super().__getitem__(_attribute(question_id))


_classes: dict[tuple[str, str], type[SectionForm]] = {}


def _attribute(question_id: str) -> str:
    # A question may be called "data" or "errors", which mean something else on a WTForms form.
    return f"question_{question_id}"


def field_of(kind: str) -> type[Field] | None:
    """Return the field of a kind of question, or of the kind it is made from; None for a choice of one."""
    names = [getattr(each, "name", "") for each in type(KINDS[kind]).__mro__]
    return next((FIELDS[name] for name in (kind, *names) if name in FIELDS), None)


def _field(question: Question) -> Any:
    kind = field_of(question.kind) or (RadioField if question.looks == "radios" else SelectField)
    settings: dict[str, Any] = {"name": question.id, "description": question.hint}
    if question.kind == "yes_no":
        settings["choices"] = [SelectChoice(value, label) for value, label in YesNo.labels.items()]
    elif question.kind in ("choice", "choices"):
        settings["choices"] = [SelectChoice(option.value, option.label) for option in question.options]
    return kind(question.label, **settings)


def section_form_class(section: Section) -> type[SectionForm]:
    """Return the WTForms class of a section, made once for each published version."""
    key = (section.form_checksum, section.id)
    if key not in _classes:
        if len(_classes) >= MOST_CLASSES:
            _classes.clear()
        fields = {_attribute(question.id): _field(question) for question in section.questions}
        _classes[key] = type("SectionForm", (SectionForm,), fields)
    return _classes[key]


def section_form(section: Section, answers: Answers, problems: Iterable[Problem] = ()) -> SectionForm:
    """Return a section ready to draw, with all answers of the form so far and the section's errors."""
    given = answers.get(section.id) or {}
    asked = section.questions_on_page(answers)
    data = {_attribute(question.id): given.get(question.id) for question in asked if question.kind != "files"}
    form = section_form_class(section)(formdata=None, data=data, meta={"csrf": False})
    for question in section.questions:
        if question not in asked:
            del form[_attribute(question.id)]
    form.asked = [in_readers_language(question) for question in asked]
    form.shown = " ".join(question.id for question in asked)
    form.values = {question.id: _shown_value(question, given.get(question.id)) for question in asked}
    form.faults = {}
    for problem in problems:
        if problem.section_id != section.id or _attribute(problem.question_id) not in form:
            continue
        form.faults.setdefault(problem.anchor, problem.text)
        field = form[problem.question_id]
        field.errors = [*field.errors, problem.text]
    return form


def in_readers_language(question: Question) -> Question:
    """Return the question with its texts translated; text without a translation is marked as English."""
    options = tuple(
        replace(one, label=translated(one.label), hint=translated(one.hint)) for one in question.options
    )
    return replace(
        question,
        label=translated(question.label),
        hint=translated(question.hint),
        help=translated(question.help),
        row_name=translated(question.row_name),
        condition_text=translated(question.condition_text),
        options=options,
        columns=tuple(in_readers_language(column) for column in question.columns),
    )


def _shown_value(question: Question, value: Any) -> Any:
    return translated(KINDS[question.kind].text(question, value)) if question.kind == "prefilled" else value
