"""The counts of tries, in the database so that all web processes share them.

Core statements, because no one is logged in yet.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, delete, func, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from app.core.rate_limit_table import Throttle

_throttle = Throttle.__table__


def _begin_counting(insert: Any) -> Any:
    """Return the statement that inserts or updates a key, which then stays locked until the commit."""
    entered = insert(_throttle).values(
        key=bindparam("counted"), times=[], touched_at=bindparam("now"), created_at=bindparam("now")
    )
    touched = entered.on_conflict_do_update(
        index_elements=["key"], set_={"touched_at": entered.excluded.touched_at}
    )
    return touched.returning(_throttle.c.times, _throttle.c.rests_until)


_BEGIN_COUNTING = {
    name: _begin_counting(kind.insert) for name, kind in (("postgresql", postgresql), ("sqlite", sqlite))
}


_SAVE_TIMES = (
    update(_throttle)
    .where(_throttle.c.key == bindparam("counted"))
    .values(times=bindparam("tries", type_=_throttle.c.times.type), touched_at=bindparam("now"))
)


def locked_times(session: Session, key: str, now: datetime) -> tuple[list[float], datetime | None]:
    """Return the recent tries of this key and its lock-out time; the key stays locked until the commit."""
    counting = _BEGIN_COUNTING[session.get_bind().dialect.name]
    row = session.execute(counting, {"counted": key, "now": now}).one()
    return list(row.times), row.rests_until


def save_times(session: Session, key: str, times: list[float], now: datetime) -> None:
    """Save the times of the tries."""
    session.execute(_SAVE_TIMES, {"counted": key, "tries": times, "now": now})


def save_rest(session: Session, key: str, until: datetime, now: datetime) -> None:
    """Lock this key until then."""
    session.execute(update(_throttle).where(_throttle.c.key == key).values(rests_until=until, touched_at=now))


def rests_until(session: Session, keys: Sequence[str]) -> datetime | None:
    """Return until when any of these keys is locked out, or None."""
    resting = select(func.max(_throttle.c.rests_until)).where(_throttle.c.key.in_(keys))
    return session.execute(resting).scalar_one_or_none()


def times_of(session: Session, keys: Sequence[str]) -> list[float]:
    """Return the tries that were counted under these keys."""
    rows = session.execute(select(_throttle.c.times).where(_throttle.c.key.in_(keys)))
    return [moment for (times,) in rows for moment in times]


def forget_times(session: Session, keys: Sequence[str], now: datetime) -> None:
    """Delete the tries counted under these keys."""
    if keys:
        session.execute(update(_throttle).where(_throttle.c.key.in_(keys)).values(times=[], touched_at=now))


def forget_counts_before(session: Session, day_ago: datetime) -> None:
    """Delete the counts that nothing was added to since then."""
    session.execute(delete(_throttle).where(_throttle.c.touched_at < day_ago))
