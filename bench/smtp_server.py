"""A mail server for proofs: it can refuse mail, stop and restart, and records what it accepted and when."""

import asyncio
import re
import threading
import time
from dataclasses import dataclass
from email import message_from_bytes, policy
from typing import Any

from aiosmtpd.controller import Controller

from bench.ports import free_port

CODE = re.compile(r"^\s*(\d{6})\s*$", re.MULTILINE)


@dataclass(frozen=True)
class Taken:
    """One accepted mail."""

    message_id: str
    to: str
    at: float
    """Seconds since 1970."""


class SmtpServer:
    """An SMTP server on its own port. With `refuse_every` 5 it refuses one mail in five for the time being.

    `thinks` is the number of seconds it takes for each mail.
    """

    def __init__(self) -> None:
        self.port = free_port()
        self.refuse_every = 0
        self.thinks = 0.0
        self.taken: list[Taken] = []
        self.asked = self.refused = self.stops = 0
        self._codes: dict[str, str] = {}
        self._lock = threading.Lock()
        self._server: Controller | None = None
        self.open()

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802
        """Accept one mail, or refuse it for the time being."""
        await asyncio.sleep(self.thinks)
        with self._lock:
            self.asked += 1
            if self.refuse_every and self.asked % self.refuse_every == 0:
                self.refused += 1
                return "451 come back later"
        mail = message_from_bytes(envelope.content, policy=policy.default)
        body = mail.get_body(("plain",))
        code = CODE.search(body.get_content()) if body is not None else None
        with self._lock:
            self.taken.append(Taken(str(mail["Message-ID"]).strip(), str(mail["To"]), time.time()))
            if code is not None:
                self._codes[str(mail["To"])] = code[1]
        return "250 taken"

    def code_for(self, address: str, seconds: float = 60) -> str:
        """Wait for and return the newest unused security code sent to this address."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            with self._lock:
                if code := self._codes.pop(address, None):
                    return code
            time.sleep(0.05)
        raise TimeoutError(f"no code came for {address} in {seconds:g} s")

    def open(self) -> None:
        """Start listening."""
        self._server = Controller(self, hostname="127.0.0.1", port=self.port)
        self._server.start()

    def stop(self) -> None:
        """Stop, closing all connections."""
        if self._server is not None:
            self._server.stop()
            self._server = None
            self.stops += 1

    def stop_for(self, seconds: float) -> None:
        """Stop for some seconds, then listen again."""
        self.stop()
        time.sleep(seconds)
        self.open()
