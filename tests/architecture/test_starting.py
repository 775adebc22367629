"""One command starts the whole portal, keeps it running, tells the demo's mail, and stops it in good order."""

import os
import shutil
import signal
import socket
import stat
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from pathlib import Path
from typing import TypeVar

import pytest

from startup.demo_mail import MailFolder, line_about

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 180.0  # a busy machine is slow, not broken
Found = TypeVar("Found")


def free_port() -> int:
    with socket.socket() as trial:
        trial.bind(("127.0.0.1", 0))
        port: int = trial.getsockname()[1]
        return port


def wait_for(look: Callable[[], Found], what: str) -> Found:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        if found := look():
            return found
        time.sleep(0.1)
    raise AssertionError(f"waited {PATIENCE:.0f} s for {what}")


class Portal:
    """A portal started as `make run` starts it, in a folder and on a port of its own."""

    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        self.data = folder / "data"
        self.log = folder / "said.txt"
        self.environ = {
            "PATH": os.environ["PATH"],
            "PORTAL_MODE": "demo",
            "DATA_DIR": str(self.data),
            "PORT": str(self.port),
            "DEMO_PASSWORD": "a-word-for-this-test-only",
        }

    def start(self) -> "subprocess.Popen[bytes]":
        with self.log.open("wb") as log:
            return subprocess.Popen(
                [sys.executable, str(ROOT / "run.py")], env=self.environ, stdout=log, stderr=subprocess.STDOUT
            )

    def output(self) -> str:
        return self.log.read_text(encoding="utf-8")

    def answers(self) -> int:
        try:
            with urllib.request.urlopen(f"http://localhost:{self.port}/healthz", timeout=5) as answer:
                return int(answer.status)
        except urllib.error.HTTPError as error:
            return error.code
        except OSError:
            return 0

    def part(self, name: str) -> int:
        """The process number of the web server or the worker; 0 while there is none."""
        word = {"web": b"startup.web:open_portal()", "worker": b"worker"}[name]
        for folder in Path("/proc").glob("[0-9]*"):
            try:
                words = (folder / "cmdline").read_bytes().split(b"\0")
                environ = (folder / "environ").read_bytes()
                parent = int((folder / "stat").read_text().rsplit(")", 1)[1].split()[1])
            except (OSError, IndexError):
                continue
            if (
                word in words
                and f"DATA_DIR={self.data}".encode() in environ.split(b"\0")
                and parent == self.pid
            ):
                return int(folder.name)
        return 0

    pid = 0

    @contextmanager
    def running(self) -> Iterator["subprocess.Popen[bytes]"]:
        process = self.start()
        self.pid = process.pid
        try:
            wait_for(
                lambda: "Press Ctrl+C" in self.output() or process.poll() is not None, "the portal to come up"
            )
            assert process.poll() is None, self.output()
            yield process
        finally:
            process.terminate()
            process.wait(timeout=PATIENCE)


@pytest.fixture
def portal(tmp_path: Path) -> Portal:
    return Portal(tmp_path)


def write_mail(folder: Path, name: str, subject: str, text: str) -> Path:
    mail = EmailMessage()
    mail["To"], mail["Subject"] = "ann@eps.example", subject
    mail.set_content(text)
    path = folder / name
    path.write_bytes(mail.as_bytes())
    return path


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="finds processes in /proc")
class TestSupervisor:
    """`python run.py`, whole."""

    def test_it_starts_tells_restarts_what_dies_and_stops_in_order(self, portal: Portal) -> None:
        with portal.running() as process:
            assert portal.answers() == 200
            output = portal.output()
            assert f"http://localhost:{portal.port}" in output
            assert "a-word-for-this-test-only" in output
            assert "SEN officer" in output
            assert stat.S_IMODE((portal.data / "portal.sqlite3").stat().st_mode) == 0o600

            write_mail(portal.data / "mail", "one.eml", "Your security code", "Your code:\n\n123456\n")
            wait_for(lambda: "CODE 123456 for" in portal.output(), "the mail to be told")

            for part in ("web", "worker"):
                first = wait_for(lambda part=part: portal.part(part), f"the {part}")
                os.kill(first, signal.SIGKILL)
                wait_for(
                    lambda part=part, first=first: portal.part(part) not in (0, first), f"another {part}"
                )
            wait_for(lambda: portal.answers() == 200, "an answer after the web server was killed")

            process.terminate()
            assert process.wait(timeout=PATIENCE) == 0

        assert portal.output().rstrip().endswith("Stopped.")
        assert "Traceback" not in portal.output()
        assert portal.answers() == 0

        with portal.running():
            assert portal.answers() == 200
            assert "123456" not in portal.output()

    def test_nothing_outlives_a_supervisor_that_is_killed(self, portal: Portal) -> None:
        with portal.running() as process:
            parts = [
                wait_for(lambda part=part: portal.part(part), f"the {part}") for part in ("web", "worker")
            ]
            process.kill()
            process.wait(timeout=10)

            wait_for(lambda: portal.answers() == 0, "the port to be free")
            for part in parts:
                wait_for(lambda part=part: not Path(f"/proc/{part}").exists(), "a part to leave")


def test_a_port_in_use_is_named_and_a_way_out_given(portal: Portal) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", portal.port))
        other.listen()
        ended = subprocess.run(
            [sys.executable, str(ROOT / "run.py")],
            env=portal.environ,
            capture_output=True,
            text=True,
            timeout=60,
        )

    assert ended.returncode == 1
    assert f"127.0.0.1:{portal.port}" in ended.stdout
    assert "PORT=" in ended.stdout


def test_an_unknown_part_is_answered_with_how_to_use_it(portal: Portal) -> None:
    ended = subprocess.run(
        [sys.executable, str(ROOT / "run.py"), "everything"],
        env=portal.environ,
        capture_output=True,
        text=True,
        timeout=60,
    )

    assert ended.returncode == 2
    assert ended.stderr.startswith("Usage: ")


class TestMailAtTheTerminal:
    """What the demo tells of each mail."""

    def test_only_mail_that_comes_after_the_start_is_printed_and_once(self, tmp_path: Path) -> None:
        write_mail(tmp_path, "old.eml", "Old", "Old news")
        folder = MailFolder(tmp_path)
        write_mail(tmp_path, "new.eml", "New", "Fresh news")

        assert list(folder.news()) == ["Mail to ann@eps.example: New"]
        assert list(folder.news()) == []

    @pytest.mark.parametrize(
        "text",
        [
            "Your security code is 204816.",
            "Use this code to log in:\n\n  204816  \n\nIt works for 10 minutes.",
        ],
    )
    def test_a_code_is_printed(self, tmp_path: Path, text: str) -> None:
        path = write_mail(tmp_path, "a.eml", "Your code", f"{text}\n\nSEN team: 01274 435750\n")

        assert line_about(path) == "CODE 204816 for ann@eps.example"

    def test_a_phone_number_is_no_code(self, tmp_path: Path) -> None:
        path = write_mail(tmp_path, "a.eml", "New message", "Log in to read it.\n\nSEN team: 01274 435750\n")

        assert line_about(path) == "Mail to ann@eps.example: New message"

    def test_a_link_is_printed(self, tmp_path: Path) -> None:
        path = write_mail(
            tmp_path, "a.eml", "Finish", "Open http://localhost:8000/register/finish/Ab-1_c to go on.\n"
        )

        assert line_about(path).endswith(" - http://localhost:8000/register/finish/Ab-1_c")


class TestMissingParts:
    """What is printed when the machine lacks something."""

    def test_a_missing_venv_module_is_named_with_the_command_that_brings_it(self, tmp_path: Path) -> None:
        (tmp_path / "scripts").mkdir()
        shutil.copy(ROOT / "scripts/setup.sh", tmp_path / "scripts")
        (tmp_path / "requirements.txt").touch()
        lacking = tmp_path / "python-without-venv"
        lacking.write_text(
            "#!/bin/bash\n"
            'if [ "$1 $2" = "-m venv" ]; then\n'
            '  echo "The virtual environment was not created successfully because ensurepip is not available."\n'
            "  exit 1\n"
            f'fi\nexec {sys.executable} "$@"\n'
        )
        lacking.chmod(0o755)

        ended = subprocess.run(
            [str(tmp_path / "scripts/setup.sh"), "requirements.txt"],
            env={"PATH": os.environ["PATH"], "PYTHON": str(lacking)},
            capture_output=True,
            text=True,
            timeout=60,
        )

        assert ended.returncode == 1
        assert (
            ended.stderr
            == "Python's venv module is missing: run 'apt-get install python3-venv' and try again.\n"
        )

    @pytest.mark.parametrize(("required", "code", "word"), [("0", 0, "skipped"), ("1", 1, "error")])
    def test_browser_tests_without_chromium(
        self, tmp_path: Path, required: str, code: int, word: str
    ) -> None:
        shutil.copy(ROOT / "conftest.py", tmp_path)
        (tmp_path / "pytest.ini").write_text("[pytest]\nmarkers = browser: needs Chromium\n")
        (tmp_path / "test_page.py").write_text(
            "import pytest\n\n@pytest.mark.browser\ndef test_page():\n    raise SystemExit('a browser would open')\n"
        )

        ended = subprocess.run(
            [sys.executable, "-m", "pytest", "-ra", "-p", "no:cacheprovider", str(tmp_path)],
            cwd=tmp_path,
            env={"PATH": os.environ["PATH"], "CHROMIUM": "/nowhere/chromium", "REQUIRE_BROWSER": required},
            capture_output=True,
            text=True,
            timeout=60,
        )

        assert ended.returncode == code, ended.stdout
        assert f"1 {word}" in ended.stdout
        assert "apt-get install chromium" in ended.stdout
