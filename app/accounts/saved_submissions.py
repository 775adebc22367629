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
    """The fields of a saved form, the path it was sent to, when, and for which organisation."""

    path: str
    fields: Fields
    kept_at: datetime
    organisation_id: int | None
    """The organisation that the person acted for when they opened the page."""


def place_of(row: Any) -> tuple[str, int, str]:
    """Return what a saved form is bound to: no other person gets it, and it is sent to no other path."""
    return row.key_hash, row.person_id, row.path


@dataclass(frozen=True)
class FormOwner:
    """The person whose page a form is on, and the organisation that they acted for when they opened it."""

    person_id: int
    organisation_id: int | None


def form_mark(context: AppContext, person_id: int, organisation_id: int | None) -> str:
    """Return the secret part of a log-in's form tokens, which also names the owner of the forms."""
    payload = f"{person_id}.{organisation_id or 0}.{secrets.token_hex(20)}"
    return f"{payload}.{mark_of(context, f'form|{payload}')}"


def owner_of(context: AppContext, mark: str | None) -> FormOwner | None:
    """Return the owner of the form that carried this mark, or None when the signature is wrong."""
    payload, _, seal_ = (mark or "").rpartition(".")
    person_id, _, rest = payload.partition(".")
    organisation_id = rest.partition(".")[0]
    numbers = person_id.isdecimal() and organisation_id.isdecimal()
    if not numbers or not is_mark_of(context, f"form|{payload}", seal_):
        return None
    return FormOwner(int(person_id), int(organisation_id) or None)


def save(work: UnitOfWork, owner: FormOwner, path: str, fields: Fields) -> str:
    """Save the fields and return the secret for the browser's cookie, which is needed to load them.

    Raises TooMany when more is saved in a day than a person can enter, because form tokens outlive log-ins.
    """
    person_id = owner.person_id
    rate_limits.take(work, SAVES_A_DAY, f"saved|{person_id}")
    key = secrets.token_urlsafe(32)
    mark = hash_of(key)
    work.session.add(
        SavedSubmission(
            key_hash=mark,
            person_id=person_id,
            organisation_id=owner.organisation_id,
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
    fields = [(name, value) for name, value in opened]
    return SavedFields(row.path, fields, row.kept_at, row.organisation_id)


def forget(work: UnitOfWork, key: str | None) -> None:
    """Delete the saved form after it was sent again or discarded."""
    work.session.execute(
        delete(SavedSubmission)
        .where(SavedSubmission.key_hash == hash_of(key or ""), SavedSubmission.person_id == work.me.user_id)
        .execution_options(synchronize_session=False)
    )
