"""Attach files to forms: inspect them, store them outside every web folder, and open them for those who may see them.

The row filter decides who may open a file.
"""

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
from app.core.files.storage import FileStore, Store, StoredFile
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
"""A packed file may unpack to 200 MB, so at most two are checked at once."""
IN_MEMORY = 500_000
"""Bytes; a larger file is read through a temporary file, as an uploaded one is."""


@dataclass(frozen=True)
class Received:
    """A checked file in the store that is not attached to anything yet."""

    name: str
    kind: FileKind
    stored: StoredFile
    state: DocumentState


def store_of(context: AppContext) -> Store:
    """Return the file store: an S3 store where one is configured, else a local folder."""
    if context.settings.s3 is not None:
        return S3Store(context.settings.s3)
    return FileStore(context.settings.data_dir / "files")


def receive(context: AppContext, raw_name: str, file: BinaryIO) -> Received:
    """Check a file and write it to the store, before any row is added; return it. Raises UploadError with advice."""
    name = clean_name(raw_name)
    file.seek(0, 2)
    with turn(_CHECKING):
        kind = check_upload(name, file, file.tell())
        if kind.extension == "pdf":
            inspect_pdf(file)
    store = store_of(context)
    stored = store.keep(file)
    state = _scan(context, stored.key)
    if state is DocumentState.refused:
        store.remove(stored.key)
        raise UploadError(Wording(HARMFUL))
    return Received(named_as(name, kind), kind, stored, state)


@contextmanager
def received(context: AppContext, raw_name: str, file: BinaryIO) -> Iterator[Received]:
    """Receive a file, and remove it from the store when attaching it fails."""
    one = receive(context, raw_name, file)
    try:
        yield one
    except (UploadError, PortalError):
        store_of(context).remove(one.stored.key)
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


def open_for_download(work: UnitOfWork, document_id: int) -> tuple[Document, BinaryIO]:
    """Return a file and its open content, which the caller closes; record the download.

    Raises InvalidState until the file is found clean, NotFound, and Damaged when the checksum differs, so that no one
    gets another child's report under this name. The transaction is ended while the file is read, because the store
    may be slow.
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
    """Return the content as a file that can be read twice."""
    if content.seekable():
        return content
    copy = cast(BinaryIO, SpooledTemporaryFile(max_size=IN_MEMORY))  # noqa: SIM115 - the caller closes it
    with content:
        shutil.copyfileobj(content, copy)
    copy.seek(0)
    return copy


def scan_waiting(session: Session, context: AppContext) -> int:
    """Scan again the files that the scanner did not answer for; return how many were settled. For the worker.

    No transaction is open while the scanner works.
    """
    is_waiting = and_(Document.state == DocumentState.received, Document.removed_at.is_(None))
    waiting = session.execute(select(Document.id, Document.storage_key).where(is_waiting)).all()
    session.rollback()
    settled = 0
    for document_id, key in waiting:
        try:
            state = _scan(context, key)
        except OSError as error:  # the other files are still scanned
            log.error("document %s waits for the scanner and can't be read: %s", document_id, error.strerror)
            continue
        if state is DocumentState.received:
            continue
        begin_writing(session)
        session.execute(update(Document).where(Document.id == document_id, is_waiting).values(state=state))
        session.commit()
        if state is DocumentState.refused:
            store_of(context).remove(key)
        settled += 1
    return settled


def files_to_keep(now: datetime) -> Select[int, str, str]:
    """Return the id, storage key and checksum of every document whose file must exist."""
    return select(Document.id, Document.storage_key, Document.sha256).where(
        Document.state != DocumentState.refused,
        or_(
            Document.removed_at.is_(None),
            Document.given_at.is_not(None),
            Document.removed_at > now - ORPHANED_AFTER,
        ),
    )


def sweep(session: Session, context: AppContext, now: datetime) -> int:
    """Delete files without a document for a day: no row, or removed from a draft unsent. Return how many. For the
    worker.

    Rows whose file is missing are logged as errors; only an administrator can repair those.
    """
    needed = {row.storage_key: row.id for row in session.execute(files_to_keep(now))}
    session.rollback()  # no transaction is open while the store is listed
    store = store_of(context)
    swept = 0
    for entry in store.older_than(now - ORPHANED_AFTER):
        if entry.key not in needed or not entry.whole:
            store.drop(entry)
            swept += 1
    for document_id in without_file(store, needed):
        log.error("document %s has no file", document_id)
    return swept


def without_file(store: Store, needed: dict[str, int]) -> Iterator[int]:
    """Yield the ids of those documents (storage key to id) whose file is not in the store."""
    for key, document_id in needed.items():
        try:
            store.size(key)
        except FileNotFoundError:
            yield document_id
