"""The audit's pen: writes who did what, in one unbroken chain, and tells whether the chain still holds.

Each row carries a seal made from the row and the seal before it, so a row that is changed, taken out or put in
breaks the chain from there on. A cut tail breaks nothing; that is why the last seal is also kept elsewhere.
The key can be changed: older keys still check the lines of their time, and none that follows a newer key's.
Core statements on purpose: the chain runs through all rows, whoever is looking.
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
_CHAIN_LOCK = 0x5E4D  # any number, as long as nothing else locks by it


_LAST_SEAL = select(_audit.c.seal).order_by(_audit.c.id.desc()).limit(1)
_HOLD_CHAIN = select(func.pg_advisory_xact_lock(_CHAIN_LOCK))
_ENTER = insert(_audit)


@dataclass(frozen=True)
class Verdict:
    """What checking the chain found."""

    ok: bool
    rows: int
    first_bad_id: int | None
    head: str
    """The last seal; compare it with what was kept elsewhere."""
    missing_heads: Sequence[str] = ()
    """Seals that were kept elsewhere and are no longer in the chain: rows were cut off."""
    by_older_keys: int = 0
    """Rows that an older key sealed, each before any newer one did."""
    out_of_time: bool = False
    """The first bad row is sealed by an older key after a newer one: somebody still uses, or misuses, the older one."""


def append(
    session: Session, key: str, told: Iterable[Event], who: Principal | None, now: datetime, origin: Origin
) -> None:
    """Write one row an event. Holds the chain until the commit, so call it last."""
    rows = [_row(event, *_doer(session, event, who), now, origin) for event in told]
    if not rows:
        return
    if session.get_bind().dialect.name == "postgresql":
        session.connection().execute(_HOLD_CHAIN)
    seal = session.connection().scalar(_LAST_SEAL) or ""
    for row in rows:
        seal = row["seal"] = seal_of(key, seal, row)
    session.execute(_ENTER, [row | {"created_at": now} for row in rows])


def _doer(session: Session, event: Event, who: Principal | None) -> tuple[int | None, str]:
    """Whoever was at the desk; nobody is yet while somebody proves who they are, and then it is they."""
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
    event: Event, actor_id: int | None, actor_name: str, now: datetime, origin: Origin
) -> dict[str, Any]:
    facts = json.loads(json.dumps(event.facts(), default=str))  # as the database will give it back
    return {
        "at": now,
        "event": event.name,
        "actor_id": actor_id,
        "actor_name": actor_name,
        "child_id": event.child_id,
        "facts": _without_nul(facts),
        "address_hash": origin.address_hash,
        "device": _without_nul(origin.device),
    }


def _without_nul(value: Any) -> Any:
    """PostgreSQL keeps no NUL in text."""
    if isinstance(value, str):
        return value.replace("\x00", "")
    if isinstance(value, dict):
        return {key: _without_nul(held) for key, held in value.items()}
    return [_without_nul(held) for held in value] if isinstance(value, list) else value


def seal_of(key: str, before: str, row: dict[str, Any]) -> str:
    """The seal of one row that follows this seal."""
    plain = {name: row[name] for name in _SEALED} | {"at": row["at"].isoformat(timespec="microseconds")}
    text_of_row = json.dumps(plain, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hmac.new(key.encode(), f"{before}\n{text_of_row}".encode(), hashlib.sha256).hexdigest()


def head(session: Session) -> tuple[int, str]:
    """The number and the seal of the last row."""
    last = session.execute(
        select(_audit.c.id, _audit.c.seal).order_by(_audit.c.id.desc()).limit(1)
    ).one_or_none()
    return (last.id, last.seal) if last else (0, "")


def verify(session: Session, keys: Sequence[str], stored_heads: Iterable[str] = ()) -> Verdict:
    """Walk the whole chain; with seals that were kept elsewhere, see that each is still in it.

    `keys`, newest first: once a newer one has sealed a line, the older ones count no more.
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
    """Which of the keys sealed this row; None when none did."""
    fits = (
        place for place, key in enumerate(keys) if hmac.compare_digest(seal_of(key, before, row), row["seal"])
    )
    return next(fits, None)
