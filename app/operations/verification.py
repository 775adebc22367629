"""Verify the data of this portal: its tables, its audit log and every document's file."""

from collections.abc import Sequence
from dataclasses import dataclass

from app.core.audit.chain import Verdict, verify
from app.core.audit.heads import stored_heads
from app.core.database.migrations import newest_revision
from app.core.database.row_filter import bypass_row_filter
from app.core.files.checksum import checksum_of
from app.core.unit_of_work import AppContext
from app.documents.documents import files_to_keep, store_of
from app.operations.database_copy import revision_of


@dataclass(frozen=True)
class Verified:
    """The result of a verification."""

    migration: str
    documents: int
    missing: Sequence[int]
    """Ids of documents whose file is not in the store."""
    damaged: Sequence[int]
    """Ids of documents whose file differs from the upload."""
    audit: Verdict

    @property
    def ok(self) -> bool:
        """Whether nothing is wrong."""
        return self.migration == newest_revision() and not self.missing and not self.damaged and self.audit.ok


def verify_data(context: AppContext) -> Verified:
    """Read the audit log and every document's file, and return what is wrong. Changes nothing."""
    store, missing, damaged = store_of(context), [], []
    with context.database.open() as session:
        bypass_row_filter(session, "the data of the portal is verified")
        documents = session.execute(files_to_keep(context.clock.now())).all()
        verdict = verify(session, context.settings.audit_keys, stored_heads(context.settings.data_dir))
        migration = revision_of(session.connection())
    for number, key, sha256 in documents:
        try:
            with store.open(key) as file:
                if checksum_of(file) != sha256:
                    damaged.append(number)
        except FileNotFoundError:
            missing.append(number)
    return Verified(migration, len(documents), missing, damaged, verdict)
