"""Looks through a restored portal and says what is there."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa

from app.models import Child, Document, Submission
from app.post.audit import verify
from app.post.audit_heads import kept_heads
from app.services.documents import store_of
from app.services.work import Office
from app.store.database_copy import count_rows
from app.store.files import FileStore
from app.store.guard import look_as_system
from bench.drill.filling import CANARIES

AFTERWARDS = {"audit": 1}
"""A restore writes one row of its own: that it happened."""


@dataclass(frozen=True)
class Found:
    """What stands in the restored place."""

    other_counts: list[str]
    lost: int
    canaries: int
    without_file: int
    audit_whole: bool
    audit_rows: int


def compare(office: Office, manifest: Path, must_be_there: Iterable[int]) -> Found:
    """Against the backup's own list, and against what was acknowledged before it began."""
    told = json.loads(manifest.read_bytes())
    expected = {name: rows + AFTERWARDS.get(name, 0) for name, rows in told["counts"].items()}
    with office.database.engine.connect() as connection:
        now = count_rows(connection, sorted(expected))
    store = store_of(office)
    with office.database.open() as session:
        look_as_system(session, "a drill looks at what came back")
        there = set(session.scalars(sa.select(Child.id)))
        keys = list(session.scalars(sa.select(Document.storage_key)))
        canaries = [
            session.scalars(sa.select(Child.id).where(Child.surname == CANARIES[0])).first() is not None,
            any(CANARIES[1] in str(answers) for answers in session.scalars(sa.select(Submission.answers))),
            any(_holds(store, key, CANARIES[2].encode()) for key in keys),
        ]
        verdict = verify(
            session, office.settings.audit_key, [*kept_heads(office.settings.data_dir), told["audit_head"]]
        )
    return Found(
        other_counts=[name for name, rows in expected.items() if now[name] != rows],
        lost=len(set(must_be_there) - there),
        canaries=sum(canaries),
        without_file=sum(not store.path(key).is_file() for key in keys),
        audit_whole=verdict.ok,
        audit_rows=verdict.rows,
    )


def _holds(store: FileStore, key: str, text: bytes) -> bool:
    path = store.path(key)
    return path.is_file() and path.read_bytes() == text
