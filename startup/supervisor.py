"""Start the web server and the worker, restart either when it dies, and stop both in order."""

import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

from config import Settings
from startup.demo_mail import MailFolder

ROOT = Path(__file__).resolve().parents[1]
SECONDS_TO_DRAIN = 30
LONGEST_PAUSE = 30.0
STEADY_AFTER = 60.0
TRIES_TO_COME_UP = 5
GLANCE = 0.2


def say(line: str) -> None:
    """Print a line on the terminal at once."""
    print(line, flush=True)


@dataclass
class Helper:
    """One of the two programs of the portal, with the state of its restarts."""

    name: str
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    failures: int = 0
    not_before: float = field(default=0.0)

    def start(self) -> None:
        """Start the program in a session of its own."""
        # A session of its own: Ctrl+C reaches the supervisor only, which then stops the others in order.
        self.process = subprocess.Popen(
            [*stops_with_its_parent(), *command(self.name)], cwd=ROOT, start_new_session=True
        )
        self.started = time.monotonic()

    def look_after(self) -> None:
        """Restart the program when it has ended, after a pause that grows with each failure."""
        now = time.monotonic()
        if self.process is None:
            if now >= self.not_before:
                self.start()
            return
        ended = self.process.poll()
        if ended is None:
            return
        self.failures = 1 if now - self.started > STEADY_AFTER else self.failures + 1
        pause = min(LONGEST_PAUSE, 0.5 * 2 ** (self.failures - 1))
        self.not_before = now + pause
        self.process = None
        say(f"The {self.name} stopped (exit {ended}); starting it again in {pause:.1f} s.")


def command(name: str) -> list[str]:
    """Return the command that starts a part of the portal as a program."""
    return [sys.executable, str(ROOT / "run.py"), name]


def stops_with_its_parent() -> list[str]:
    """Return the prefix of a command that must stop when the supervisor is killed; empty without setpriv."""
    found = shutil.which("setpriv")
    return [found, "--pdeathsig", "TERM"] if found else []


class Supervisor:
    """Runs the whole portal on one machine: `python run.py`."""

    def __init__(self, settings: Settings, banner: Callable[[], str]) -> None:
        self._settings = settings
        self._banner = banner
        self._stopping = False
        self._came_up = False
        self._helpers = [Helper("web"), Helper("worker")]
        self._mail = MailFolder(settings.mail_dir) if settings.mail_backend == "file" else None

    def run(self) -> int:
        """Prepare the database, run both programs until asked to stop, and return the exit code."""
        if taken := port_taken(self._settings):
            say(taken)
            return 1
        for sign in (signal.SIGTERM, signal.SIGINT):
            signal.signal(sign, self._asked_to_stop)
        if not sys.stdout.isatty():  # at a terminal it means that the window was closed
            signal.signal(signal.SIGHUP, self._asked_to_renew)
        if not self._prepare():
            return 1
        try:
            while not self._stopping:
                self._glance()
                if self._never_comes_up():
                    say("The web server doesn't come up; its own message is above. Stopping.")
                    return 1
                time.sleep(GLANCE)
        finally:
            self._drain()
        return 0

    def _asked_to_stop(self, _sign: int, _frame: FrameType | None) -> None:
        self._stopping = True

    def _asked_to_renew(self, _sign: int, _frame: FrameType | None) -> None:
        """Load a new version: the web server replaces its workers while people work (startup/gunicorn_config.py), and the
        worker finishes its mail and is restarted."""
        for helper in self._helpers:
            if helper.process is not None and helper.process.poll() is None:
                helper.process.send_signal(signal.SIGHUP if helper.name == "web" else signal.SIGTERM)

    def _prepare(self) -> bool:
        say("Bringing the database up to date ...")
        done = subprocess.run(command("prepare"), cwd=ROOT, check=False, start_new_session=True)
        if done.returncode:
            say("The database could not be made ready; the reason is above.")
        return done.returncode == 0

    def _glance(self) -> None:
        for helper in self._helpers:
            helper.look_after()
        if not self._came_up and answers(self._settings):
            self._came_up = True
            say(self._banner())
        for line in self._mail.news() if self._mail else ():
            say(line)

    def _never_comes_up(self) -> bool:
        return not self._came_up and any(
            helper.name == "web" and helper.failures >= TRIES_TO_COME_UP for helper in self._helpers
        )

    def _drain(self) -> None:
        """Stop both programs; after half a minute, kill them."""
        running = [
            helper.process for helper in self._helpers if helper.process and helper.process.poll() is None
        ]
        if not running:
            return
        say("Stopping: finishing what is in hand ...")
        for process in running:
            process.terminate()
        deadline = time.monotonic() + SECONDS_TO_DRAIN
        for process in running:
            try:
                process.wait(timeout=max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        for line in self._mail.news() if self._mail else ():
            say(line)
        say("Stopped.")


def port_taken(settings: Settings) -> str | None:
    """Return the message for a port that another program uses, or None."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as trial:
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trial.bind((settings.host, settings.port))
        except OSError as error:
            return (
                f"Can't listen on {settings.host}:{settings.port} ({error.strerror}). "
                "Stop the program that uses it, or choose another port: PORT=8001 make run"
            )
    return None


def answers(settings: Settings) -> bool:
    """Return whether the web server gives any answer at all."""
    host = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(settings.host, settings.host)  # noqa: S104
    request = urllib.request.Request(f"http://{host}:{settings.port}/healthz")
    request.add_header("Host", settings.trusted_hosts[0])
    try:
        with urllib.request.urlopen(request, timeout=0.5):  # noqa: S310
            return True
    except urllib.error.HTTPError:
        return True
    except OSError:
        return False
