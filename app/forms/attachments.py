"""Files attached to the questions of a form."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field

from app.core.activity_limits import UPLOADS, count_mine
from app.core.errors import NotFound, TooMany
from app.core.unit_of_work import AppContext, UnitOfWork
from app.core.wording import N_, Wording
from app.documents.documents import Received, received, store_of
from app.documents.events import DocumentAdded, DocumentRemoved
from app.documents.rules.upload_refusals import UploadError
from app.documents.tables import Document
from app.forms.definitions import Question, Section
from app.forms.form_context import FormContext, change_state
from app.forms.section_posts import Upload

MOST_FILES = 30
"""The most files for one question."""


@dataclass
class StoredUploads:
    """Chosen files that are in the store and not attached yet."""

    files: list[tuple[Upload, Received]] = field(default_factory=list)
    refused: list[tuple[Upload, UploadError]] = field(default_factory=list)
    unwanted: list[Received] = field(default_factory=list)
    """Files that were not attached in the end."""


@contextmanager
def stored(context: AppContext, uploads: Sequence[Upload]) -> Iterator[StoredUploads]:
    """Check these files and write them to the store, outside any transaction, because this is slow.

    Files that are not attached, or all of them when the use case fails, are removed from the store.
    """
    found = StoredUploads()
    with ExitStack() as stack:
        for upload in uploads:
            try:
                one = stack.enter_context(received(context, upload.name, upload.content))
            except UploadError as refused:
                found.refused.append((upload, refused))
            else:
                found.files.append((upload, one))
        yield found
    for each in found.unwanted:
        store_of(context).remove(each.stored.key)


def question_for_files(opened: FormContext, section_id: str, question_id: str) -> tuple[Section, Question]:
    """Return the section and question these files answer.

    Raises NotFound when the form does not ask for files there.
    """
    section = opened.section(section_id)
    for question in section.questions_on_page(opened.answers):
        if question.id == question_id and question.kind == "files":
            return section, question
    raise NotFound("Question")


def make_room(
    work: UnitOfWork, opened: FormContext, section_id: str, question_id: str, coming: int = 0
) -> None:
    """Check that a file may be attached, before it is written to the store; `coming` more are being stored.

    Raises UploadError when there are too many already, or when this person adds files faster than people do.
    """
    opened.writing_step()
    _place_for_one(opened, section_id, question_id, coming)
    try:
        count_mine(work, UPLOADS)
    except TooMany as many:
        text = Wording(N_("You have added many files in a short time. Wait an hour, then add this one"))
        raise UploadError(text) from many


def _place_for_one(
    opened: FormContext, section_id: str, question_id: str, coming: int = 0
) -> tuple[Section, Question]:
    section, question = question_for_files(opened, section_id, question_id)
    if len(opened.files(question.id)) + coming >= MOST_FILES:
        raise UploadError(
            Wording(N_("You can add up to %(limit)s files here. Remove one first"), limit=MOST_FILES)
        )
    return section, question


def attach(
    work: UnitOfWork, opened: FormContext, section_id: str, question_id: str, one: Received
) -> Document:
    """Attach a received file to a question of a draft and return it.

    Raises UploadError when there are too many already.
    """
    step = opened.writing_step()
    section, question = _place_for_one(opened, section_id, question_id)
    change_state(work, opened, step)
    document = work.add(
        Document(
            child_id=opened.form.child_id,
            form_id=opened.form.id,
            section=section.id,
            question=question.id,
            name=one.name,
            media_type=one.kind.media_type,
            size=one.stored.size,
            sha256=one.stored.sha256,
            storage_key=one.stored.key,
            state=one.state,
            added_by_id=work.me.user_id,
            restricted=question.restricted,
        )
    )
    work.record(DocumentAdded(document_id=document.id, child_id=document.child_id))
    return document


def take_off(work: UnitOfWork, opened: FormContext, document_id: int) -> None:
    """Remove a file from a draft. A file sent earlier stays with the version it was sent with. Raises NotFound."""
    opened.writing_step()
    if not any(one.id == document_id and one.removed_at is None for one in opened.documents):
        raise NotFound("Document")
    document = work.get(Document, document_id)
    document.removed_at = work.now
    work.record(DocumentRemoved(document_id=document.id, child_id=document.child_id))
