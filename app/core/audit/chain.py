"""Append audit rows in a hash chain, and verify the chain.

Each row holds a seal: a keyed hash (HMAC) of the row and of the seal before it. A row that is changed, removed or
inserted breaks the chain from there on. A removed tail does not, so the last seal is also stored outside the database.
The key can be changed: older keys verify the rows of their time, and no row that follows one of a newer key.
Core statements, because the chain includes rows that no principal may see.
"""

import hashlib
import hmac
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from app.core.audit.table import AuditRow
from app.core.events import Event, PersonEvent
from app.core.origin import Origin
from app.core.people import PERSON_TABLE
from app.core.roles import Principal

_audit = AuditRow.__table__
_SEALED = ("at", "event", "actor_id", "actor_name", "child_id", "facts", "address_hash", "device")
_SEALED_IF_SET = ("organisation_id",)  # rows from before the column was added were sealed without it
_CHAIN_LOCK = 0x5E4D  # any number, as long as nothing else locks by it


_LAST_SEAL = select(_audit.c.seal).order_by(_audit.c.id.desc()).limit(1)
_LOCK_CHAIN = select(func.pg_advisory_xact_lock(_CHAIN_LOCK))
_APPEND = insert(_audit)


@dataclass(frozen=True)
class Verdict:
    """What checking the chain found."""

    ok: bool
    rows: int
    first_bad_id: int | None
    head: str
    """The last seal, to compare with the stored ones."""
    missing_heads: Sequence[str] = ()
    """Stored seals that are no longer in the chain: rows were removed from its end."""
    by_older_keys: int = 0
    """Rows sealed with an older key, all before the first row of a newer one."""
    out_of_time: bool = False
    """The first bad row is sealed with an older key after a newer one: the older key is still used, or misused."""


def append(
    session: Session, key: str, events: Iterable[Event], who: Principal | None, now: datetime, origin: Origin
) -> None:
    """Write one row for each event. Call it last: the chain is locked until the commit."""
    acted_for = who.organisation_id if who is not None else None
    rows = [_row(event, *_actor(session, event, who), acted_for, now, origin) for event in events]
    if not rows:
        return
    if session.get_bind().dialect.name == "postgresql":
        session.connection().execute(_LOCK_CHAIN)
    seal = session.connection().scalar(_LAST_SEAL) or ""
    for row in rows:
        seal = row["seal"] = seal_of(key, seal, row)
    entered = [row | {"created_at": now} for row in rows]
    session.execute(_APPEND, entered if len(entered) > 1 else entered[0])


def _actor(session: Session, event: Event, who: Principal | None) -> tuple[int | None, str]:
    """Return the id and name of the person who acted: the principal, or during a log-in the owner of the account."""
    if who is not None:
        return who.user_id, who.name
    if isinstance(event, PersonEvent) and event.by_the_owner:
        return event.person_id, _name_of(session, event.person_id)
    return None, ""


def _name_of(session: Session, person_id: int) -> str:
    row = (
        session.connection()
        .execute(
            select(PERSON_TABLE.c.first_name, PERSON_TABLE.c.last_name).where(PERSON_TABLE.c.id == person_id)
        )
        .one_or_none()
    )
    return f"{row[0]} {row[1]}".strip() if row else ""


def _row(
    event: Event,
    actor_id: int | None,
    actor_name: str,
    organisation_id: int | None,
    now: datetime,
    origin: Origin,
) -> dict[str, Any]:
    facts = json.loads(json.dumps(event.facts(), default=str))  # as the database will give it back
    return {
        "at": now,
        "event": event.name,
        "actor_id": actor_id,
        "actor_name": actor_name,
        "organisation_id": organisation_id,
        "child_id": event.child_id,
        "facts": _without_nul(facts),
        "address_hash": origin.address_hash,
        "device": _without_nul(origin.device),
    }


def _without_nul(value: Any) -> Any:
    """Return the value without NUL characters, which PostgreSQL cannot store in text."""
    if isinstance(value, str):
        return value.replace("\x00", "")
    if isinstance(value, dict):
        return {key: _without_nul(held) for key, held in value.items()}
    return [_without_nul(held) for held in value] if isinstance(value, list) else value


def seal_of(key: str, before: str, row: dict[str, Any]) -> str:
    """Return the seal of a row that follows the row with the seal `before`."""
    added = {name: row[name] for name in _SEALED_IF_SET if row[name] is not None}
    at = row["at"].isoformat(timespec="microseconds")
    plain = {name: row[name] for name in _SEALED} | added | {"at": at}
    text_of_row = json.dumps(plain, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hmac.new(key.encode(), f"{before}\n{text_of_row}".encode(), hashlib.sha256).hexdigest()


def head(session: Session) -> tuple[int, str]:
    """Return the id and the seal of the last row; 0 and "" when there is none."""
    last = session.execute(
        select(_audit.c.id, _audit.c.seal).order_by(_audit.c.id.desc()).limit(1)
    ).one_or_none()
    return (last.id, last.seal) if last else (0, "")


def verify(session: Session, keys: Sequence[str], stored_heads: Iterable[str] = ()) -> Verdict:
    """Verify the whole chain, and that each stored seal is still in it.

    `keys` are ordered from the newest: after a row of a newer key, rows of older keys are invalid.
    """
    missing = [seal for seal in dict.fromkeys(stored_heads) if seal]
    oldest, seal, count, by_older, first_bad, out_of_time = len(keys) - 1, "", 0, 0, None, False
    statement = select(_audit).order_by(_audit.c.id).execution_options(yield_per=1000)
    for row in session.execute(statement).mappings():
        count += 1
        if first_bad is None:
            sealed_by = _sealed_by(keys, seal, dict(row))
            if sealed_by is None or sealed_by > oldest:
                first_bad, out_of_time = row["id"], sealed_by is not None
            else:
                oldest = sealed_by
                by_older += sealed_by > 0
        seal = row["seal"]
        if seal in missing:
            missing.remove(seal)
    ok = first_bad is None and not missing
    return Verdict(ok, count, first_bad, seal, tuple(missing), by_older, out_of_time)


def _sealed_by(keys: Sequence[str], before: str, row: dict[str, Any]) -> int | None:
    """Return the position of the key that sealed this row, or None."""
    fits = (
        place for place, key in enumerate(keys) if hmac.compare_digest(seal_of(key, before, row), row["seal"])
    )
    return next(fits, None)
