"""Save a form that was sent after the log-in had ended, encrypted, until the same person is back.

The form itself names its owner: the hidden token of each page of a logged-in person is signed for them.
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
from app.core.try_limits import SAVED_FOR, Limit
from app.core.unit_of_work import AppContext, UnitOfWork

Fields = Sequence[tuple[str, str]]
PURPOSE = "kept post"
SAVES_A_DAY = Limit("saved_submission", 200, timedelta(days=1))


@dataclass(frozen=True)
class SavedFields:
    """The fields of a saved form, the path it was sent to, and when."""

    path: str
    fields: Fields
    kept_at: datetime


def place_of(row: Any) -> tuple[str, int, str]:
    """Return what a saved form is bound to: no other person gets it, and it is sent to no other path."""
    return row.key_hash, row.person_id, row.path


def form_mark(context: AppContext, person_id: int) -> str:
    """Return the secret part of a log-in's form tokens, which also names the owner of the forms."""
    payload = f"{person_id}.{secrets.token_hex(20)}"
    return f"{payload}.{mark_of(context, f'form|{payload}')}"


def owner_of(context: AppContext, mark: str | None) -> int | None:
    """Return the person whose form carried this mark, or None when the signature is wrong."""
    payload, _, seal_ = (mark or "").rpartition(".")
    person_id = payload.partition(".")[0]
    if not person_id.isdecimal() or not is_mark_of(context, f"form|{payload}", seal_):
        return None
    return int(person_id)


def save(work: UnitOfWork, person_id: int, path: str, fields: Fields) -> str:
    """Save the fields and return the secret for the browser's cookie, which is needed to load them.

    Raises TooMany when more is saved in a day than a person can enter, because form tokens outlive log-ins.
    """
    rate_limits.take(work, SAVES_A_DAY, f"saved|{person_id}")
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
    """Return the fields that this browser saved, or None unless this person entered them."""
    row = (
        work.session.scalars(
            select(SavedSubmission).where(SavedSubmission.key_hash == hash_of(key))
        ).one_or_none()
        if key
        else None
    )
    if row is None or row.person_id != work.me.user_id or work.now - row.kept_at > SAVED_FOR:
        return None
    try:
        opened = json.loads(
            decrypt(work.context.settings.file_keys, PURPOSE, place_of(row), row.sealed_fields)
        )
    except DecryptionError:
        return None
    return SavedFields(row.path, [(name, value) for name, value in opened], row.kept_at)


def forget(work: UnitOfWork, key: str | None) -> None:
    """Delete the saved form after it was sent again or discarded."""
    work.session.execute(
        delete(SavedSubmission)
        .where(SavedSubmission.key_hash == hash_of(key or ""), SavedSubmission.person_id == work.me.user_id)
        .execution_options(synchronize_session=False)
    )
