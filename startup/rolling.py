"""A web server that can be restarted while people work: SIGHUP, and the next request meets the new version.

Granian on Linux gives every serving process a listening socket of its own and stops the old process after a fixed
time. What waits at the old socket is then cut off, and while the new process still loads nobody listens at all. Here
one socket outlives every process, and the old process goes only once the new one is ready; if the new one does not
come up, the old one stays. Before the old one is told to stop it turns deaf: a caller it had just let in when it was
told, and had not heard a word from yet, would be hung up on.
"""

import multiprocessing
import os
import signal
import socket
import stat
import sys
import time
from contextlib import suppress
from pathlib import Path
from types import FrameType
from typing import Any

from granian.net import SocketSpec  # type: ignore[attr-defined]
from granian.server import Server

SECONDS_TO_COME_UP = 120
GLANCE = 0.1
SECONDS_TO_TAKE_ANSWER = 60
SECONDS_TO_HEAR_OUT = 1
"""Long enough for whoever was let in last to say what they want."""
MASTER = "PORTAL_ROLLING_MASTER"


class Flag:
    """What a signal's handler raises while its own thread may be waiting for it.

    An Event takes a lock for that, and a handler that comes while the wait below it holds the lock waits for ever: the
    server would hear no SIGHUP and no SIGTERM again.
    """

    def __init__(self) -> None:
        self._is_up = False

    def set(self) -> None:
        """Raise it."""
        self._is_up = True

    def clear(self) -> None:
        """Take it down."""
        self._is_up = False

    def wait(self, seconds: float | None = None) -> bool:
        """Wait until it is raised, for so long at most; tells whether it is."""
        end = None if seconds is None else time.monotonic() + seconds
        while not self._is_up and (end is None or time.monotonic() < end):
            time.sleep(GLANCE)
        return self._is_up


class RollingServer(Server):  # type: ignore[misc, valid-type]
    """Granian's server with one socket for all its processes. tests/system/test_restarts.py holds it to that."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.main_loop_interrupt = Flag()  # granian's own, which its handlers raise
        self._ready = Flag()

    def serve(self, *args: Any, **kwargs: Any) -> None:
        """Answer requests until told to stop."""
        # A fresh interpreter for each process, so that a new version is new from its first import.
        multiprocessing.set_start_method("spawn", force=True)
        signal.signal(signal.SIGUSR1, self._one_is_ready)
        os.environ[MASTER] = str(os.getpid())
        super().serve(*args, **kwargs)

    def _one_is_ready(self, _sign: int, _frame: FrameType | None) -> None:
        self._ready.set()

    def _init_shared_socket(self) -> None:
        """What granian itself does wherever it is not on Linux."""
        self._ssp = None
        self._shd = SocketSpec(self.bind_addr, self.bind_port, self.backlog).build()
        self._sfd = self._shd.get_fd()
        self._sso = socket.socket(fileno=self._sfd)
        self._sso.set_inheritable(True)
        # Every connection has this from the listening socket: one that takes nothing of its answer is cut off.
        self._sso.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, SECONDS_TO_TAKE_ANSWER * 1000)

    def _respawn_workers(self, workers: Any, spawn_target: Any, target_loader: Any, delay: float = 0) -> None:
        for number in workers:
            old, new = self.wrks[number], self._spawn_worker(number, spawn_target, target_loader)
            new.interrupt_by_parent = True  # while it is on trial, its death is no reason to stop
            self._ready.clear()
            new.start()
            if not self._comes_up(new):
                new.kill()
                print(
                    "The new version does not come up; the one before goes on.", file=sys.stderr, flush=True
                )
                continue
            new.interrupt_by_parent = False
            self.wrks[number] = new
            with suppress(ProcessLookupError):
                os.kill(old.inner.pid, signal.SIGUSR2)
            time.sleep(SECONDS_TO_HEAR_OUT)
            old.terminate()
            old.join(self.workers_kill_timeout)
            if old.is_alive():
                old.kill()
        if self.reload_signal:  # asked again in the moment in which granian takes its flags down
            self.main_loop_interrupt.set()

    def _comes_up(self, new: Any) -> bool:
        end = time.monotonic() + SECONDS_TO_COME_UP
        while not self._ready.wait(GLANCE):
            if not new.is_alive() or time.monotonic() > end:
                return False
        return True


def tell_ready(port: int) -> None:
    """Tell the process that started this one that the portal can answer at this port; it may be told to turn deaf."""
    if os.environ.get(MASTER) == str(os.getppid()):
        signal.signal(signal.SIGUSR2, lambda *_: turn_deaf(port))
        os.kill(os.getppid(), signal.SIGUSR1)


def turn_deaf(port: int) -> None:
    """Let nobody else in at this port; whoever is in is answered. Other processes go on listening at the same socket.

    The program that listens keeps its number for the socket, and finds behind it one that nobody can call.
    """
    silent = socket.socket(socket.AF_UNIX)
    silent.bind("")  # a name that the kernel makes up
    silent.listen()
    silent.setblocking(False)
    for number in [int(entry.name) for entry in Path("/proc/self/fd").iterdir()]:
        with suppress(OSError):
            if _listens(number, port):
                os.dup2(silent.fileno(), number)


def _listens(number: int, port: int) -> bool:
    if not stat.S_ISSOCK(os.fstat(number).st_mode):
        return False
    copy = socket.socket(fileno=os.dup(number))
    try:
        listening = copy.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN) == 1
        return listening and copy.family != socket.AF_UNIX and copy.getsockname()[1] == port
    finally:
        copy.close()
