"""Tells whoever runs the demo what mail has just been written to its mail folder."""

import re
from collections.abc import Iterator
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

# A code stands alone on its line or follows the word; a phone number's last six digits do neither.
CODE = re.compile(r"^\s*(\d{6})\s*$|\bcode\b[^\d\n]{0,40}(\d{6})\b(?!\d)", re.IGNORECASE | re.MULTILINE)
LINK = re.compile(r"https?://\S+/\S+")


class MailFolder:
    """The demo's mail folder, and which of its mails have been told already."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._told = set(self._mails())

    def news(self) -> Iterator[str]:
        """One line for each mail that arrived since the last look, oldest first."""
        new = [path for path in self._mails() if path not in self._told]
        for path in sorted(new, key=lambda path: path.stat().st_mtime_ns):
            self._told.add(path)
            yield line_about(path)

    def _mails(self) -> list[Path]:
        return list(self._folder.glob("*.eml"))


def line_about(path: Path) -> str:
    """To whom, about what, and the code or the link that it carries."""
    mail = message_from_bytes(path.read_bytes(), policy=policy.default)
    text = _text_of(mail)
    line = f"mail to {mail['To']}: {mail['Subject']}"
    if code := CODE.search(text):
        return f"{line} - code {code[1] or code[2]}"
    if link := LINK.search(text):
        return f"{line} - {link[0].rstrip('.,)>')}"
    return line


def _text_of(mail: EmailMessage) -> str:
    body = mail.get_body(("plain", "html"))
    return str(body.get_content()) if body else ""
