"""Servers of one's own that may be stopped: PostgreSQL, Redis, a virus scanner, a mail server that never answers."""

import os
import shutil
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from bench.ports import free_port
from bench.promises import NotHere


class OwnPostgres:
    """A PostgreSQL cluster in a folder, stopped as if its machine had lost power, and started again."""

    def __init__(self, folder: Path) -> None:
        found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
        if not found:
            raise NotHere("PostgreSQL's server programs")
        self.programs, self.folder, self.port = found[-1].parent, folder, free_port()
        self.folder.mkdir(parents=True)
        self._as: list[str] = []
        if os.geteuid() == 0:  # PostgreSQL refuses to run as root
            shutil.chown(folder, "postgres")
            _open_way(folder)
            self._as = ["runuser", "-u", "postgres", "--"]
        self._run("initdb", "-D", f"{folder}/data", "-U", "postgres", "--auth=trust", "--encoding=UTF8")
        self.start()

    @property
    def url(self) -> str:
        """For SQLAlchemy."""
        return f"postgresql+psycopg://postgres@127.0.0.1:{self.port}/postgres"

    def start(self) -> None:
        """Start, and wait until it answers."""
        options = f"-h 127.0.0.1 -p {self.port} -k {self.folder}"
        self._run(
            "pg_ctl", "-D", f"{self.folder}/data", "-w", "-l", f"{self.folder}/log", "-o", options, "start"
        )

    def stop(self) -> None:
        """Stop at once; every connection breaks. Raises CalledProcessError when it goes on answering.

        pg_ctl may report a failure although the server has stopped: its process can end before its file is gone.
        """
        try:
            self._run("pg_ctl", "-D", f"{self.folder}/data", "-m", "immediate", "-w", "stop")
        except subprocess.CalledProcessError:
            with suppress(OSError), socket.create_connection(("127.0.0.1", self.port), timeout=1):
                raise

    def close(self) -> None:
        """Leave nothing running, whether it was stopped or not."""
        with suppress(subprocess.CalledProcessError):
            self.stop()

    def _run(self, program: str, *arguments: str) -> None:
        subprocess.run(
            [*self._as, str(self.programs / program), *arguments],
            check=True,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd="/",
        )


class OwnRedis:
    """A Redis that keeps nothing, killed and started again."""

    def __init__(self, folder: Path) -> None:
        if shutil.which("redis-server") is None:
            raise NotHere("redis-server")
        self.folder, self.port = folder, free_port()
        self.folder.mkdir(parents=True)
        self.process: subprocess.Popen[bytes] | None = None
        self.start()

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"redis://127.0.0.1:{self.port}/0"

    def start(self) -> None:
        """Start, and wait until it listens."""
        given = ["--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
        self.process = subprocess.Popen(
            ["redis-server", *given, "--dir", str(self.folder)],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        _until_listening(self.port)

    def stop(self) -> None:
        """Killed."""
        if self.process is not None:
            self.process.send_signal(signal.SIGKILL)
            self.process.wait()


class SilentServer:
    """Takes every connection and never says a word."""

    def __init__(self, port: int) -> None:
        self._listener = socket.create_server(("127.0.0.1", port))
        self._held: list[socket.socket] = []
        threading.Thread(target=self._take, daemon=True).start()

    @property
    def callers(self) -> int:
        """How many wait for a word."""
        return len(self._held)

    def _take(self) -> None:
        while True:
            try:
                line, _ = self._listener.accept()
            except OSError:
                return
            self._held.append(line)

    def close(self) -> None:
        """Gone."""
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for line in self._held:
            line.close()


class StandInScanner:
    """Speaks clamd's INSTREAM: everything is clean but what holds the word EICAR."""

    def __init__(self, port: int) -> None:
        self._listener = socket.create_server(("127.0.0.1", port))
        self.scanned = 0
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            try:
                line, _ = self._listener.accept()
            except OSError:
                return
            with line:
                self._answer(line)

    def _answer(self, line: socket.socket) -> None:
        if _exactly(line, 10) != b"zINSTREAM\0":
            return
        content = b""
        while size := int.from_bytes(_exactly(line, 4), "big"):
            content += _exactly(line, size)
        line.sendall(b"stream: Eicar-Signature FOUND\0" if b"EICAR" in content else b"stream: OK\0")
        self.scanned += 1

    def close(self) -> None:
        """Gone."""
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()


@contextmanager
def small_disk(folder: Path, size: str) -> Iterator[Path]:
    """Mount a separate disk of this size at this folder. Raises NotHere if mounting is not allowed."""
    folder.mkdir(parents=True, exist_ok=True)
    mounted = _mount(["mount", "-t", "tmpfs", "-o", f"size={size},mode=0700", "tmpfs", str(folder)])
    if not mounted:
        raise NotHere("the right to mount a small disk (root)")
    try:
        yield folder
    finally:
        _mount(["umount", "-l", str(folder)])


def fill_up(ballast: Path) -> None:
    """Make this file take all the room that is left on its disk."""
    with ballast.open("wb", buffering=0) as file:
        for size in (1 << 20, 1 << 12, 1):
            try:
                while file.write(bytes(size)):
                    pass
            except OSError:
                continue


def _mount(command: Sequence[str]) -> bool:
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


def _open_way(folder: Path) -> None:
    """Let another account reach this folder: temporary folders are closed to other accounts."""
    for parent in folder.parents:
        if parent.stat().st_uid == os.geteuid() and parent != Path("/"):
            parent.chmod(parent.stat().st_mode | 0o011)


def _exactly(line: socket.socket, count: int) -> bytes:
    content = b""
    while len(content) < count:
        heard = line.recv(count - len(content))
        if not heard:
            return content
        content += heard
    return content


def _until_listening(port: int) -> None:
    for _ in range(100):
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise TimeoutError(f"nothing listens on {port}")
