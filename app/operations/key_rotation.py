"""After FILE_KEY was changed: what older keys sealed is sealed anew with the newest, so that they can be thrown away.

Each row is written only if it still holds what was opened, and a hundred at a time are committed: people can go on
working, and a run that was killed goes on where it stopped.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select, update

from app.accounts.saved_submissions import PURPOSE as FOR_KEPT_POSTS
from app.accounts.second_step import PURPOSE as FOR_APPS
from app.accounts.tables.log_in import SavedSubmission
from app.accounts.tables.people import Person
from app.core.database.row_filter import bypass_row_filter
from app.core.encryption import DecryptionError, re_encrypted
from app.core.mail.outbox import PURPOSE as FOR_MAIL
from app.core.mail.outbox_table import OutboxMail
from app.core.unit_of_work import AppContext, UnitOfWork, unit_of_work

AT_ONCE = 100


@dataclass(frozen=True)
class EncryptedColumn:
    """A column that is kept sealed."""

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
        FOR_KEPT_POSTS,
        (SavedSubmission.key_hash, SavedSubmission.person_id, SavedSubmission.path),
    ),
    EncryptedColumn("secrets of authenticator apps", Person, Person.totp_secret, FOR_APPS, (Person.id,)),
)
"""Everything that is kept sealed."""


@dataclass
class Rotation:
    """How many were sealed again, by kind; and which could not be opened with any key, by their number."""

    done: dict[str, int] = field(default_factory=dict)
    broken: dict[str, list[int]] = field(default_factory=dict)


def rotate_keys(context: AppContext) -> Rotation:
    """Seal again whatever an older key or an older version sealed. Safe to be killed at any moment and run again."""
    told = Rotation()
    for each in ENCRYPTED_COLUMNS:
        last: int | None = 0
        while last is not None:
            with unit_of_work(context, None) as work:
                bypass_row_filter(work.session, "what older keys sealed is sealed anew")
                last = _rotate_some(work, told, each, last)
    return told


def _rotate_some(work: UnitOfWork, told: Rotation, what: EncryptedColumn, after: int) -> int | None:
    """Seal the next hundred; return the number of the last one, or None when there are no more."""
    table, column = what.table, what.column
    wanted = select(table.id, column, *what.bound_to).where(table.id > after, column.is_not(None))
    rows = work.session.execute(wanted.order_by(table.id).limit(AT_ONCE)).all()
    for number, sealed, *bound_to in rows:
        try:
            anew = re_encrypted(work.context.settings.file_keys, what.purpose, bound_to, sealed)
        except DecryptionError:
            told.broken.setdefault(what.words, []).append(number)
            continue
        if anew != sealed:
            still_so = (table.id == number, column == sealed)
            changed: Any = work.session.execute(
                update(table)
                .where(*still_so)
                .values({column: anew})
                .execution_options(synchronize_session=False)
            )
            told.done[what.words] = told.done.get(what.words, 0) + changed.rowcount
    return rows[-1][0] if rows else None
