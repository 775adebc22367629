"""A complete portal for a proof: database, mail server, web server and worker as real programs, in live mode."""

import os
import secrets
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path

from app import open_app_context
from app.core.mail.queue import open_queue
from app.core.unit_of_work import AppContext
from bench.browser import Answer, Browser, NoAnswer
from bench.ports import free_port
from bench.promises import Options
from bench.smtp_server import SmtpServer
from config import Settings, load_settings
from devtools.databases import own_database

ROOT = Path(__file__).resolve().parents[1]
HOST = "portal.proof.example"
TEAM = "sen@proof.example"


class Program:
    """One of the portal's programs in a process group of its own, so that all of it can be killed at once."""

    def __init__(self, name: str, command: Sequence[str], environ: Mapping[str, str], log: Path) -> None:
        self.name, self.command, self.environ, self.log = name, list(command), dict(environ), log
        self.process: subprocess.Popen[bytes] | None = None
        self.kills = 0

    @property
    def running(self) -> subprocess.Popen[bytes]:
        """The process; it has to have been started."""
        if self.process is None:
            raise RuntimeError(f"the {self.name} was not started")
        return self.process

    def start(self) -> None:
        """Start it, and return at once."""
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                self.command, cwd=ROOT, env=self.environ, stdout=log, stderr=log, start_new_session=True
            )

    def kill(self) -> None:
        """kill -9 to the whole process group: no good-bye, no tidying."""
        self._send_group(signal.SIGKILL)
        self.running.wait()
        self.kills += 1

    def stop(self, seconds: float = 40) -> int:
        """Ask it to finish and leave (SIGTERM); gives its exit code."""
        if self.process is None:
            return 0
        if self.process.poll() is None:
            self.process.terminate()
            try:
                return self.process.wait(seconds)
            except subprocess.TimeoutExpired:
                self._send_group(signal.SIGKILL)
        return self.process.wait()

    def _send_group(self, sign: signal.Signals) -> None:
        try:
            os.killpg(self.running.pid, sign)
        except ProcessLookupError:
            return


class Stack:
    """The portal's programs and everything around them."""

    def __init__(
        self, folder: Path, database_url: str, redis: str | None, mail: SmtpServer, **more: str
    ) -> None:
        self.folder, self.mail = folder, mail
        self.port = free_port()
        self._browsers: list[Browser] = []
        self.environ = self._environ(database_url, redis) | more
        self.settings: Settings = load_settings(self.environ)
        python = sys.executable
        self.web = self._program("web", [python, "run.py", "web"])
        self.worker = self._program("worker", [python, "run.py", "worker"])

    def _environ(self, database_url: str, redis: str | None) -> dict[str, str]:
        bare = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "TMPDIR") if name in os.environ}
        keys = {name: secrets.token_hex(32) for name in ("SECRET_KEY", "OTP_KEY", "AUDIT_KEY", "FILE_KEY")}
        council = {
            "COUNCIL_NAME": "Proof Council",
            "COUNCIL_SEN_PHONE": "01632 960000",
            "COUNCIL_SEN_EMAIL": TEAM,
            "COUNCIL_ADDRESS": "1 Proof Street, BD1 1HY",
            "COUNCIL_FEEDBACK_EMAIL": TEAM,
            "COUNCIL_SENDIASS_NAME": "Proof SENDIASS",
            "COUNCIL_SENDIASS_PHONE": "01632 960001",
        }
        given = {
            "PORTAL_MODE": "live",
            "DATA_DIR": str(self.folder / "data"),
            "DATABASE_URL": database_url,
            "PORT": str(self.port),
            "PUBLIC_BASE_URL": f"https://{HOST}",
            "TRUSTED_PROXY_HOPS": "1",
            "MAIL_SERVER": "127.0.0.1",
            "MAIL_PORT": str(self.mail.port),
            "MAIL_USE_TLS": "no",
            "MAIL_DEFAULT_SENDER": "SEND Portal <no-reply@proof.example>",
        }
        return bare | keys | council | given | ({"REDIS_URL": redis} if redis else {})

    def _program(self, name: str, command: Sequence[str]) -> Program:
        return Program(name, command, self.environ, self.folder / f"{name}.log")

    def use_hurried_worker(self) -> None:
        """For short runs: a worker whose pauses and leases last seconds instead of minutes."""
        self.worker = self._program("worker", [sys.executable, "-m", "bench.hurried_worker", "0.2"])

    @cached_property
    def context(self) -> AppContext:
        """Open the portal's app context in this process, to create and check data."""
        return open_app_context(self.settings)

    def prepare(self) -> None:
        """Prepare the database as a deployment does: tables, roles, form templates."""
        done = subprocess.run(
            [sys.executable, "run.py", "prepare"],
            cwd=ROOT,
            env=self.environ,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise RuntimeError(f"the database could not be prepared: {done.stderr[-2000:]}")

    def browser(self, keep: bool = True, timeout: float = 60) -> Browser:
        """Return a browser that is not logged in."""
        browser = Browser(self.port, HOST, timeout, keep)
        if keep:
            self._browsers.append(browser)
        return browser

    def start_web(self, seconds: float = 60) -> None:
        """Start the web server and wait until it answers."""
        self.web.start()
        self.until(lambda: self.healthy() is not None, seconds, "the web server to answer")

    def healthy(self, path: str = "/healthz") -> Answer | None:
        """Return the answer of the health page, or None if there is none."""
        try:
            return self.browser(keep=False, timeout=5).get(path)
        except NoAnswer:
            return None

    def until(self, true: Callable[[], bool], seconds: float, what: str, glance: float = 0.05) -> float:
        """Wait for it; gives how long it took. TimeoutError, with the ends of the logs, when it does not come."""
        begun = time.monotonic()
        while not true():
            if time.monotonic() - begun > seconds:
                raise TimeoutError(f"waited {seconds:g} s for {what}\n{self.last_words()}")
            time.sleep(glance)
        return time.monotonic() - begun

    def last_words(self) -> str:
        """Return the ends of the programs' logs, without successful requests."""
        logs = [program.log for program in (self.web, self.worker) if program.log.exists()]
        return "\n".join(f"{log.name}: {_telling(log.read_text())[-3000:]}" for log in logs)

    def close(self) -> None:
        """Leave nothing running and nothing behind on servers that others use."""
        for program in (self.web, self.worker):
            if program.process is not None and program.process.poll() is None:
                program.kill()
        for browser in self._browsers:
            browser.close()
        self.mail.stop()
        self.context.database.engine.dispose()
        if self.settings.redis_url:
            task_queue = open_queue(self.settings)
            task_queue.storage.flush_all()
            task_queue.storage.pool.disconnect()


def _telling(log: str) -> str:
    return "\n".join(line for line in log.splitlines() if '"message": "answered"' not in line)


@contextmanager
def stack(options: Options, name: str, **more: str) -> Iterator[Stack]:
    """Yield a prepared portal with only its mail server started, and remove it afterwards."""
    folder = options.folder / name
    folder.mkdir(parents=True)
    with own_database(options.database, folder) as url:
        made = Stack(folder, url, options.redis, SmtpServer(), **more)
        try:
            made.prepare()
            yield made
        finally:
            made.close()
