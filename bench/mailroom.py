"""A real mail server for proofs: refuses some mail, can die and come back, and remembers what it took and when."""

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
    """One mail the server took."""

    message_id: str
    to: str
    at: float
    """Seconds since 1970."""


class Mailroom:
    """Listens on a port of its own; `refuse_every` 5 answers one mail in five with "come back later".

    `thinks` is how many seconds it takes over each mail.
    """

    def __init__(self) -> None:
        self.port = free_port()
        self.refuse_every = 0
        self.thinks = 0.0
        self.taken: list[Taken] = []
        self.asked = self.refused = self.deaths = 0
        self._codes: dict[str, str] = {}
        self._lock = threading.Lock()
        self._server: Controller | None = None
        self.open()

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802
        """Take one mail, or say that it should come back later."""
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
        """The newest security code sent to this address and not yet asked for; waits for it."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            with self._lock:
                if code := self._codes.pop(address, None):
                    return code
            time.sleep(0.05)
        raise TimeoutError(f"no code came for {address} in {seconds:g} s")

    def open(self) -> None:
        """Listen; it may have been dead before."""
        self._server = Controller(self, hostname="127.0.0.1", port=self.port)
        self._server.start()

    def die(self) -> None:
        """Gone, connections and all; what it took it has."""
        if self._server is not None:
            self._server.stop()
            self._server = None
            self.deaths += 1

    def die_for(self, seconds: float) -> None:
        """Gone for a while."""
        self.die()
        time.sleep(seconds)
        self.open()
