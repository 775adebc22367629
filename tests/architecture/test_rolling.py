"""The process that renews the web server hears every signal, whatever it is doing when one comes."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from startup.rolling import Flag, RollingServer

ROOT = Path(__file__).resolve().parents[2]
WAITING = """
import signal, sys
from startup.rolling import Flag
flag, over = Flag(), Flag()
signal.signal(signal.SIGUSR1, lambda *_: flag.set())
signal.signal(signal.SIGTERM, lambda *_: over.set())
print("waiting", flush=True)
while not over.wait(0.0001):
    flag.wait(0.0001)
    flag.clear()
print("heard", flush=True)
"""


def test_signals_that_come_while_it_waits_for_them_never_stop_it():
    with subprocess.Popen(
        [sys.executable, "-c", WAITING], cwd=ROOT, stdout=subprocess.PIPE, text=True
    ) as waiting:
        assert waiting.stdout.readline() == "waiting\n"
        end = time.monotonic() + 2
        while time.monotonic() < end:
            os.kill(waiting.pid, signal.SIGUSR1)
            time.sleep(0.0002)
        waiting.terminate()
        said, _ = waiting.communicate(timeout=10)
    assert (said, waiting.returncode) == ("heard\n", 0)


def test_a_handler_may_raise_the_flag_in_the_middle_of_the_wait_for_it(monkeypatch):
    flag = Flag()
    monkeypatch.setattr("startup.rolling.time.sleep", lambda _seconds: signal.raise_signal(signal.SIGUSR1))
    before = signal.signal(signal.SIGUSR1, lambda *_: flag.set())
    try:
        assert flag.wait() is True
    finally:
        signal.signal(signal.SIGUSR1, before)


@pytest.fixture
def server() -> RollingServer:
    return RollingServer("startup.web:open_portal", factory=True, interface="wsgi")


def test_whatever_a_handler_raises_is_such_a_flag(server):
    server.signal_handler_reload()
    assert isinstance(server.main_loop_interrupt, Flag) and server.main_loop_interrupt.wait(0)
    server._one_is_ready(signal.SIGUSR1, None)
    assert isinstance(server._ready, Flag) and server._ready.wait(0)


def test_who_asks_for_a_renewal_while_one_goes_on_is_served_after_it(server):
    server.reload_signal = True
    server.main_loop_interrupt.clear()

    server._respawn_workers([], None, None)

    assert server.main_loop_interrupt.wait(0)
