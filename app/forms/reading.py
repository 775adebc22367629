"""Read submitted forms: for the SEN team, for their authors, and for those they are shared with."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.children.tables import Child
from app.core.database.row_mapper import attach
from app.core.errors import NotFound
from app.core.roles import Role, WorkflowRole
from app.core.unit_of_work import UnitOfWork
from app.core.workflow import Step
from app.documents.tables import Document
from app.forms.definitions import FROM_REQUEST, AnswerLine, FormDefinition, Section, answer_lines
from app.forms.events import FormViewed
from app.forms.form_facts import request_facts
from app.forms.form_templates import definition_of
from app.forms.queries.forms import answers_sent, documents_of, form_to_read, returns_of, submissions_of
from app.forms.rules.secrecy import WHOLE, Readable, Reader, readable
from app.forms.rules.workflow import WORKFLOWS, FormState
from app.forms.tables.forms import Form, FormReturn, Submission
from app.forms.workflow_roles import workflow_roles_of


@dataclass(frozen=True)
class ReadLine:
    """One question and its answer, with the files this reader may open."""

    line: AnswerLine
    files: Sequence[Document]
    changed: bool
    """Whether it differs from the version before."""


@dataclass(frozen=True)
class ReadSection:
    """One section as this reader may read it."""

    section: Section
    lines: Sequence[ReadLine]

    @property
    def changed(self) -> bool:
        """Whether anything in it differs from the version before."""
        return any(one.changed for one in self.lines)


@dataclass(frozen=True)
class Reading:
    """A form as one person may read it."""

    form: Form
    roles: frozenset[WorkflowRole]
    steps: Sequence[str]
    submission: Submission | None
    """The version shown; None while nothing was submitted."""
    versions: Sequence[Submission]
    """Every version this reader may choose from, newest first."""
    sections: Sequence[ReadSection]
    returns: Sequence[FormReturn]

    @property
    def is_newest(self) -> bool:
        """Whether the version shown is the newest."""
        return self.submission is not None and self.submission is self.versions[0]

    def step(self, name: str) -> Step[FormState]:
        """Return the step, if this reader may take it now. Raises Forbidden or InvalidState."""
        return WORKFLOWS[self.form.kind].step(name, self.form.state, self.roles)


def read(work: UnitOfWork, form_id: int, number: int | None = None) -> Reading:
    """Return a submitted form as this person may read it: its newest version, or version `number`.

    The SEN team and its authors may read every version and every answer; others the version shared with them, without
    restricted answers. Raises NotFound.
    """
    form = form_to_read(work.session, form_id)
    if form is None:
        raise NotFound("Form")
    roles = workflow_roles_of(work, form)
    reader = reader_of(work, roles)
    whole = reader in WHOLE
    versions = submissions_of(work.session, form_id)[: None if whole else 1]
    chosen = next((one for one in versions if number in (None, one.number)), None)
    if chosen is None and number is not None:
        raise NotFound("Submission")
    steps = WORKFLOWS[form.kind].open_to(form.state, roles)
    sections: list[ReadSection] = []
    if chosen is not None:
        sections = _sections(work, form, reader, versions, chosen)
        work.record(FormViewed(form_id=form.id, child_id=form.child_id))
    # A form in these states that was sent once was never returned.
    never_returned = len(versions) < 2 and form.state in (FormState.submitted, FormState.accepted)
    returns = returns_of(work.session, form_id) if whole and not never_returned else []
    return Reading(form, roles, steps, chosen, versions, sections, returns)


def reader_of(work: UnitOfWork, roles: frozenset[WorkflowRole]) -> Reader:
    """Return which kind of reader of a form a person with these workflow roles is."""
    if WorkflowRole.sen_team in roles:
        return Reader.sen_team
    if roles & {WorkflowRole.author, WorkflowRole.giver}:
        return Reader.author
    return Reader.family if work.me.has(Role.parent) else Reader.professional


def as_read_by(
    work: UnitOfWork,
    form: Form,
    reader: Reader,
    answers: Mapping[str, Mapping[str, Any]],
    sees_request: bool | None = None,
) -> Readable:
    """Return these answers of a form as this reader may read them.

    `sees_request` tells whether the reader may read the request too; when it is None, it is looked up for the current
    user. Others get no quotation from an older version of the request than the newest one.
    """
    definition = definition_of(work.session, form)
    if reader not in WHOLE and quotes_request(definition):
        sees_request = sees_request is not False and _quotes_as_sent(work, form, definition, answers)
    else:
        sees_request = True
    risk = form.child.contact_risk
    return readable(definition, answers, reader, contact_risk=risk, sees_request=sees_request)


def neutral_name(document: Document) -> str:
    """Return a name that reveals nothing about the family, with the ending of the file's own name."""
    _stem, dot, ending = document.name.rpartition(".")
    return f"file-{document.id}{dot}{ending if dot else ''}"


def name_to_read(work: UnitOfWork, document: Document) -> str:
    """Return the name under which this person gets a file: its own, unless the family's address must stay secret."""
    if document.form_id is None:
        child = work.get(Child, document.child_id)
        return document.name if work.me.in_sen_team or not child.contact_risk else neutral_name(document)
    form = form_to_read(work.session, document.form_id)
    if form is None:
        raise NotFound("Form")
    whole = reader_of(work, workflow_roles_of(work, form)) in WHOLE
    return document.name if whole or not form.child.contact_risk else neutral_name(document)


def _quotes_as_sent(
    work: UnitOfWork, form: Form, definition: FormDefinition, answers: Mapping[str, Mapping[str, Any]]
) -> bool:
    """Return whether this person may read the request, and the form quotes its newest version.

    A form sent before the request was corrected quotes the earlier version.
    """
    facts = request_facts(work, form.child_id)
    return bool(facts) and all(
        ((answers.get(section.id) or {}).get(question.id) or "") == facts[question.fact]
        for section in definition.sections
        for question in section.questions
        if question.fact in FROM_REQUEST
    )


def quotes_request(definition: FormDefinition) -> bool:
    """Return whether this form repeats answers of the request."""
    return any(
        question.fact in FROM_REQUEST for section in definition.sections for question in section.questions
    )


def _sections(
    work: UnitOfWork, form: Form, reader: Reader, versions: Sequence[Submission], chosen: Submission
) -> list[ReadSection]:
    before = next((one for one in versions if one.number == chosen.number - 1), None)
    found = answers_sent(work.session, [one.id for one in (chosen, before) if one is not None])
    files = {one.id: one for one in documents_of(work.session, form.id)}
    if reader not in WHOLE and form.child.contact_risk:
        for one in files.values():
            attach(one, name=neutral_name(one))
    was = _shown_answers(as_read_by(work, form, reader, found[before.id])) if before else None
    return read_sections(as_read_by(work, form, reader, found[chosen.id]), files, was)


def read_sections(
    as_read: Readable,
    files: Mapping[int, Document],
    was: Mapping[tuple[str, str], Any] | None = None,
) -> list[ReadSection]:
    """Return the sections of a form for a page."""
    return [
        ReadSection(
            section, [_line(section, line, files, was) for line in answer_lines(section, as_read.answers)]
        )
        for section in as_read.sections
    ]


def _line(
    section: Section,
    line: AnswerLine,
    files: Mapping[int, Document],
    was: Mapping[tuple[str, str], Any] | None,
) -> ReadLine:
    changed = was is not None and was.get((section.id, line.question.id)) != (line.shown, line.files)
    return ReadLine(line, [files[number] for number in line.files if number in files], changed)


def _shown_answers(as_read: Readable) -> dict[tuple[str, str], Any]:
    return {
        (section.id, line.question.id): (line.shown, line.files)
        for section in as_read.sections
        for line in answer_lines(section, as_read.answers)
    }
