"""Key rotation: encrypt again, with the newest FILE_KEY, what older keys encrypted, so that those can be thrown away.

Each row is written only if it still has the value that was decrypted, and a hundred rows are committed at a time: people can
go on working, and a run that was killed goes on where it stopped.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select, update

from app.accounts.saved_submissions import PURPOSE as FOR_SAVED_SUBMISSIONS
from app.accounts.second_step import PURPOSE as FOR_APPS
from app.core.database.row_filter import bypass_row_filter
from app.core.encryption import DecryptionError, re_encrypted
from app.core.mail.outbox import PURPOSE as FOR_MAIL
from app.core.unit_of_work import AppContext, UnitOfWork, unit_of_work
from app.models import OutboxMail, Person, SavedSubmission

BATCH = 100


@dataclass(frozen=True)
class EncryptedColumn:
    """An encrypted column."""

    words: str
    table: Any
    column: Any
    purpose: str
    bound_to: Sequence[Any]
    """The columns that identify the row and person, in the order in which the value is bound to them."""


ENCRYPTED_COLUMNS = (
    EncryptedColumn(
        "mail on its way",
        OutboxMail,
        OutboxMail.sealed_facts,
        FOR_MAIL,
        (OutboxMail.dedupe_key, OutboxMail.letter, OutboxMail.to_address),
    ),
    EncryptedColumn(
        "text kept from expired forms",
        SavedSubmission,
        SavedSubmission.sealed_fields,
        FOR_SAVED_SUBMISSIONS,
        (SavedSubmission.key_hash, SavedSubmission.person_id, SavedSubmission.path),
    ),
    EncryptedColumn("secrets of authenticator apps", Person, Person.totp_secret, FOR_APPS, (Person.id,)),
)
"""All encrypted columns."""


@dataclass
class Rotation:
    """How many values of each column were encrypted again, and the ids of the rows that no key decrypts."""

    done: dict[str, int] = field(default_factory=dict)
    broken: dict[str, list[int]] = field(default_factory=dict)


def rotate_keys(context: AppContext) -> Rotation:
    """Encrypt again what an older key or version encrypted. It may be killed at any moment and run again."""
    rotation = Rotation()
    for each in ENCRYPTED_COLUMNS:
        last: int | None = 0
        while last is not None:
            with unit_of_work(context, None) as work:
                bypass_row_filter(work.session, "what older keys encrypted is encrypted again")
                last = _rotate_some(work, rotation, each, last)
    return rotation


def _rotate_some(work: UnitOfWork, rotation: Rotation, what: EncryptedColumn, after: int) -> int | None:
    """Encrypt the next hundred rows; return the id of the last one, or None when there are no more."""
    table, column = what.table, what.column
    wanted = select(table.id, column, *what.bound_to).where(table.id > after, column.is_not(None))
    rows = work.session.execute(wanted.order_by(table.id).limit(BATCH)).all()
    for row_id, encrypted, *bound_to in rows:
        try:
            new_value = re_encrypted(work.context.settings.file_keys, what.purpose, bound_to, encrypted)
        except DecryptionError:
            rotation.broken.setdefault(what.words, []).append(row_id)
            continue
        if new_value != encrypted:
            unchanged = (table.id == row_id, column == encrypted)
            changed: Any = work.session.execute(
                update(table)
                .where(*unchanged)
                .values({column: new_value})
                .execution_options(synchronize_session=False)
            )
            rotation.done[what.words] = rotation.done.get(what.words, 0) + changed.rowcount
    return rows[-1][0] if rows else None
