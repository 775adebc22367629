"""Files that the SEN team adds to a case, like the scan of a letter: only the SEN team opens them."""

from sqlalchemy import ColumnElement, and_, func, select

from app.cases.cases import child_and_case_for_update
from app.cases.tables import Case
from app.core.errors import FieldError, Forbidden, NotFound, ValidationFailed
from app.core.text_input import character_faults
from app.core.unit_of_work import UnitOfWork
from app.core.wording import N_, Wording
from app.documents.documents import Received
from app.documents.events import CaseFileRemoved, DocumentAdded
from app.documents.tables import Document

CASE_FILES = "case"
"""The section of these files, which tells them from plans and letters."""
MOST_FILES = 100
LONGEST_REASON = 500


def add_case_file(work: UnitOfWork, case_id: int, file: Received) -> Document:
    """Add a received file to a case and return it; for the SEN team only.

    Raises ValidationFailed where the case has the file already, or too many.
    """
    if not work.me.in_sen_team:
        raise Forbidden("add_case_file")
    case = child_and_case_for_update(work, case_id)
    there = _of_case(case.id)
    same = select(Document.id).where(there, Document.sha256 == file.stored.sha256)
    if work.session.scalars(same.limit(1)).first() is not None:
        raise ValidationFailed(FieldError("file", Wording(N_("The case has this file already"))))
    if (work.session.scalar(select(func.count()).where(there)) or 0) >= MOST_FILES:
        text = N_("A case can have up to %(limit)s files. Remove one first")
        raise ValidationFailed(FieldError("file", Wording(text, limit=MOST_FILES)))
    document = work.add(
        Document(
            child_id=case.child_id,
            case_id=case.id,
            section=CASE_FILES,
            name=file.name,
            media_type=file.kind.media_type,
            size=file.stored.size,
            sha256=file.stored.sha256,
            storage_key=file.stored.key,
            state=file.state,
            added_by_id=work.me.user_id,
            given_at=work.now,
            created_at=work.now,
        )
    )
    work.record(DocumentAdded(document_id=document.id, child_id=document.child_id))
    return document


def remove_case_file(work: UnitOfWork, document_id: int, reason: str) -> Document:
    """Remove a file that was added by mistake, with the reason, and return it; no one opens it any more, and a day later
    it is deleted from the store.

    For the SEN team only. Raises ValidationFailed without a reason, and NotFound where it is removed already.
    """
    if not work.me.in_sen_team:
        raise Forbidden("remove_case_file")
    if faults := _reason_faults(reason):
        raise ValidationFailed(*faults)
    child_and_case_for_update(work, case_file(work, document_id).case_id or 0)
    held = select(Document).where(Document.id == document_id, Document.removed_at.is_(None))
    document = work.session.scalars(held.execution_options(populate_existing=True)).one_or_none()
    if document is None:
        raise NotFound("Document")
    document.removed_at, document.given_at = work.now, None
    work.session.flush()
    work.record(CaseFileRemoved(document_id=document.id, child_id=document.child_id, reason=reason.strip()))
    return document


def case_file(work: UnitOfWork, document_id: int) -> Document:
    """Return a file that the SEN team added to a case. Raises NotFound for any other."""
    document = work.get(Document, document_id)
    if document.case_id is None or document.section != CASE_FILES:
        raise NotFound("Document")
    return document


def case_files(work: UnitOfWork, case: Case) -> list[Document]:
    """Return the files that the SEN team added to a case, the newest first; none for other readers."""
    found = select(Document).where(_of_case(case.id)).order_by(Document.id.desc())
    return list(work.session.scalars(found)) if work.me.in_sen_team else []


def _of_case(case_id: int) -> ColumnElement[bool]:
    return and_(Document.case_id == case_id, Document.section == CASE_FILES, Document.removed_at.is_(None))


def _reason_faults(reason: str) -> list[FieldError]:
    if not reason.strip():
        return [FieldError("reason", Wording(N_("Enter why you are removing the file")))]
    if len(reason.strip()) > LONGEST_REASON:
        text = N_("Use %(longest)s characters or fewer")
        return [FieldError("reason", Wording(text, longest=LONGEST_REASON))]
    return character_faults("reason", reason)
