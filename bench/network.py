"""Two machines with a link between them, made of network namespaces: each has its own loopback and address.

What is shared (database, Redis, mail, files) is reached at the wire's own address, through forwarders that pass bytes on
to servers which listen on this machine only.
"""

import asyncio
import secrets
import socket
import subprocess
import threading
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

from bench.promises import NotHere

CHUNK = 65536


@dataclass(frozen=True)
class Machine:
    """One machine on the wire."""

    name: str
    address: str

    def command(self, *words: str) -> list[str]:
        """Return the command that runs these words on this machine."""
        return ["ip", "netns", "exec", self.name, *words]

    def pull_the_plug(self) -> None:
        """From now on nothing reaches it."""
        _ip("-n", self.name, "link", "set", "eth0", "down")


@dataclass(frozen=True)
class Wire:
    """What connects the machines; `address` is where they find what they share."""

    address: str
    machines: tuple[Machine, ...]


@contextmanager
def wire(count: int = 2) -> Iterator[Wire]:
    """Create a bridge with so many machines. Raises NotHere if that is not permitted."""
    mark, net = secrets.token_hex(3), f"10.213.{secrets.randbelow(250) + 1}"
    bridge = f"pb{mark}"
    machines = tuple(Machine(f"p{mark}-{number}", f"{net}.{number + 10}") for number in range(1, count + 1))
    with ExitStack() as undo:
        try:
            _ip("link", "add", bridge, "type", "bridge")
            undo.callback(_ip, "link", "del", bridge)
            _ip("addr", "add", f"{net}.1/24", "dev", bridge)
            _ip("link", "set", bridge, "up")
            for number, machine in enumerate(machines):
                _ip("netns", "add", machine.name)
                undo.callback(_ip, "netns", "del", machine.name)
                end = f"pv{mark}{number}"
                _ip("link", "add", end, "type", "veth", "peer", "name", "eth0", "netns", machine.name)
                _ip("link", "set", end, "master", bridge, "up")
                _ip("-n", machine.name, "addr", "add", f"{machine.address}/24", "dev", "eth0")
                for device in ("eth0", "lo"):
                    _ip("-n", machine.name, "link", "set", device, "up")
        except (OSError, subprocess.CalledProcessError) as refused:
            reason = getattr(refused, "stderr", "") or str(refused)
            raise NotHere(f"the right to make network namespaces: {reason.strip()}") from refused
        yield Wire(f"{net}.1", machines)


def _ip(*words: str) -> None:
    subprocess.run(["ip", *words], check=True, capture_output=True, text=True)


class Forwarders(threading.Thread):
    """Passes bytes from ports on the wire to the same ports on this machine's loopback."""

    def __init__(self, address: str, forwarders: Mapping[int, int]) -> None:
        super().__init__(name="forwarders", daemon=True)
        self.address, self.forwarders = address, forwarders
        self._loop = asyncio.new_event_loop()
        self._open = threading.Event()
        self.start()
        if not self._open.wait(10):
            raise RuntimeError("the forwarders on the wire did not open")

    def run(self) -> None:
        """Until closed."""
        asyncio.set_event_loop(self._loop)
        servers = [
            self._loop.run_until_complete(
                asyncio.start_server(self._through(inside), self.address, outside, limit=CHUNK)
            )
            for outside, inside in self.forwarders.items()
        ]
        self._open.set()
        self._loop.run_forever()
        for server in servers:
            server.close()
        for task in asyncio.all_tasks(self._loop):
            task.cancel()
        self._loop.run_until_complete(asyncio.sleep(0))
        self._loop.close()

    def close(self) -> None:
        """Stop forwarding."""
        self._loop.call_soon_threadsafe(self._loop.stop)
        self.join(10)

    def _through(self, inside: int):  # type: ignore[no-untyped-def]
        async def passing(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            try:
                there, back = await asyncio.open_connection("127.0.0.1", inside)
            except OSError:
                writer.close()
                return
            _notice_death(writer.get_extra_info("socket"))
            await asyncio.gather(_pass(reader, back), _pass(there, writer), return_exceptions=True)

        return passing


def _notice_death(line: socket.socket) -> None:
    """Close the connection when the machine is gone, as a server on the link would."""
    line.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for option, value in ((socket.TCP_KEEPIDLE, 5), (socket.TCP_KEEPINTVL, 2), (socket.TCP_KEEPCNT, 3)):
        line.setsockopt(socket.IPPROTO_TCP, option, value)


async def _pass(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while chunk := await reader.read(CHUNK):
            writer.write(chunk)
            await writer.drain()
    finally:
        writer.close()
