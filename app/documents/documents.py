"""Files attached to forms: looked at, kept outside every web folder, handed out only through the row filter."""

import logging
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from tempfile import SpooledTemporaryFile
from typing import BinaryIO, cast

from sqlalchemy import Select, and_, or_, select, update
from sqlalchemy.orm import Session

from app.core.concurrency import turn
from app.core.database.engine import begin_writing, end_reading
from app.core.errors import Damaged, InvalidState, NotFound, PortalError
from app.core.files.checksum import checksum_of
from app.core.files.s3 import S3Store
from app.core.files.storage import FileStore, Kept, Store
from app.core.unit_of_work import AppContext, UnitOfWork
from app.core.wording import Wording
from app.documents.events import DocumentDownloaded
from app.documents.pdf_inspection import inspect_pdf
from app.documents.rules.upload_refusals import HARMFUL, UploadError
from app.documents.rules.uploads import FileKind, check_upload, clean_name, named_as
from app.documents.scanner import ScannerDown, scanner_at
from app.documents.tables import Document, DocumentState

log = logging.getLogger(__name__)

ORPHANED_AFTER = timedelta(hours=24)
_CHECKING = threading.BoundedSemaphore(2)
"""A packed file may unpack to 200 MB: so many are looked at at once."""
IN_MEMORY = 500_000
"""Bytes; a larger file lies in a temporary one while it is looked at, as one that is uploaded does."""


@dataclass(frozen=True)
class Received:
    """A file that may come in and is on the disk, but belongs to nothing yet."""

    name: str
    kind: FileKind
    kept: Kept
    state: DocumentState


def store_of(context: AppContext) -> Store:
    """Where this portal keeps its files: a store that speaks S3 where one is named, else a folder of its own."""
    if context.settings.s3 is not None:
        return S3Store(context.settings.s3)
    return FileStore(context.settings.data_dir / "files")


def receive(context: AppContext, raw_name: str, file: BinaryIO) -> Received:
    """Look at a file and put it on the disk, before any row is written. Raises UploadError, saying what to do."""
    name = clean_name(raw_name)
    file.seek(0, 2)
    with turn(_CHECKING):
        kind = check_upload(name, file, file.tell())
        if kind.extension == "pdf":
            inspect_pdf(file)
    store = store_of(context)
    kept = store.keep(file)
    state = _scan(context, kept.key)
    if state is DocumentState.refused:
        store.remove(kept.key)
        raise UploadError(Wording(HARMFUL))
    return Received(named_as(name, kind), kind, kept, state)


@contextmanager
def received(context: AppContext, raw_name: str, file: BinaryIO) -> Iterator[Received]:
    """The same, for as long as it is being attached: a file that is refused after all does not stay on the disk."""
    one = receive(context, raw_name, file)
    try:
        yield one
    except (UploadError, PortalError):
        store_of(context).remove(one.kept.key)
        raise


def _scan(context: AppContext, key: str) -> DocumentState:
    scanner = scanner_at(context.settings.clamd_address)
    try:
        with store_of(context).open(key) as content:
            found_clean = scanner.is_clean(content)
    except ScannerDown as down:
        log.warning("the virus scanner did not answer (%s): a file waits", down)
        return DocumentState.received
    return DocumentState.clean if found_clean else DocumentState.refused


def hand_out(work: UnitOfWork, document_id: int) -> tuple[Document, BinaryIO]:
    """A file somebody asked to open; whoever sends it closes it. Raises InvalidState until it has been found clean, and
    Damaged when it is not what was sent: nobody is given another child's report under this one's name.

    The database is not held while the file is read, which may be long and the store far away.
    """
    document = work.get(Document, document_id)
    if document.state is not DocumentState.clean:
        raise InvalidState("download")
    end_reading(work.session)
    try:
        content = _whole(store_of(work.context).open(document.storage_key))
    except FileNotFoundError as missing:
        log.error("document %s has no file", document.id)
        raise NotFound("Document") from missing
    if checksum_of(content) != document.sha256:
        content.close()
        log.error("the file of document %s is not the one that was put there", document.id)
        raise Damaged("Document")
    content.seek(0)
    begin_writing(work.session)
    work.record(DocumentDownloaded(document_id=document.id, child_id=document.child_id))
    return document, content


def _whole(content: BinaryIO) -> BinaryIO:
    """A file that can be read twice, wherever it comes from."""
    if content.seekable():
        return content
    kept = cast(BinaryIO, SpooledTemporaryFile(max_size=IN_MEMORY))  # noqa: SIM115 - whoever asked closes it
    with content:
        shutil.copyfileobj(content, kept)
    kept.seek(0)
    return kept


def scan_waiting(session: Session, context: AppContext) -> int:
    """Ask the scanner again about files it gave no answer for; gives how many were settled. For the system.

    The database is not held while the scanner takes its time.
    """
    still_waiting = and_(Document.state == DocumentState.received, Document.removed_at.is_(None))
    waiting = session.execute(select(Document.id, Document.storage_key).where(still_waiting)).all()
    session.rollback()
    settled = 0
    for document_id, key in waiting:
        try:
            state = _scan(context, key)
        except OSError as error:  # the others are not kept waiting for it
            log.error("document %s waits for the scanner and can't be read: %s", document_id, error.strerror)
            continue
        if state is DocumentState.received:
            continue
        begin_writing(session)
        session.execute(update(Document).where(Document.id == document_id, still_waiting).values(state=state))
        session.commit()
        if state is DocumentState.refused:
            store_of(context).remove(key)
        settled += 1
    return settled


def still_wanted(now: datetime) -> Select[int, str, str]:
    """Number, storage key and fingerprint of every document whose file must be there."""
    return select(Document.id, Document.storage_key, Document.sha256).where(
        Document.state != DocumentState.refused,
        or_(
            Document.removed_at.is_(None),
            Document.given_at.is_not(None),
            Document.removed_at > now - ORPHANED_AFTER,
        ),
    )


def sweep(session: Session, context: AppContext, now: datetime) -> int:
    """Delete files that belong to nothing for a day: no row, or taken off a draft unsent. For the system.

    Rows whose file is missing are reported in the log; nobody but a person can mend those.
    """
    kept = {row.storage_key: row.id for row in session.execute(still_wanted(now))}
    session.rollback()  # the database is not held while the store is walked through
    store = store_of(context)
    swept = 0
    for lying in store.older_than(now - ORPHANED_AFTER):
        if lying.key not in kept or not lying.whole:
            store.drop(lying)
            swept += 1
    for document_id in without_file(store, kept):
        log.error("document %s has no file", document_id)
    return swept


def without_file(store: Store, kept: dict[str, int]) -> Iterator[int]:
    """Those of these documents (storage key to number) whose file is not in the store."""
    for key, document_id in kept.items():
        try:
            store.size(key)
        except FileNotFoundError:
            yield document_id
