"""Show the demo's new mail at the terminal, security codes first of all."""

import re
from collections.abc import Iterator
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

# A code is alone on its line or follows the word; the last six digits of a phone number are not.
CODE = re.compile(r"^\s*(\d{6})\s*$|\bcode\b[^\d\n]{0,40}(\d{6})\b(?!\d)", re.IGNORECASE | re.MULTILINE)
LINK = re.compile(r"https?://\S+/\S+")


class MailFolder:
    """The demo's mail folder, and which of its mails have been shown."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._shown = set(self._mails())

    def news(self) -> Iterator[str]:
        """Yield one line for each mail that is new since the last call, oldest first."""
        new = [path for path in self._mails() if path not in self._shown]
        for path in sorted(new, key=lambda path: path.stat().st_mtime_ns):
            self._shown.add(path)
            yield line_about(path)

    def _mails(self) -> list[Path]:
        return list(self._folder.glob("*.eml"))


def line_about(path: Path) -> str:
    """Return one line about a mail: its security code, or its subject and link."""
    mail = message_from_bytes(path.read_bytes(), policy=policy.default)
    text = _text_of(mail)
    if code := CODE.search(text):
        return f"CODE {code[1] or code[2]} for {mail['To']}"
    line = f"Mail to {mail['To']}: {mail['Subject']}"
    if link := LINK.search(text):
        return f"{line} - {link[0].rstrip('.,)>')}"
    return line


def _text_of(mail: EmailMessage) -> str:
    body = mail.get_body(("plain", "html"))
    return str(body.get_content()) if body else ""
