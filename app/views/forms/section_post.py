"""Handle the post of a section's page: add or remove rows, receive files, and save everything entered."""

from dataclasses import dataclass, field, replace

from flask import request
from werkzeug.datastructures import FileStorage

from app.core.errors import NotFound
from app.core.unit_of_work import UnitOfWork
from app.core.wording import N_, Wording
from app.documents import documents
from app.documents.rules.upload_refusals import UploadError
from app.documents.rules.uploads import clean_name
from app.forms import attachments
from app.forms.definitions import (
    Problem,
    Section,
    SectionAnswers,
    add_row,
    check_draft,
    put_section,
    remove_row,
)
from app.forms.form_context import FormContext
from app.models import SectionDraft
from app.security import app_context
from app.views.forms.form_fields import values_from
from app.views.web.base import my_work


@dataclass
class SectionPost:
    """The data posted with a section's page."""

    version: int
    entered: dict[str, object]
    goes_to: str = ""
    """The field to return to after a row or file was added or removed; empty when the section was saved."""
    taken_off: int | None = None
    """The id of the file to remove."""
    asked_to_upload: bool = False
    uploads: list[tuple[str, FileStorage]] = field(default_factory=list)
    """Files with the question they answer."""


def read_sent(section: Section, work: UnitOfWork) -> SectionPost:
    """Return the posted data, with one row more or fewer where such a button was pressed. Raises NotFound."""
    posted = SectionPost(sent_version(), values_from(section, request.form, work.today))
    if row_in := request.form.get("_add"):
        _add_row(section, posted, row_in)
    elif removed := request.form.get("_remove"):
        _remove(section, posted, removed)
    elif asked := request.form.get("_upload"):
        posted.asked_to_upload = _kind(section, asked) == "files"
        posted.goes_to = asked
    for question in section.questions:
        if question.kind == "files":
            sent = (one for one in request.uploads.getlist(question.id) if one.filename)
            posted.uploads += [(question.id, one) for one in sent]
    return posted


def sent_version() -> int:
    """Return the version of the section that the page was opened on."""
    sent = request.form.get("version", "0")
    return int(sent) if sent.isascii() and sent.isdigit() and len(sent) < 10 else 0


def _kind(section: Section, question_id: str) -> str:
    try:
        return section.question(question_id).kind
    except KeyError:
        raise NotFound("Question") from None


def _add_row(section: Section, posted: SectionPost, question_id: str) -> None:
    if _kind(section, question_id) != "table":
        raise NotFound("Question")
    rows = posted.entered.get(question_id) or [{}]  # an empty table is drawn with one row
    posted.entered = add_row(section, {**posted.entered, question_id: rows}, question_id)
    first = section.question(question_id).columns[0].id
    count = len(posted.entered[question_id])  # type: ignore[arg-type]
    posted.goes_to = f"{question_id}-{count - 1}-{first}"


def _remove(section: Section, posted: SectionPost, value: str) -> None:
    question_id, _, number = value.partition(":")
    if not number.isascii() or not number.isdigit() or len(number) > 9:
        raise NotFound("Question")
    if _kind(section, question_id) == "files":
        posted.taken_off = int(number)
    else:
        posted.entered = remove_row(section, posted.entered, question_id, int(number))
    posted.goes_to = question_id


def with_draft(opened: FormContext, section: Section, draft: SectionDraft) -> FormContext:
    """Return the form with the answers of a section that was just saved."""
    answers = put_section(opened.answers, section, draft.answers)
    return replace(opened, answers=answers, drafts={**opened.drafts, section.id: draft})


def wrong_in(opened: FormContext, section: Section, work: UnitOfWork) -> list[Problem]:
    """Return what is invalid in a saved section."""
    given: SectionAnswers = opened.answers.get(section.id) or {}
    return check_draft(section, given, opened.answers, work.today)


def receive_uploads(form_id: int, section_id: str, posted: SectionPost) -> dict[str, str]:
    """Receive the uploaded files; return the errors by question.

    Each file is written to the store before its row is added, in a commit of its own, and only where there is room
    for it.
    """
    faults: dict[str, str] = {}
    if posted.asked_to_upload and not posted.uploads:
        faults[posted.goes_to] = Wording(N_("Select a file"))
    for question_id, upload in posted.uploads:
        name, place = upload.filename or "", (form_id, section_id, question_id)
        try:
            with my_work() as work:
                attachments.make_room(work, *place)
            with documents.received(app_context(), name, upload.stream) as one, my_work() as work:
                attachments.attach(work, *place, one)
        except UploadError as refused:
            text = N_("%(file)s: %(problem)s")
            faults[question_id] = Wording(text, file=clean_name(name), problem=refused.text)
    return faults
