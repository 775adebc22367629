"""Reads the mail that the file backend wrote, as the people of the cast would."""

import re
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

from app.core.unit_of_work import AppContext

CODE = re.compile(r"^\s*(\d{6})\s*$", re.MULTILINE)
LINK = re.compile(r"https?://\S+/\S+")


class Mailbox:
    """All mail sent since the test began."""

    def __init__(self, context: AppContext) -> None:
        self.context = context
        self.folder: Path = context.notification_service.settings.mail_dir
        for left in self.folder.glob("*.eml"):
            left.unlink()

    def all(self) -> list[EmailMessage]:
        """Every mail, in the order it was written down. What is due is sent first, as the worker would."""
        self.context.notification_service.deliver_due()
        return [
            message_from_bytes(path.read_bytes(), policy=policy.default)
            for path in sorted(self.folder.glob("*.eml"))
        ]

    def to(self, address: str) -> list[EmailMessage]:
        """Every mail to this address."""
        return [mail for mail in self.all() if mail["To"] == address]

    def last(self, address: str) -> EmailMessage:
        """The newest mail to this address."""
        return self.to(address)[-1]

    def code(self, address: str) -> str:
        """The newest security code sent to this address."""
        codes = [found[1] for mail in self.to(address) if (found := CODE.search(text_of(mail)))]
        return codes[-1]

    def link(self, address: str) -> str:
        """The link in the newest mail to this address, without the site's own address."""
        found = LINK.search(text_of(self.last(address)))
        assert found, "there is no link in this mail"
        return found[0].removeprefix(self.context.notification_service.settings.public_base_url)


def text_of(mail: EmailMessage) -> str:
    """What the mail says, as plain text."""
    body = mail.get_body(("plain",))
    assert body is not None
    return str(body.get_content())
