"""The frozen objects of a form definition: a published version never changes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

from app.core.wording import N_, Wording

if TYPE_CHECKING:
    from app.forms.definitions.conditions import Condition

Answers = Mapping[str, Mapping[str, Any]]
"""All answers of a form: `{"section id": {"question id": value}}`."""

SectionAnswers = Mapping[str, Any]
"""The answers of one section: `{"question id": value}`."""

MOST_RADIOS = 8
"""With more options than this a drop-down list is easier to use than radio buttons."""


LONGEST_TEXT, LONGEST_LONG_TEXT = 500, 10_000
"""Characters in an answer whose question sets no limit of its own."""


class DefinitionError(ValueError):
    """A form definition that cannot be used; `faults` names everything that is wrong with it."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("; ".join(faults))
        self.faults = faults


@dataclass(frozen=True)
class Option:
    """One of the answers to choose from; `value` is stored, `label` is shown."""

    value: str
    label: str
    hint: str = ""


@dataclass(frozen=True)
class Question:
    """One question of a form. `name` is used in messages: "Enter {name}", "Select yes if {name}"."""

    id: str
    kind: str
    label: str
    name: str = ""
    hint: str = ""
    help: str = ""
    required: bool = False
    options: tuple[Option, ...] = ()
    columns: tuple[Question, ...] = ()
    max_length: int | None = None
    min: float | str | None = None
    max: float | str | None = None
    show_if: Mapping[str, Any] | None = field(default=None, hash=False)
    condition: Condition | None = None
    condition_text: str = ""
    fact: str = ""
    """For prefilled questions: the known fact to show ("from" in the definition)."""
    restricted: bool = False
    """Whether only the SEN team reads it, never other professionals or the family."""
    contact: bool = False
    """An address, a telephone number or another way to find or reach the family."""
    row_name: str = ""
    """For tables: the name of one row, for example "Adult"."""

    @cached_property
    def unconditional(self) -> Question:
        """The same question without its condition, for answers that are shown whatever it depends on."""
        return replace(self, condition=None, show_if=None)

    @property
    def longest(self) -> int:
        """The most characters an answer in text may have."""
        return self.max_length or (LONGEST_LONG_TEXT if self.kind == "long_text" else LONGEST_TEXT)

    @property
    def is_entered(self) -> bool:
        """Whether the author answers it on the page (not prefilled, not files)."""
        return self.kind not in ("prefilled", "files")

    @property
    def looks(self) -> str:
        """The component for the choice: "radios", "select" or "checkboxes"; "" for other kinds."""
        if self.kind == "choices":
            return "checkboxes"
        if self.kind == "yes_no":
            return "radios"
        if self.kind == "choice":
            return "radios" if len(self.options) <= MOST_RADIOS else "select"
        return ""

    def option_label(self, value: Any) -> str:
        """Return the label of a stored value, or the value itself where no option has it."""
        return next((option.label for option in self.options if option.value == value), str(value))

    def column(self, column_id: str) -> Question:
        """Return the column with this id. Raises StopIteration when there is none."""
        return next(column for column in self.columns if column.id == column_id)


def _shows(item: Section | Question, answers: Answers) -> bool:
    return item.condition is None or item.condition.holds(answers) is True


@dataclass(frozen=True)
class Section:
    """One page of a form."""

    id: str
    title: str
    questions: tuple[Question, ...]
    intro: str = ""
    show_if: Mapping[str, Any] | None = field(default=None, hash=False)
    condition: Condition | None = None
    condition_text: str = ""
    form_checksum: str = ""

    def question(self, question_id: str) -> Question:
        """Return the question with this id. Raises KeyError when there is none."""
        for question in self.questions:
            if question.id == question_id:
                return question
        raise KeyError(question_id)

    def is_visible(self, answers: Answers) -> bool:
        """Return whether the section applies, given all answers of the form."""
        return _shows(self, answers)

    def visible_questions(self, answers: Answers) -> list[Question]:
        """Return the questions that apply, given all answers of the form."""
        return [question for question in self.questions if _shows(question, answers)]

    def questions_on_page(self, answers: Answers) -> list[Question]:
        """Return the questions to draw, including those that another answer on the same page may show."""
        return [
            question
            for question in self.questions
            if question.condition is None or question.condition.holds(answers, self.id) is not False
        ]


ADVICE_DUE = "advice.due_on"
INFORMATION_INTRO = Wording(
    N_(
        "The council is deciding whether to assess this child’s needs and asks you for information. This is not statutory "
        "advice, and the law sets no date for it. We say “child” for a child or a young person up to the age of 25."
    )
)


ATTENTION_INTRO = Wording(
    N_(
        "Use this form to bring a child to the council’s attention, because you think that they have or may have special "
        "educational needs (Children and Families Act 2014, sections 23 and 24). You can answer the sections in any order, "
        "save and come back. Once you send it, the council has 6 weeks to decide whether to assess."
    )
)


def _not_advice(text: str) -> str:
    return Wording(text.replace("advice", "information").replace("Advice", "Information")) if text else ""


@dataclass(frozen=True)
class FormDefinition:
    """A whole form in one version."""

    key: str
    title: str
    audience: tuple[str, ...]
    sections: tuple[Section, ...]
    intro: str = ""
    checksum: str = ""

    @cached_property
    def _by_id(self) -> dict[str, Section]:
        return {section.id: section for section in self.sections}

    @cached_property
    def depended_on(self) -> frozenset[tuple[str, str]]:
        """The section and question of every answer that a section or question of this form depends on."""
        from app.forms.definitions.conditions import questions_in

        conditions = [section.condition for section in self.sections]
        conditions += [question.condition for section in self.sections for question in section.questions]
        return frozenset(found for condition in conditions for found in questions_in(condition))

    def section(self, section_id: str) -> Section:
        """Return the section with this id. Raises KeyError when there is none."""
        return self._by_id[section_id]

    def question(self, question_id: str) -> tuple[Section, Question]:
        """Return the question with this id, and its section; ids are unique in the form. Raises KeyError."""
        for section in self.sections:
            for question in section.questions:
                if question.id == question_id:
                    return section, question
        raise KeyError(question_id)

    def visible_sections(self, answers: Answers) -> list[Section]:
        """Return the sections that apply, given the answers so far."""
        return [section for section in self.sections if section.is_visible(answers)]

    def as_information(self) -> FormDefinition:
        """Return the variant for information asked before an assessment is agreed.

        It is not called advice, and names no statutory date.
        """
        sections = tuple(
            replace(
                section,
                title=_not_advice(section.title),
                questions=tuple(
                    replace(q, label=_not_advice(q.label), name=_not_advice(q.name))
                    for q in section.questions
                    if q.fact != ADVICE_DUE
                ),
                form_checksum=f"{section.form_checksum}-information",
            )
            for section in self.sections
        )
        return replace(self, intro=INFORMATION_INTRO, sections=sections)

    def as_attention(self) -> FormDefinition:
        """Return the variant for an early years setting, which brings a child to attention."""
        return replace(self, intro=ATTENTION_INTRO)

    def without_restricted(self) -> FormDefinition:
        """Return the form without restricted questions, for people outside the SEN team."""
        sections = tuple(
            replace(
                section,
                questions=tuple(q for q in section.questions if not q.restricted),
                form_checksum=f"{section.form_checksum}-open",
            )
            for section in self.sections
        )
        return replace(self, sections=tuple(section for section in sections if section.questions))
