"""Typed text is never lost: what somebody sends after their log-in ended is kept, sealed, until the same person is back.

Whose text it is, the form itself says: the hidden token of each page that a logged-in person gets is signed for them.
"""

import json
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, select

from app.accounts.sessions import hash_of
from app.accounts.tables.log_in import SavedSubmission
from app.core import rate_limits
from app.core.encryption import DecryptionError, decrypt, encrypt
from app.core.fingerprints import is_mark_of, mark_of
from app.core.try_limits import KEPT_FOR, Limit
from app.core.unit_of_work import AppContext, UnitOfWork

Fields = Sequence[tuple[str, str]]
PURPOSE = "kept post"
SAVES_A_DAY = Limit("kept", 200, timedelta(days=1))


@dataclass(frozen=True)
class SavedFields:
    """What was typed, where it was to go, and when."""

    path: str
    fields: Fields
    kept_at: datetime


def place_of(row: Any) -> tuple[str, int, str]:
    """What kept text is bound to: nobody else gets it, and it is sent nowhere else."""
    return row.key_hash, row.person_id, row.path


def form_mark(context: AppContext, person_id: int) -> str:
    """The secret part of a log-in's form tokens, which also says whose forms they are."""
    payload = f"{person_id}.{secrets.token_hex(20)}"
    return f"{payload}.{mark_of(context, f'form|{payload}')}"


def owner_of(context: AppContext, mark: str | None) -> int | None:
    """Whose form carried this mark; None when it is not one of ours."""
    payload, _, seal_ = (mark or "").rpartition(".")
    person_id = payload.partition(".")[0]
    if not person_id.isdecimal() or not is_mark_of(context, f"form|{payload}", seal_):
        return None
    return int(person_id)


def save(work: UnitOfWork, person_id: int, path: str, fields: Fields) -> str:
    """Keep it; gives the secret number for the browser's cookie, without which nobody is ever shown it.

    Raises TooMany when somebody has more kept in a day than people type: the store is no place to fill up.
    """
    rate_limits.take(work, SAVES_A_DAY, f"kept|{person_id}")
    key = secrets.token_urlsafe(32)
    mark = hash_of(key)
    work.session.add(
        SavedSubmission(
            key_hash=mark,
            person_id=person_id,
            path=path,
            sealed_fields=encrypt(
                work.context.settings.file_keys, PURPOSE, (mark, person_id, path), json.dumps(list(fields))
            ),
            kept_at=work.now,
        )
    )
    return key


def load(work: UnitOfWork, key: str | None) -> SavedFields | None:
    """What this browser kept, if it was this person who typed it."""
    row = (
        work.session.scalars(
            select(SavedSubmission).where(SavedSubmission.key_hash == hash_of(key))
        ).one_or_none()
        if key
        else None
    )
    if row is None or row.person_id != work.me.user_id or work.now - row.kept_at > KEPT_FOR:
        return None
    try:
        opened = json.loads(
            decrypt(work.context.settings.file_keys, PURPOSE, place_of(row), row.sealed_fields)
        )
    except DecryptionError:
        return None
    return SavedFields(row.path, [(name, value) for name, value in opened], row.kept_at)


def forget(work: UnitOfWork, key: str | None) -> None:
    """It was sent again, or is not wanted."""
    work.session.execute(
        delete(SavedSubmission)
        .where(SavedSubmission.key_hash == hash_of(key or ""), SavedSubmission.person_id == work.me.user_id)
        .execution_options(synchronize_session=False)
    )
