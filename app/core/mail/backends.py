"""How a mail leaves the house: as a file in a folder (the demo), or through a mail server."""

import calendar
import hashlib
import os
import smtplib
import ssl
from contextlib import suppress
from datetime import datetime
from functools import cache
from pathlib import Path
from types import TracebackType
from typing import Any, Protocol
from urllib.parse import urlsplit

from flask import Flask
from flask_mail import Connection, Mail, Message

from app.core.mail.outbox import Claimed
from app.core.mail.rendering import Words


class MailBackendSettings(Protocol):
    """What carrying mail needs of the settings."""

    @property
    def mail_backend(self) -> str: ...

    @property
    def mail_dir(self) -> Path: ...

    @property
    def mail_server(self) -> str: ...

    @property
    def mail_port(self) -> int: ...

    @property
    def mail_use_tls(self) -> bool: ...

    @property
    def mail_use_ssl(self) -> bool: ...

    @property
    def mail_username(self) -> str | None: ...

    @property
    def mail_password(self) -> str | None: ...

    @property
    def mail_default_sender(self) -> str: ...

    @property
    def mail_timeout(self) -> int: ...

    @property
    def public_base_url(self) -> str: ...


class MailBackend(Protocol):
    """Takes one mail away, or raises."""

    waits_for_others: bool
    """True when carrying depends on another machine, so that no page may wait for it."""

    def carry(self, mail: Claimed, words: Words, now: datetime) -> None: ...


def message_id(mail: Claimed, settings: MailBackendSettings) -> str:
    """The same for every attempt to send the same mail, so that a receiver can tell a repeat."""
    host = urlsplit(settings.public_base_url).hostname or "localhost"
    mark = hashlib.sha256(mail.dedupe_key.encode()).hexdigest()[:16]
    return f"<outbox-{mail.id}.{mark}@{host}>"


def mail_backend_for(settings: MailBackendSettings) -> MailBackend:
    """The carrier this portal was told to use."""
    return FileBackend(settings) if settings.mail_backend == "file" else SmtpBackend(settings)


class _Envelopes:
    """Builds mails with Flask-Mail, which wants an application of its own to read its settings from."""

    def __init__(self, settings: MailBackendSettings) -> None:
        self.settings = settings
        self.app = Flask("post", static_folder=None)
        self.app.config.update(
            MAIL_SERVER=settings.mail_server,
            MAIL_PORT=settings.mail_port,
            MAIL_USE_TLS=settings.mail_use_tls,
            MAIL_USE_SSL=settings.mail_use_ssl,
            MAIL_USERNAME=settings.mail_username,
            MAIL_PASSWORD=settings.mail_password,
            MAIL_DEFAULT_SENDER=settings.mail_default_sender,
            MAIL_DEBUG=False,
            MAIL_SUPPRESS_SEND=False,
        )
        self.mail = Mail(self.app)

    def build(self, mail: Claimed, words: Words, now: datetime) -> Message:
        """One mail, one addressee, plain text and HTML. Raises ValueError for a line break in a header."""
        with self.app.app_context():
            message = Message(
                subject=words.subject,
                recipients=[mail.to_address],
                body=words.body,
                html=words.html,
                date=calendar.timegm(now.timetuple()),
                extra_headers={"Auto-Submitted": "auto-generated", "X-Auto-Response-Suppress": "All"},
            )
        message.msgId = message_id(mail, self.settings)
        if message.has_bad_headers():
            raise ValueError("a header of this mail has a line break in it")
        return message


class FileBackend:
    """A file a mail, for the demo and for tests: readable by the account that runs the portal and nobody else."""

    waits_for_others = False

    def __init__(self, settings: MailBackendSettings) -> None:
        self.folder = settings.mail_dir
        self.envelopes = _Envelopes(settings)

    def carry(self, mail: Claimed, words: Words, now: datetime) -> None:
        """Write the mail down whole or not at all; a repeat lands on the same file."""
        message = self.envelopes.build(mail, words, now)
        with self.envelopes.app.app_context():
            content = message.as_bytes()
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        mark = hashlib.sha256(mail.dedupe_key.encode()).hexdigest()[:12]
        final = self.folder / f"{mail.id:08d}-{mark}.eml"
        draft = final.with_suffix(f".{os.getpid()}.part")
        handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        draft.replace(final)


@cache
def _checked() -> ssl.SSLContext:
    """Certificates are checked against those this machine trusts; reading them takes longer than sending a mail."""
    return ssl.create_default_context()


class _SafeConnection(Connection):
    """Flask-Mail's connection, with a time limit, checked certificates, and no complaint about a cut good-bye."""

    def __init__(self, mail: Any, timeout: int) -> None:
        super().__init__(mail)
        self.timeout = timeout

    def configure_host(self) -> smtplib.SMTP | smtplib.SMTP_SSL:
        """Connect, encrypt and log in."""
        host: smtplib.SMTP | smtplib.SMTP_SSL
        if self.mail.use_ssl:
            host = smtplib.SMTP_SSL(
                self.mail.server, self.mail.port, timeout=self.timeout, context=_checked()
            )
        else:
            host = smtplib.SMTP(self.mail.server, self.mail.port, timeout=self.timeout)
        try:
            if self.mail.use_tls:
                host.starttls(context=_checked())
            if self.mail.username and self.mail.password:
                host.login(self.mail.username, self.mail.password)
        except BaseException:
            host.close()
            raise
        return host

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc_value: BaseException | None,
        tb: TracebackType | None,
    ) -> None:
        """Once the server has taken a mail it has it: a failing good-bye must not make us send it again."""
        if self.host is not None:
            with suppress(smtplib.SMTPException, OSError):
                self.host.quit()
            self.host.close()


class SmtpBackend:
    """Through a mail server, by Flask-Mail."""

    waits_for_others = True

    def __init__(self, settings: MailBackendSettings) -> None:
        self.timeout = settings.mail_timeout
        self.envelopes = _Envelopes(settings)

    def carry(self, mail: Claimed, words: Words, now: datetime) -> None:
        """Hand one mail to the server; returns once the server has taken it."""
        message = self.envelopes.build(mail, words, now)
        app = self.envelopes.app
        with app.app_context(), _SafeConnection(app.extensions["mail"], self.timeout) as connection:
            connection.send(message)
