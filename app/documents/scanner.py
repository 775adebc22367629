"""Scan files for viruses with clamd, where the council runs it, over its own protocol.

Any failure counts as "not scanned", never as clean.
"""

import socket
import struct
from typing import BinaryIO, Protocol
from urllib.parse import urlsplit

CHUNK = 64 * 1024
PATIENCE = 20.0


class ScannerDown(Exception):
    """The scanner did not answer; the file must wait."""


class Scanner(Protocol):
    """A virus scanner."""

    def is_clean(self, content: BinaryIO) -> bool:
        """Return False when a virus was found. Raises ScannerDown when the scanner gives no result."""
        ...

    def ping(self) -> None:
        """Check that the scanner answers. Raises ScannerDown."""
        ...


class NoScanner:
    """Used when no scanner is installed: only documents/rules/uploads.py checks files. The IT manual warns about it."""

    def is_clean(self, content: BinaryIO) -> bool:  # noqa: ARG002 - all scanners have the same methods
        """Return True."""
        return True

    def ping(self) -> None:
        """Do nothing, because there is no scanner."""


class Clamd:
    """A clamd at "host:port" or "unix:/path/to/clamd.sock"."""

    def __init__(self, address: str, patience: float = PATIENCE) -> None:
        self.address, self.patience = address, patience

    def is_clean(self, content: BinaryIO) -> bool:
        """Send the content to clamd and return whether it is clean. Raises ScannerDown."""
        try:
            with self._call() as line:
                line.sendall(b"zINSTREAM\0")
                while chunk := content.read(CHUNK):
                    line.sendall(struct.pack(">I", len(chunk)) + chunk)
                line.sendall(struct.pack(">I", 0))
                answer = _heard(line)
        except (OSError, ValueError) as silent:
            raise ScannerDown(type(silent).__name__) from silent
        if answer == "stream: OK":
            return True
        if answer.startswith("stream: ") and answer.endswith(" FOUND"):
            return False
        raise ScannerDown("an answer that is neither yes nor no")

    def ping(self) -> None:
        """Raise ScannerDown unless clamd answers."""
        try:
            with self._call() as line:
                line.sendall(b"zPING\0")
                answer = _heard(line)
        except (OSError, ValueError) as silent:
            raise ScannerDown(type(silent).__name__) from silent
        if answer != "PONG":
            raise ScannerDown("an answer that is not PONG")

    def _call(self) -> socket.socket:
        if self.address.startswith("unix:"):
            line = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            line.settimeout(self.patience)
            try:
                line.connect(self.address.removeprefix("unix:"))
            except OSError:
                line.close()
                raise
            return line
        parts = urlsplit(f"//{self.address}")
        return socket.create_connection((parts.hostname or "localhost", parts.port or 3310), self.patience)


def scanner_at(address: str) -> Scanner:
    """Return the configured scanner, or NoScanner."""
    return Clamd(address) if address else NoScanner()


def _heard(line: socket.socket) -> str:
    answer = b""
    while not answer.endswith(b"\0"):
        heard = line.recv(4096)
        if not heard or len(answer) > 4096:
            break
        answer += heard
    return answer.rstrip(b"\0").decode("ascii", "replace").strip()
