"""Looks through a restored portal and says what is there."""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa

from app.core.audit.chain import verify
from app.core.audit.heads import stored_heads
from app.core.database.row_filter import bypass_row_filter
from app.core.files.checksum import checksum_of
from app.core.files.storage import Store
from app.core.unit_of_work import AppContext
from app.documents.documents import store_of
from app.models import Child, Document, Submission
from app.operations.database_copy import count_rows
from bench.drill.filling import CANARIES

AFTERWARDS = {"audit": 1}
"""A restore writes one row of its own: that it happened."""


@dataclass(frozen=True)
class Found:
    """The contents of the restored portal."""

    other_counts: list[str]
    lost: int
    canaries: int
    without_file: int
    other_bytes: int
    """Documents whose file is there and is not what was uploaded."""
    audit_whole: bool
    audit_rows: int


def compare(context: AppContext, manifest: Path, must_be_there: Iterable[int]) -> Found:
    """Against the backup's own list, and against what was acknowledged before it began."""
    manifest_facts = json.loads(manifest.read_bytes())
    expected = {name: rows + AFTERWARDS.get(name, 0) for name, rows in manifest_facts["counts"].items()}
    with context.database.engine.connect() as connection:
        now = count_rows(connection, sorted(expected))
    store = store_of(context)
    with context.database.open() as session:
        bypass_row_filter(session, "a drill looks at what came back")
        there = set(session.scalars(sa.select(Child.id)))
        files = [
            (row.sha256, _fingerprint(store, row.storage_key))
            for row in session.execute(sa.select(Document.storage_key, Document.sha256))
        ]
        canaries = [
            session.scalars(sa.select(Child.id).where(Child.surname == CANARIES[0])).first() is not None,
            any(CANARIES[1] in str(answers) for answers in session.scalars(sa.select(Submission.answers))),
            any(found == hashlib.sha256(CANARIES[2].encode()).hexdigest() for _uploaded, found in files),
        ]
        verdict = verify(
            session,
            context.settings.audit_keys,
            [*stored_heads(context.settings.data_dir), manifest_facts["audit_head"]],
        )
    return Found(
        other_counts=[name for name, rows in expected.items() if now[name] != rows],
        lost=len(set(must_be_there) - there),
        canaries=sum(canaries),
        without_file=sum(found is None for _uploaded, found in files),
        other_bytes=sum(found not in (None, uploaded) for uploaded, found in files),
        audit_whole=verdict.ok,
        audit_rows=verdict.rows,
    )


def _fingerprint(store: Store, key: str) -> str | None:
    """Return the SHA-256 of the stored file, or None if there is none."""
    try:
        with store.open(key) as content:
            return checksum_of(content)
    except FileNotFoundError:
        return None
