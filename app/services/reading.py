"""Reading what was sent: for the SEN team, for its authors, and for those it is shared with."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from app.domain.errors import NotFound
from app.domain.events import FormViewed
from app.domain.forms import FROM_REQUEST, AnswerLine, FormDefinition, Section, answer_lines
from app.domain.workflow import WORKFLOWS, Part, Step
from app.models import Document, Form, FormReturn, Submission
from app.services.form_templates import definition_of
from app.services.parts import parts_in
from app.services.work import Work
from app.store.queries.forms import (
    answers_sent,
    documents_to_read,
    form_to_read,
    request_for,
    returns_of,
    submissions_of,
)


@dataclass(frozen=True)
class ReadLine:
    """One question and its answer, with the files this reader may open."""

    line: AnswerLine
    files: Sequence[Document]
    changed: bool
    """It reads differently from the version before."""


@dataclass(frozen=True)
class ReadSection:
    """One section as it reads."""

    section: Section
    lines: Sequence[ReadLine]

    @property
    def changed(self) -> bool:
        """Something in it reads differently from the version before."""
        return any(one.changed for one in self.lines)


@dataclass(frozen=True)
class Reading:
    """A form as one person may read it."""

    form: Form
    parts: frozenset[Part]
    steps: Sequence[str]
    submission: Submission | None
    """The version that is read; None while nothing was sent."""
    versions: Sequence[Submission]
    """Every version this reader may choose from, newest first."""
    sections: Sequence[ReadSection]
    returns: Sequence[FormReturn]

    @property
    def is_newest(self) -> bool:
        """What is read is the last that was sent."""
        return self.submission is not None and self.submission is self.versions[0]

    def step(self, name: str) -> Step:
        """The step, if this reader may take it now. Raises WrongHands or WrongMoment."""
        return WORKFLOWS[self.form.kind].step(name, self.form.state, self.parts)


def read(work: Work, form_id: int, number: int | None = None) -> Reading:
    """What was sent with a form: its newest version, or this one. The SEN team and its authors may read every
    version and every answer; others the newest, without what is restricted. Raises NotFound."""
    form = form_to_read(work.session, form_id)
    if form is None:
        raise NotFound("Form")
    parts = parts_in(work, form)
    whole = reads_all(form, parts)
    versions = submissions_of(work.session, form_id)[: None if whole else 1]
    chosen = next((one for one in versions if number in (None, one.number)), None)
    if chosen is None and number is not None:
        raise NotFound("Submission")
    steps = WORKFLOWS[form.kind].open_to(form.state, parts)
    sections: list[ReadSection] = []
    if chosen is not None:
        definition = _as_read(work, form, definition_of(work.session, form), whole)
        sections = _sections(work, form, definition, versions, chosen)
        work.tell(FormViewed(form_id=form.id, child_id=form.child_id))
    returns = returns_of(work.session, form_id) if whole else []
    return Reading(form, parts, steps, chosen, versions, sections, returns)


def reads_all(form: Form, parts: frozenset[Part]) -> bool:
    """The SEN team and the authors read everything; for the family's own form that is the family."""
    return bool(parts & {Part.sen_team, Part.author}) or (form.kind == "consent" and Part.parent in parts)


def _as_read(work: Work, form: Form, definition: FormDefinition, whole: bool) -> FormDefinition:
    """The form as this reader may read it: somebody who may not read the request may not read what was taken from it."""
    if whole:
        return definition
    readable = definition.without_restricted()
    quoted = any(
        question.fact in FROM_REQUEST for section in readable.sections for question in section.questions
    )
    if not quoted or request_for(work.session, form.child_id) is not None:
        return readable
    sections = (
        replace(section, questions=tuple(one for one in section.questions if one.fact not in FROM_REQUEST))
        for section in readable.sections
    )
    return replace(readable, sections=tuple(section for section in sections if section.questions))


def _sections(
    work: Work, form: Form, definition: FormDefinition, versions: Sequence[Submission], chosen: Submission
) -> list[ReadSection]:
    before = next((one for one in versions if one.number == chosen.number - 1), None)
    found = answers_sent(work.session, [one.id for one in (chosen, before) if one is not None])
    files = {one.id: one for one in documents_to_read(work.session, form.id)}
    was = _said(definition, found[before.id]) if before else None
    return [
        ReadSection(
            section, [_line(section, line, files, was) for line in answer_lines(section, found[chosen.id])]
        )
        for section in definition.visible_sections(found[chosen.id])
    ]


def _line(
    section: Section,
    line: AnswerLine,
    files: Mapping[int, Document],
    was: Mapping[tuple[str, str], Any] | None,
) -> ReadLine:
    changed = was is not None and was.get((section.id, line.question.id)) != (line.shown, line.files)
    return ReadLine(line, [files[number] for number in line.files if number in files], changed)


def _said(definition: FormDefinition, answers: Mapping[str, Mapping[str, Any]]) -> dict[tuple[str, str], Any]:
    return {
        (section.id, line.question.id): (line.shown, line.files)
        for section in definition.visible_sections(answers)
        for line in answer_lines(section, answers)
    }
