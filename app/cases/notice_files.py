"""Make the files of served notices, for the worker: a PDF and a Word file of each copy, as files of the case."""

import io
import logging
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session, joinedload

from app.cases.letters import Letter, as_pdf, as_word, pdf_writer
from app.cases.notice_tables import WITHOUT_FILES, Notice, NoticeCopy
from app.cases.notice_values import in_words
from app.cases.notices import body_of
from app.cases.rules.notices import blocks
from app.cases.tables import Case
from app.children.locks import child_shared
from app.core.database.engine import begin_writing
from app.core.files.storage import StoredFile
from app.core.unit_of_work import AppContext
from app.documents.documents import store_of
from app.documents.tables import Document, DocumentReader, DocumentState

log = logging.getLogger(__name__)

PDF = "application/pdf"
WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
AT_ONCE = 50
"""Copies in one run; the next run makes the rest."""


@dataclass(frozen=True)
class _Waiting:
    """A copy that waits for a file, with all that its files are made from."""

    copy_id: int
    letter: Letter
    has_pdf: bool
    has_word: bool


def make_notice_files(session: Session, context: AppContext) -> int:
    """Make the missing files of copies and return how many were made. No transaction is open while one is written.

    Without Pango only Word files are made; the PDFs follow once it is installed. A copy that fails is logged and does not
    stop the others.
    """
    waiting = _waiting(session, context.settings.council)
    session.rollback()
    made = 0
    for one in waiting:
        try:
            if not one.has_word:
                made += _attach(session, context, one.copy_id, "docx", WORD, as_word(one.letter))
            if not one.has_pdf and pdf_writer() is not None:
                made += _attach(session, context, one.copy_id, "pdf", PDF, as_pdf(one.letter))
        except Exception:
            session.rollback()
            log.exception("the files of notice copy %s could not be made", one.copy_id)
    return made


def _waiting(session: Session, council: Any) -> list[_Waiting]:
    found = select(NoticeCopy).where(WITHOUT_FILES).options(joinedload(NoticeCopy.notice))
    if pdf_writer() is None:
        found = found.where(NoticeCopy.docx_id.is_(None))
    copies = session.scalars(found.order_by(NoticeCopy.id).limit(AT_ONCE))
    sender = (council.name, council.sen_team_name, council.address)
    return [
        _Waiting(
            each.id,
            Letter(sender, in_words(each.notice.served_on), each.notice.title, blocks(body_of(each))),
            each.pdf_id is not None,
            each.docx_id is not None,
        )
        for each in copies
    ]


def _attach(
    session: Session, context: AppContext, copy_id: int, ending: str, media_type: str, content: bytes
) -> bool:
    """Store a file, and add it to the copy unless another worker did so meanwhile; return whether it was added.

    The child is locked before the copy, as by a merge and by an address that becomes secret: the file is moved and withheld
    with what it belongs to. Where the case moved to another record at this moment, the next run makes the file.
    """
    stored = store_of(context).keep(io.BytesIO(content))
    begin_writing(session)
    child_id = _child_held(session, copy_id)
    column = NoticeCopy.pdf_id if ending == "pdf" else NoticeCopy.docx_id
    copy = session.scalars(
        select(NoticeCopy)
        .where(NoticeCopy.id == copy_id, column.is_(None))
        .options(joinedload(NoticeCopy.notice))
        .with_for_update(of=NoticeCopy)
        .execution_options(populate_existing=True)
    ).one_or_none()
    if copy is None or child_id is None:
        session.rollback()
        store_of(context).remove(stored.key)
        return False
    document = _document(
        session, context, copy, child_id, f"{copy.notice.title}.{ending}", media_type, stored
    )
    session.execute(update(NoticeCopy).where(NoticeCopy.id == copy_id).values({column: document.id}))
    session.commit()
    return True


def _child_held(session: Session, copy_id: int) -> int | None:
    """Lock the child of a copy against a merge and return its id; None where the case belongs to another child since."""
    about = select(Case.child_id).join(Notice, Notice.case_id == Case.id)
    about = about.join(NoticeCopy, NoticeCopy.notice_id == Notice.id).where(NoticeCopy.id == copy_id)
    child_id = session.scalars(about).one()
    session.execute(child_shared(child_id))
    return child_id if session.scalars(about).one() == child_id else None


def _document(
    session: Session,
    context: AppContext,
    copy: NoticeCopy,
    child_id: int,
    name: str,
    media_type: str,
    stored: StoredFile,
) -> Document:
    """Add the file to the case, for the SEN team and the person whose copy it is."""
    now = context.clock.now()
    document = Document(
        child_id=child_id,
        case_id=copy.notice.case_id,
        name=name,
        media_type=media_type,
        size=stored.size,
        sha256=stored.sha256,
        storage_key=stored.key,
        state=DocumentState.clean,
        added_by_id=copy.notice.recorded_by_id,
        given_at=now,
        created_at=now,
    )
    session.add(document)
    session.flush()
    if copy.link_id is not None:
        reader = {"document_id": document.id, "link_id": copy.link_id, "withheld_at": copy.withheld_at}
        session.add(DocumentReader(**reader, created_at=now))
    return document
