"""Mail backends: files in a folder (the demo), or a mail server."""

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
    """The settings of the mail backends."""

    @property
    def mail_backend(self) -> str:
        """ "file" or "smtp"."""
        ...

    @property
    def mail_dir(self) -> Path:
        """The folder of the file backend."""
        ...

    @property
    def mail_server(self) -> str:
        """The mail server's host name."""
        ...

    @property
    def mail_port(self) -> int:
        """The mail server's port."""
        ...

    @property
    def mail_use_tls(self) -> bool:
        """Whether to start TLS after connecting."""
        ...

    @property
    def mail_use_ssl(self) -> bool:
        """Whether to connect with TLS."""
        ...

    @property
    def mail_username(self) -> str | None:
        """The account at the mail server, or None."""
        ...

    @property
    def mail_password(self) -> str | None:
        """Its password, or None."""
        ...

    @property
    def mail_default_sender(self) -> str:
        """The sender of every mail."""
        ...

    @property
    def mail_timeout(self) -> int:
        """Seconds to wait for the mail server."""
        ...

    @property
    def public_base_url(self) -> str:
        """The portal's address, for links and message ids."""
        ...


class MailBackend(Protocol):
    """The interface of a mail backend."""

    waits_for_others: bool
    """True when sending depends on another machine, so that no page may wait for it."""

    def send(self, mail: Claimed, words: Words, now: datetime) -> None:
        """Send one mail. Raises any error of the mail server or the disk."""
        ...


def message_id(mail: Claimed, settings: MailBackendSettings) -> str:
    """Return the Message-ID, the same for every attempt, so that a mail server can recognise a repeat."""
    host = urlsplit(settings.public_base_url).hostname or "localhost"
    mark = hashlib.sha256(mail.dedupe_key.encode()).hexdigest()[:16]
    return f"<outbox-{mail.id}.{mark}@{host}>"


def mail_backend_for(settings: MailBackendSettings) -> MailBackend:
    """Return the backend that is configured."""
    return FileBackend(settings) if settings.mail_backend == "file" else SmtpBackend(settings)


class _MessageBuilder:
    """Build messages with Flask-Mail, which reads its settings from an application of its own."""

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
        """Return a message to one recipient, as plain text and HTML. Raises ValueError for a line break in a header."""
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
    """One file for each mail, for the demo and tests, readable by the portal's own account only."""

    waits_for_others = False

    def __init__(self, settings: MailBackendSettings) -> None:
        self.folder = settings.mail_dir
        self.builder = _MessageBuilder(settings)

    def send(self, mail: Claimed, words: Words, now: datetime) -> None:
        """Write the mail to its file, whole or not at all. A repeat replaces the same file."""
        message = self.builder.build(mail, words, now)
        with self.builder.app.app_context():
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
def _tls_context() -> ssl.SSLContext:
    """Return the TLS context that checks certificates, loaded once: loading takes longer than sending a mail."""
    return ssl.create_default_context()


class _SafeConnection(Connection):
    """Flask-Mail's connection with a timeout and checked certificates; errors of QUIT are ignored."""

    def __init__(self, mail: Any, timeout: int) -> None:
        super().__init__(mail)
        self.timeout = timeout

    def configure_host(self) -> smtplib.SMTP | smtplib.SMTP_SSL:
        """Connect, start TLS, log in, and return the connection."""
        host: smtplib.SMTP | smtplib.SMTP_SSL
        if self.mail.use_ssl:
            host = smtplib.SMTP_SSL(
                self.mail.server, self.mail.port, timeout=self.timeout, context=_tls_context()
            )
        else:
            host = smtplib.SMTP(self.mail.server, self.mail.port, timeout=self.timeout)
        try:
            if self.mail.use_tls:
                host.starttls(context=_tls_context())
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
        """Close the connection. An error of QUIT is ignored: the mail is accepted, and must not be sent again."""
        if self.host is not None:
            with suppress(smtplib.SMTPException, OSError):
                self.host.quit()
            self.host.close()


class SmtpBackend:
    """A mail server, through Flask-Mail."""

    waits_for_others = True

    def __init__(self, settings: MailBackendSettings) -> None:
        self.timeout = settings.mail_timeout
        self.builder = _MessageBuilder(settings)

    def send(self, mail: Claimed, words: Words, now: datetime) -> None:
        """Send one mail, and return once the server has accepted it."""
        message = self.builder.build(mail, words, now)
        app = self.builder.app
        with app.app_context(), _SafeConnection(app.extensions["mail"], self.timeout) as connection:
            connection.send(message)
