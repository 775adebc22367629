"""Send the mail of the outbox: claim, render, send, mark. Safe to kill at any line, and to run twice."""

import logging
import os
import secrets
import smtplib
import socket
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import Connection

from app.core.clock import Clock
from app.core.database.engine import WRITING, Database
from app.core.mail.backends import MailBackend
from app.core.mail.outbox import CODE_LANE, Claimed, claim, mark_failed, mark_sent, renew
from app.core.mail.rendering import RenderSettings, render
from startup.logs import Asked, answering
from startup.metrics_registry import MAILS

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Rhythm:
    """How long a claim is valid, and how long to wait after each failure."""

    lease: timedelta = timedelta(seconds=30)
    letter_pauses: Sequence[timedelta] = (
        *(timedelta(seconds=seconds) for seconds in (5, 10, 20, 40, 60, 120)),
        timedelta(minutes=5),
        timedelta(minutes=25),
        timedelta(hours=2),
        timedelta(hours=10),
        timedelta(hours=24),
    )
    """A busy server accepts it within minutes; a broken one has two days to be repaired."""
    code_pauses: Sequence[timedelta] = tuple(
        timedelta(seconds=seconds) for seconds in (5, 10, 30, 60, 120, 240)
    )
    """A code expires after ten minutes, so it is tried more often and given up sooner."""

    def pause_after(self, mail: Claimed) -> timedelta | None:
        """Return how long to wait after this failed attempt, or None to give up."""
        pauses = self.code_pauses if mail.lane == CODE_LANE else self.letter_pauses
        return pauses[mail.attempts - 1] if mail.attempts <= len(pauses) else None


class MailSender:
    """Sends mail from the outbox for one process."""

    def __init__(
        self,
        settings: RenderSettings,
        file_keys: tuple[str, ...],
        database: Database,
        clock: Clock,
        mail_backend: MailBackend,
    ) -> None:
        self.settings, self.file_keys = settings, file_keys
        self.database, self.clock, self.mail_backend = database, clock, mail_backend
        self.rhythm = Rhythm()
        self.owner = f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(4)}"

    @contextmanager
    def _writing(self) -> Iterator[Connection]:
        with (
            self.database.engine.connect().execution_options(**{WRITING: True}) as connection,
            connection.begin(),
        ):
            yield connection

    def deliver(self, mail_id: int | None = None) -> bool:
        """Send this mail, or with None the most urgent that is due. Returns False when there was none."""
        owner = f"{self.owner}:{threading.get_ident()}"
        with self._writing() as connection:
            mail = claim(connection, self.clock.now(), owner, self.rhythm.lease, mail_id)
        if mail is None:
            return False
        with answering(Asked(mail.request_id) if mail.request_id else None):
            self._send(mail, owner)
        return True

    def _send(self, mail: Claimed, owner: str) -> None:
        try:
            facts = mail.facts(self.file_keys)
            words = render(self.settings, mail.letter, mail.locale, facts, mail.written_at)
            with self._lease_renewed(mail, owner):
                self.mail_backend.send(mail, words, self.clock.now())
        except Exception as error:
            self._put_back(mail, owner, error)
        else:
            with self._writing() as connection:
                mark_sent(connection, mail, self.clock.now())
            MAILS.labels("sent").inc()
            log.info("mail %s (%s) sent at attempt %s", mail.id, mail.letter, mail.attempts)

    def deliver_due(self) -> int:
        """Send all mail that is due, the most urgent first, and return how many were claimed."""
        taken = 0
        while self.deliver():
            taken += 1
        return taken

    def _put_back(self, mail: Claimed, owner: str, error: Exception) -> None:
        now = self.clock.now()
        pause = self.rhythm.pause_after(mail)
        with self._writing() as connection:
            mark_failed(connection, mail, owner, now, now + pause if pause else None, _named(error))
        MAILS.labels("failed").inc()
        if pause is None:
            MAILS.labels("dead").inc()
            log.error(
                "mail %s (%s) given up after %s attempts: %s",
                mail.id,
                mail.letter,
                mail.attempts,
                _named(error),
            )
        else:
            log.warning(
                "mail %s (%s) did not go, again in %s: %s", mail.id, mail.letter, pause, _named(error)
            )

    @contextmanager
    def _lease_renewed(self, mail: Claimed, owner: str) -> Iterator[None]:
        """Renew the lease every third of its length while the mail is sent."""
        if not self.mail_backend.waits_for_others:
            yield
            return
        done = threading.Event()

        def renew_lease() -> None:
            while not done.wait(self.rhythm.lease.total_seconds() / 3):
                with self._writing() as connection:
                    renew(connection, mail, owner, self.clock.now() + self.rhythm.lease)

        renewer = threading.Thread(target=renew_lease, name="lease", daemon=True)
        renewer.start()
        try:
            yield
        finally:
            done.set()
            renewer.join()


def _named(error: Exception) -> str:
    """Return the kind of error, without addresses or text of the mail."""
    code = error.smtp_code if isinstance(error, smtplib.SMTPResponseException) else ""
    return f"{type(error).__name__} {code}".strip()
