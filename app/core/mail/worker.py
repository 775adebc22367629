"""The worker: sends the mail of the outbox, stores the audit head, and runs maintenance.

Huey's threads run queued and periodic tasks. A thread of our own polls the outbox every few seconds, so that mail is
sent even when the queue or Redis is gone.
"""

import logging
import signal
import threading
from collections.abc import Callable
from dataclasses import dataclass

from huey import crontab

from app.core.audit.heads import keep_head
from app.core.unit_of_work import Notifier

log = logging.getLogger(__name__)

GLANCE = 5.0
"""Seconds between polls of the outbox."""

SECONDS_TO_FINISH = 25
SENDERS = 2
"""Mails sent at the same time, besides that of the polling thread."""
FIRST = 10
"""The priority of periodic tasks. Mail tasks have none and run after them."""


@dataclass(frozen=True)
class Chores:
    """The periodic tasks that the worker runs for the use cases."""

    steadily: Callable[[Callable[[], bool]], None]
    """Long work, done in a thread of its own; it is given a function that says whether to stop."""
    minutely: Callable[[], None]
    hourly: Callable[[], None]
    daily: Callable[[], None]


def work(notifier: Notifier, chores: Chores | None = None, glance: float = GLANCE) -> None:
    """Run until SIGTERM, then finish the mail that is being sent, and return."""
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    consumer = notifier.task_queue.huey.create_consumer(
        workers=SENDERS,
        worker_type="thread",
        initial_delay=0.1,
        max_delay=1.0,
        graceful_signal="TERM",
        shutdown_timeout=SECONDS_TO_FINISH,
    )
    stop: threading.Event = consumer.stop_flag
    _add_periodic_tasks(notifier, chores)
    poller = threading.Thread(target=_poll_outbox, args=(notifier, stop, glance), name="outbox", daemon=True)
    poller.start()
    steady = threading.Thread(target=_work_steadily, args=(chores, stop, glance), name="steady", daemon=True)
    steady.start()
    log.info("the worker is at work")
    try:
        consumer.run()
    finally:
        stop.set()
        poller.join(SECONDS_TO_FINISH)
        steady.join(SECONDS_TO_FINISH)
        log.info("the worker has stopped")


def _poll_outbox(notifier: Notifier, stop: threading.Event, glance: float) -> None:
    while not stop.is_set():
        try:
            _send_all(notifier, stop)
        except Exception as error:  # the database may be away; it will be back
            log.warning("the outbox could not be read: %s", type(error).__name__)
        stop.wait(glance)


def _work_steadily(chores: Chores | None, stop: threading.Event, glance: float) -> None:
    while chores is not None and not stop.is_set():
        try:
            chores.steadily(stop.is_set)
        except Exception as error:  # the database may be away; what was begun goes on later
            log.warning("work on imports stopped: %s", type(error).__name__)
        stop.wait(glance)


def _send_all(notifier: Notifier, stop: threading.Event) -> None:
    """Send due mail, the most urgent first, until none is left or `stop` is set."""
    while not stop.is_set() and notifier.mail_sender.deliver():
        pass


def _add_periodic_tasks(notifier: Notifier, chores: Chores | None) -> None:
    """Add the periodic tasks, before mail in priority: while a mail server hangs they would wait behind every mail."""
    huey = notifier.task_queue.huey

    def every_minute() -> None:
        if chores is not None:
            chores.minutely()

    def every_hour() -> None:
        with notifier.database.open() as session:
            keep_head(session, notifier.settings.data_dir, notifier.clock.now())
        if chores is not None:
            chores.hourly()

    def every_day() -> None:
        if chores is not None:
            chores.daily()

    huey.periodic_task(crontab(), name="every_minute", priority=FIRST)(every_minute)
    huey.periodic_task(crontab(minute="7"), name="every_hour", priority=FIRST)(every_hour)
    huey.periodic_task(crontab(minute="23", hour="2"), name="every_day", priority=FIRST)(every_day)
