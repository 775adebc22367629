"""Save a section of a form as its page posted it. Each function is one press: one transaction, one outcome.

What may not be saved at all (the form was sent meanwhile, it is not this person's) raises, as in every use case.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from app.core.errors import FieldError, ValidationFailed
from app.core.unit_of_work import UnitOfWork
from app.core.wording import N_, Wording
from app.documents.rules.upload_refusals import UploadError
from app.documents.rules.uploads import clean_name
from app.forms import attachments, conflicts, drafts
from app.forms.attachments import StoredUploads
from app.forms.conflicts import Comparison, Shown
from app.forms.definitions import Problem, Section, SectionAnswers, check_draft, put_section
from app.forms.form_context import FormContext, load_form, load_form_to_save
from app.forms.section_posts import Entered, SectionPost, Upload, entered_in
from app.forms.tables.forms import SectionDraft


@dataclass(frozen=True)
class SectionSaved:
    """The section was saved, valid or not. `opened` has the new answers, so the page needs no second reading."""

    opened: FormContext
    section: Section
    draft: SectionDraft
    problems: Sequence[Problem] = ()
    """What is invalid in the saved answers."""
    goes_to: str = ""
    """The field to return to after a row or file was added or removed."""
    replaced_own: bool = False
    """Whether this person saved the section in another window meanwhile; this save replaced that one."""
    uploads: Sequence[Upload] = ()
    """Chosen files for which there is room, to be stored outside a transaction and then attached."""
    file_faults: Mapping[str, str] = field(default_factory=dict)
    """Why files were refused, by question."""


@dataclass(frozen=True)
class SectionConflict:
    """A colleague saved the section meanwhile. Nothing was overwritten, and what was posted is stashed."""

    opened: FormContext
    comparison: Comparison
    faults: Sequence[FieldError] = ()
    """Which choices between the two versions are missing."""
    uploads: Sequence[Upload] = ()
    """As in SectionSaved: files do not conflict, so they are added while the answers wait for a choice."""
    not_added: Sequence[str] = ()
    """Which files were not added, and why."""
    added: Sequence[str] = ()
    """The names of the files that were added."""
    removed: str = ""
    """The name of the file that was removed."""
    changed_since: bool = False
    """Whether choices were not saved, because one of the two texts is another one than the page showed."""


def save(
    work: UnitOfWork, form_id: int, section_id: str, post: SectionPost
) -> SectionSaved | SectionConflict:
    """Save a section and return the outcome.

    Raises NotFound, Forbidden, and InvalidState when the form can no longer be changed.
    """
    opened = load_form_to_save(work, form_id, section_id)
    section = opened.section(section_id)
    entered = entered_in(section, post, work.today)
    before = opened.drafts[section_id].version if section_id in opened.drafts else 0
    try:
        draft = drafts.save_section(work, opened, section_id, entered.answers, post.version)
    except drafts.EditConflict:
        found = _stashed(work, opened, section_id, entered.answers, post.version)
        return _with_files(work, found, entered, section)
    if entered.removed_file is not None:
        opened, _ = _without_file(work, opened, entered.removed_file)
    opened = _with_draft(opened, section, draft)
    uploads, refused = _with_room(work, opened, section, entered.uploads)
    faults = {upload.question_id: fault for upload, fault in refused}
    if entered.asks_for_file and not entered.uploads:
        faults[entered.goes_to] = Wording(N_("Select a file"))
    return SectionSaved(
        opened,
        section,
        draft,
        problems=check_draft(section, opened.answers.get(section.id) or {}, opened.answers, work.today),
        goes_to=entered.goes_to,
        replaced_own=before > post.version and draft.version > before,
        uploads=uploads,
        file_faults=faults,
    )


def autosave(
    work: UnitOfWork, form_id: int, section_id: str, post: SectionPost
) -> SectionDraft | SectionConflict:
    """Save a section while its author is still entering it; return the draft, or the conflict. Raises as `save`."""
    opened = load_form_to_save(work, form_id, section_id)
    entered = entered_in(opened.section(section_id), post, work.today)
    try:
        return drafts.autosave_section(work, opened, section_id, entered.answers, post.version)
    except drafts.EditConflict:
        return _stashed(work, opened, section_id, entered.answers, post.version)


def attach(work: UnitOfWork, saved: SectionSaved, stored: StoredUploads) -> SectionSaved:
    """Attach the stored files of a section that was saved before, and return the outcome with them.

    A file that is refused is marked in `stored`, to be removed from the store.
    """
    opened, _, refused = _attached(work, saved.opened.form.id, saved.section, stored)
    faults = {**saved.file_faults, **{upload.question_id: fault for upload, fault in refused}}
    return replace(saved, opened=opened, uploads=(), file_faults=faults)


def attach_in_conflict(work: UnitOfWork, found: SectionConflict, stored: StoredUploads) -> SectionConflict:
    """Attach the stored files of a section whose answers are in conflict, and return the conflict. Marks as `attach`."""
    opened, added, refused = _attached(work, found.opened.form.id, found.comparison.section, stored)
    not_added = [*found.not_added, *(fault for _, fault in refused)]
    return replace(found, opened=opened, uploads=(), added=added, not_added=not_added)


def _attached(
    work: UnitOfWork, form_id: int, section: Section, stored: StoredUploads
) -> tuple[FormContext, list[str], list[tuple[Upload, str]]]:
    """Attach what is stored. Return the form with the files, their names, and why others were refused."""
    opened = load_form_to_save(work, form_id)
    added: list[str] = []
    refused = [(upload, _file_fault(upload.name, problem)) for upload, problem in stored.refused]
    for upload, received in stored.files:
        try:
            document = attachments.attach(work, opened, section.id, upload.question_id, received)
        except UploadError as problem:
            refused.append((upload, _file_fault(upload.name, problem)))
            stored.unwanted.append(received)
        else:
            opened = replace(opened, documents=[*opened.documents, document])
            added.append(document.name)
    return opened, added, refused


def conflict(work: UnitOfWork, form_id: int, section_id: str) -> SectionConflict:
    """Return this person's stashed answers compared with the section as it is now. Raises NotFound without any."""
    opened = load_form(work, form_id)
    return SectionConflict(opened, conflicts.compare(work, opened, section_id))


def settle(
    work: UnitOfWork,
    form_id: int,
    section_id: str,
    picks: Mapping[str, str],
    by_hand: SectionAnswers,
    shown: Shown,
) -> SectionSaved | SectionConflict:
    """Save a section as chosen question by question and return the outcome; `shown` is what the page compared.

    The conflict stays where either text has changed again or a choice is missing. Raises NotFound when there is none.
    """
    opened = load_form_to_save(work, form_id)
    section = opened.section(section_id)
    try:
        draft = conflicts.settle(work, opened, section_id, picks, by_hand, shown)
    except drafts.EditConflict:
        return SectionConflict(opened, conflicts.compare(work, opened, section_id), changed_since=True)
    except ValidationFailed as refused:
        return SectionConflict(opened, conflicts.compare(work, opened, section_id), refused.faults)
    return SectionSaved(_with_draft(opened, section, draft), section, draft)


def _stashed(
    work: UnitOfWork, opened: FormContext, section_id: str, answers: SectionAnswers, version: int
) -> SectionConflict:
    conflicts.stash(work, opened, section_id, answers, version)
    return SectionConflict(opened, conflicts.compare(work, opened, section_id))


def _with_files(
    work: UnitOfWork, found: SectionConflict, entered: Entered, section: Section
) -> SectionConflict:
    """Remove and make room for files as the page asked: they do not conflict, and a page shows them as they are."""
    opened, removed = found.opened, ""
    if entered.removed_file is not None:
        opened, removed = _without_file(work, opened, entered.removed_file)
    uploads, refused = _with_room(work, opened, section, entered.uploads)
    not_added = [fault for _, fault in refused]
    return replace(found, opened=opened, uploads=uploads, not_added=not_added, removed=removed)


def _without_file(work: UnitOfWork, opened: FormContext, document_id: int) -> tuple[FormContext, str]:
    """Remove a file, and return the form without it and its name.

    Nothing happens, and the name is empty, for a file that is not there: what was typed is saved although a colleague
    removed the file first.
    """
    document = next((one for one in opened.documents if one.id == document_id), None)
    if document is None or document.removed_at is not None:
        return opened, ""
    attachments.take_off(work, opened, document_id)
    left = [one for one in opened.documents if one.id != document_id]
    return replace(opened, documents=left), document.name


def _with_draft(opened: FormContext, section: Section, draft: SectionDraft) -> FormContext:
    """Return the form with the answers of a section that was just saved."""
    answers = put_section(opened.answers, section, draft.answers)
    return replace(opened, answers=answers, drafts={**opened.drafts, section.id: draft})


def _with_room(
    work: UnitOfWork, opened: FormContext, section: Section, uploads: Sequence[Upload]
) -> tuple[list[Upload], list[tuple[Upload, str]]]:
    """Return the files that there is room for, and why others are refused, before any is written to the store.

    Files for a question that the saved answers take off the page are left out, as the page leaves out the question.
    """
    on_page = {question.id for question in section.questions_on_page(opened.answers)}
    wanted: list[Upload] = []
    refused: list[tuple[Upload, str]] = []
    for upload in (one for one in uploads if one.question_id in on_page):
        coming = sum(one.question_id == upload.question_id for one in wanted)
        try:
            attachments.make_room(work, opened, section.id, upload.question_id, coming)
        except UploadError as problem:
            refused.append((upload, _file_fault(upload.name, problem)))
        else:
            wanted.append(upload)
    return wanted, refused


def _file_fault(name: str, refused: UploadError) -> str:
    return Wording(N_("%(file)s: %(problem)s"), file=clean_name(name), problem=refused.text)
