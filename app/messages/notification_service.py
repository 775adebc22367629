"""Write audit rows, messages and mail for events, in the caller's transaction."""

import logging
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from functools import cached_property

from huey.api import TaskWrapper
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.events import LoggedIn, LogInFailed, LogInToNobody
from app.core.audit.chain import append
from app.core.clock import Clock
from app.core.database.engine import Database
from app.core.events import Event
from app.core.mail.backends import mail_backend_for
from app.core.mail.delivery import MailSender
from app.core.mail.outbox import CODE_LANE, POST, Stamp
from app.core.mail.outbox_table import OutboxMail
from app.core.mail.queue import open_queue
from app.core.origin import Origin
from app.core.roles import Principal
from app.core.unit_of_work import NotificationSettings
from app.messages.dispatch import dispatch_notifications
from startup.metrics_registry import LOG_INS

log = logging.getLogger(__name__)

QUEUE_PAUSE = 30.0
"""Seconds without the queue after it failed. The worker polls the outbox every five seconds anyway."""


class NotificationService:
    """Writes notifications in the use case's transaction, and wakes the worker. One per process."""

    def __init__(self, settings: NotificationSettings, database: Database, clock: Clock) -> None:
        self.settings, self.database, self.clock = settings, database, clock
        self.mail_sender = MailSender(
            settings, settings.file_keys, database, clock, mail_backend_for(settings)
        )
        self._queue_paused_until = 0.0
        database.factory.configure(info={POST: Stamp(settings.file_keys, clock)})

    def write(
        self,
        session: Session,
        events: Sequence[Event],
        who: Principal | None,
        now: datetime,
        origin: Origin,
        *,
        is_silent: bool = False,
    ) -> list[int]:
        """Write audit rows, messages and outgoing mail for these events, and return the ids of the mail.

        `is_silent`: audit rows only. Audit rows come last: their chain is locked until the commit, and nothing may wait for another lock meanwhile.
        """
        to_tell = () if is_silent else events
        mail = dispatch_notifications(session, self.settings, to_tell, who, now, origin)
        append(session, self.settings.audit_keys[0], events, who, now, origin)
        _count_log_ins(events)
        return mail

    def wake(self, mail: Sequence[int]) -> None:
        """Wake the worker after the commit, and send codes at once. If this call is lost, the worker finds the mail."""
        if not mail:
            return
        try:
            self._wake(mail)
        except Exception as error:  # the mail is in the outbox and the worker looks there by itself
            log.warning("mail %s is left to the worker: %s", list(mail), type(error).__name__)

    def _wake(self, mail: Sequence[int]) -> None:
        box = OutboxMail.__table__
        with self.database.engine.connect() as connection:
            found = connection.execute(select(box.c.id, box.c.lane).where(box.c.id.in_(mail)))
            lanes: dict[int, int] = {row.id: row.lane for row in found}
        for mail_id, lane in sorted(lanes.items(), key=lambda found: found[1]):
            if lane != CODE_LANE:
                self._queue(mail_id)
            elif self.mail_sender.mail_backend.waits_for_others:
                self._runners.submit(self._deliver_quietly, mail_id)
            else:
                self.mail_sender.deliver(mail_id)

    def _queue(self, mail_id: int) -> None:
        """Queue a task for the worker. A queue that failed is not tried for a while, so that pages do not wait for it."""
        if time.monotonic() < self._queue_paused_until:
            return
        try:
            self.task_queue(mail_id)
        except Exception as error:
            self._queue_paused_until = time.monotonic() + QUEUE_PAUSE
            log.warning("the worker could not be woken: %s", type(error).__name__)

    def _deliver_quietly(self, mail_id: int) -> None:
        try:
            self.mail_sender.deliver(mail_id)
        except Exception as error:
            log.warning("mail %s is left to the worker: %s", mail_id, type(error).__name__)

    @cached_property
    def _runners(self) -> ThreadPoolExecutor:
        """The threads that send codes while the page is answered."""
        return ThreadPoolExecutor(max_workers=2, thread_name_prefix="codes")

    @cached_property
    def task_queue(self) -> TaskWrapper:
        """The task that lets a worker deliver the mail with this id."""
        huey = open_queue(self.settings)

        def deliver(mail_id: int) -> None:
            self.mail_sender.deliver(mail_id)

        return huey.task(name="deliver")(deliver)

    def deliver_due(self) -> int:
        """Send all due mail now, as the worker does, for commands and tests. Returns how many."""
        return self.mail_sender.deliver_due()


def _count_log_ins(events: Sequence[Event]) -> None:
    for event in events:
        if isinstance(event, LoggedIn):
            LOG_INS.labels("ok").inc()
        elif isinstance(event, LogInFailed | LogInToNobody):
            LOG_INS.labels("failed").inc()
