"""A worker says every half minute that it is at work, so that a portal without one is noticed."""

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

FORGOTTEN_AFTER = timedelta(days=1)

_seen = WorkerSeen.__table__


def say_at_work(database: Database, name: str, now: datetime) -> None:
    """Write down that this worker is at work, and forget those not seen for a day."""
    with database.engine.connect().execution_options(**{WRITING: True}) as connection, connection.begin():
        known = connection.execute(update(_seen).where(_seen.c.name == name).values(at=now)).rowcount
        if not known:
            connection.execute(insert(_seen).values(name=name, at=now, created_at=now))
        connection.execute(delete(_seen).where(_seen.c.at < now - FORGOTTEN_AFTER))


def last_seen(connection: Connection) -> datetime | None:
    """When any worker was last seen."""
    return connection.execute(select(func.max(_seen.c.at))).scalar()


def start_heartbeat(database: Database, clock: Clock, every: float = EVERY) -> Callable[[], None]:
    """Say it now and from time to time, in a thread of its own; gives what stops it."""
    name, stop = f"{socket.gethostname()}:{os.getpid()}", threading.Event()

    def beat() -> None:
        while True:
            try:
                say_at_work(database, name, clock.now())
            except Exception as error:  # the database may be away; it will be back
                log.warning("this worker could not say that it is at work: %s", type(error).__name__)
            if stop.wait(every):
                return

    threading.Thread(target=beat, name="pulse", daemon=True).start()
    return stop.set
