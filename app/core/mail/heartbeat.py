"""Record every half minute that a worker runs, so that a portal without one is noticed."""

import logging
import os
import socket
import threading
from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, func, insert, select, update

from app.core.clock import Clock
from app.core.database.engine import WRITING, Database
from app.core.mail.worker_table import WorkerSeen

log = logging.getLogger(__name__)

EVERY = 30.0
"""Seconds."""

DELETED_AFTER = timedelta(days=1)

_seen = WorkerSeen.__table__


def record_worker(database: Database, name: str, now: datetime) -> None:
    """Record that this worker runs, and delete those not seen for a day."""
    with database.engine.connect().execution_options(**{WRITING: True}) as connection, connection.begin():
        known = connection.execute(update(_seen).where(_seen.c.name == name).values(at=now)).rowcount
        if not known:
            connection.execute(insert(_seen).values(name=name, at=now, created_at=now))
        connection.execute(delete(_seen).where(_seen.c.at < now - DELETED_AFTER))


def last_seen(connection: Connection) -> datetime | None:
    """Return when a worker was last seen, or None."""
    return connection.execute(select(func.max(_seen.c.at))).scalar()


def start_heartbeat(database: Database, clock: Clock, every: float = EVERY) -> Callable[[], None]:
    """Start the heartbeat in a thread, and return a function that stops it."""
    name, stop = f"{socket.gethostname()}:{os.getpid()}", threading.Event()

    def beat() -> None:
        while True:
            try:
                record_worker(database, name, clock.now())
            except Exception as error:  # the database may be away; it will be back
                log.warning("this worker could not record its heartbeat: %s", type(error).__name__)
            if stop.wait(every):
                return

    threading.Thread(target=beat, name="heartbeat", daemon=True).start()
    return stop.set
