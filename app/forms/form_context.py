"""Load a form with its definition, answers, drafts, files and the reader's workflow roles."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.core.errors import NotFound
from app.core.roles import WorkflowRole
from app.core.unit_of_work import UnitOfWork
from app.core.workflow import Step
from app.documents.tables import Document
from app.forms.definitions import FormDefinition, Section, SectionStatus, section_status, with_facts
from app.forms.form_facts import known_facts
from app.forms.form_templates import definition_of
from app.forms.queries.forms import (
    documents_of,
    drafts_of,
    form_and_child_for_update,
    form_for_update,
    form_to_read,
)
from app.forms.rules.workflow import WORKFLOWS, FormState
from app.forms.tables.forms import Form, SectionDraft
from app.forms.workflow_roles import workflow_roles_of

WRITING = ("save", "correct")
"""The steps with which an author changes a form's answers."""


@dataclass(frozen=True)
class FormContext:
    """A form with its definition, the answers so far, and this person's workflow roles in it."""

    form: Form
    definition: FormDefinition
    answers: dict[str, dict[str, Any]]
    """All answers so far, with the known facts and the attached files."""
    drafts: Mapping[str, SectionDraft]
    documents: Sequence[Document]
    roles: frozenset[WorkflowRole]

    @property
    def steps(self) -> list[str]:
        """The steps this person may take now."""
        return WORKFLOWS[self.form.kind].open_to(self.form.state, self.roles)

    @property
    def writable(self) -> bool:
        """Whether this person may change the answers now."""
        return not set(self.steps).isdisjoint(WRITING)

    @property
    def sections(self) -> list[Section]:
        """The sections that apply, given the answers so far."""
        return self.definition.visible_sections(self.answers)

    def section(self, section_id: str) -> Section:
        """Return a section that applies. Raises NotFound for any other."""
        for section in self.sections:
            if section.id == section_id:
                return section
        raise NotFound("Section")

    def status(self, section: Section, work: UnitOfWork) -> SectionStatus:
        """Return how far a section has come."""
        return section_status(section, self.answers.get(section.id), self.answers, work.today)

    def step(self, name: str) -> Step[FormState]:
        """Return the step, if it may be taken now. Raises Forbidden or InvalidState."""
        return WORKFLOWS[self.form.kind].step(name, self.form.state, self.roles)

    def writing_step(self) -> Step[FormState]:
        """Return the step by which answers are saved now. Raises Forbidden or InvalidState."""
        possible = [name for name in WRITING if name in self.steps]
        return self.step(possible[0] if possible else "save")

    def files(self, question_id: str) -> list[Document]:
        """Return the files attached to a question and not removed."""
        return [one for one in self.documents if one.question == question_id and one.removed_at is None]


def load_form(work: UnitOfWork, form_id: int, section_id: str | None = None) -> FormContext:
    """Return a form to read. Raises NotFound when this person may not see it.

    Only for a page of one section: with its id, the facts that other sections show are not looked up.
    """
    return _form_context(work, form_to_read(work.session, form_id), section_id)


def load_form_to_save(work: UnitOfWork, form_id: int, section_id: str | None = None) -> FormContext:
    """Return a form as `load_form`, locked until this transaction ends, to save answers in it. Raises NotFound.

    It is read-only, because a save seldom changes the form itself.
    """
    return _form_context(work, form_to_read(work.session, form_id, held=True), section_id)


def load_form_for_update(work: UnitOfWork, form_id: int) -> FormContext:
    """Return a form to change, locked until this transaction ends. Raises NotFound."""
    return _form_context(work, form_for_update(work.session, form_id))


def load_form_and_child_for_update(work: UnitOfWork, form_id: int) -> FormContext:
    """Return a form locked together with the child's record, for changes to the record or to other forms' sharing.

    Raises Conflict when the form was moved to another record at this moment.
    """
    return _form_context(work, form_and_child_for_update(work.session, form_id))


def _form_context(work: UnitOfWork, form: Form | None, section_id: str | None = None) -> FormContext:
    if form is None:
        raise NotFound("Form")
    saved, documents = drafts_of(work.session, form.id), documents_of(work.session, form.id)
    definition = definition_of(work.session, form)
    drafts = {draft.section: draft for draft in saved}
    answers = {section: dict(draft.answers) for section, draft in drafts.items()}
    for one in documents:
        if one.removed_at is None:
            answers.setdefault(one.section, {}).setdefault(one.question, []).append(one.id)
    filled = with_facts(definition, answers, known_facts(work, form, definition, section_id))
    return FormContext(form, definition, filled, drafts, documents, workflow_roles_of(work, form))


def change_state(work: UnitOfWork, opened: FormContext, step: Step[FormState]) -> None:
    """Put a form into the state to which writing leads, and make this person its author where it has none."""
    form = opened.form
    author_id = form.author_id or (None if work.me.in_sen_team else work.me.user_id)
    if (form.state, form.author_id) != (step.end, author_id):
        changed = work.get(Form, form.id)
        changed.state, changed.author_id = step.end, author_id
