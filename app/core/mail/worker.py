"""The worker: sends what stands in the outbox, keeps the audit's head, and does the day's tidying.

Huey's threads answer the bell and the clock; a thread of our own looks into the outbox every few seconds, so that
mail goes out even when the bell, its queue or Redis are gone.
"""

import logging
import signal
import threading
from collections.abc import Callable
from dataclasses import dataclass

from huey import crontab

from app.core.audit.heads import keep_head
from app.core.unit_of_work import NotificationService

log = logging.getLogger(__name__)

GLANCE = 5.0
"""Seconds between looks into the outbox."""

SECONDS_TO_FINISH = 25
HANDS = 2
"""Mails carried at the same time, besides the one of the regular look."""
FIRST = 10
"""The bell rings without priority; whatever has one is taken before."""


@dataclass(frozen=True)
class Chores:
    """What else has to be done by the clock; services say what, the worker says when."""

    minutely: Callable[[], None]
    daily: Callable[[], None]


def work(room: NotificationService, chores: Chores | None = None, glance: float = GLANCE) -> None:
    """Work until asked to stop (SIGTERM); then finish the mail in hand and leave."""
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    consumer = room.task_queue.huey.create_consumer(
        workers=HANDS,
        worker_type="thread",
        initial_delay=0.1,
        max_delay=1.0,
        graceful_signal="TERM",
        shutdown_timeout=SECONDS_TO_FINISH,
    )
    stop: threading.Event = consumer.stop_flag
    _by_the_clock(room, chores)
    looker = threading.Thread(target=_look_regularly, args=(room, stop, glance), name="outbox", daemon=True)
    looker.start()
    log.info("the worker is at work")
    try:
        consumer.run()
    finally:
        stop.set()
        looker.join(SECONDS_TO_FINISH)
        log.info("the worker has stopped")


def _look_regularly(room: NotificationService, stop: threading.Event, glance: float) -> None:
    while not stop.is_set():
        try:
            _send_all(room, stop)
        except Exception as error:  # the database may be away; it will be back
            log.warning("the outbox could not be looked into: %s", type(error).__name__)
        stop.wait(glance)


def _send_all(room: NotificationService, stop: threading.Event) -> None:
    """Mail after mail, the most urgent first, until there is none left or it is time to leave."""
    while not stop.is_set() and room.mail_sender.deliver():
        pass


def _by_the_clock(room: NotificationService, chores: Chores | None) -> None:
    """What the clock asks for goes before mail: while a mail server hangs, it would wait behind every letter."""
    huey = room.task_queue.huey

    def every_minute() -> None:
        if chores is not None:
            chores.minutely()

    def every_hour() -> None:
        with room.database.open() as session:
            keep_head(session, room.settings.data_dir, room.clock.now())

    def every_day() -> None:
        if chores is not None:
            chores.daily()

    huey.periodic_task(crontab(), name="every_minute", priority=FIRST)(every_minute)
    huey.periodic_task(crontab(minute="7"), name="every_hour", priority=FIRST)(every_hour)
    huey.periodic_task(crontab(minute="23", hour="2"), name="every_day", priority=FIRST)(every_day)
