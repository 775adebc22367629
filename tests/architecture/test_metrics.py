"""Figures for the council's monitoring: read at the real port of a web server and a worker that really run."""

import os
import re
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from config import ConfigError
from startup.metrics import State
from tests.architecture.test_starting import free_port, wait_for
from tests.conftest import settings_for
from tests.patience import ends

ROOT = Path(__file__).resolve().parents[2]


class Running:
    """A portal's web server and worker, each with its port for figures."""

    def __init__(self, folder: Path) -> None:
        self.port, self.web, self.worker = free_port(), free_port(), free_port()
        self.environ = {
            "PATH": os.environ["PATH"],
            "PORTAL_MODE": "demo",
            "DATA_DIR": str(folder / "data"),
            "PORT": str(self.port),
            "METRICS_PORT": str(self.web),
            "WORKER_METRICS_PORT": str(self.worker),
            "LOG_FORMAT": "json",
        }
        self.log = (folder / "log.txt").open("wb")
        self.parts: list[subprocess.Popen[bytes]] = []

    def start(self) -> None:
        subprocess.run(self._command("prepare"), env=self.environ, check=True, stdout=self.log, timeout=300)
        for part in ("web", "worker"):
            started = subprocess.Popen(
                self._command(part), env=self.environ, stdout=self.log, stderr=self.log
            )
            self.parts.append(started)
        for port in (self.web, self.worker):
            wait_for(lambda port=port: self.read(f"http://127.0.0.1:{port}/metrics"), "figures")

    def _command(self, part: str) -> list[str]:
        return [sys.executable, str(ROOT / "run.py"), part]

    def read(self, address: str) -> str:
        try:
            with urllib.request.urlopen(address, timeout=10) as answer:  # noqa: S310 - our own address
                return str(answer.read().decode())
        except urllib.error.HTTPError as error:
            return f"status {error.code}"
        except OSError:
            return ""

    def figures(self, port: int) -> dict[str, float]:
        lines = self.read(f"http://127.0.0.1:{port}/metrics").splitlines()
        return {
            name: float(value)
            for name, _space, value in (line.rpartition(" ") for line in lines if not line.startswith("#"))
        }

    def stop(self) -> None:
        for part in self.parts:
            part.terminate()
        for part in self.parts:
            part.wait(timeout=60)
        self.log.close()


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    made = Running(tmp_path_factory.mktemp("figures"))
    try:
        made.start()
        yield made
    finally:
        made.stop()


@pytest.mark.slow
class TestFigures:
    """At the port that monitoring reads."""

    def test_requests_are_counted_by_kind_of_page_and_never_by_what_was_asked(self, running):
        public = f"http://localhost:{running.port}"
        for path in ("/healthz", "/login/?email=zebedee@canary.example", "/nowhere/Zebedee"):
            running.read(public + path)

        figures = running.figures(running.web)

        def key(route: str, status: int) -> str:
            return f'portal_requests_total{{method="GET",route="{route}",status="{status}"}}'

        assert figures[key("/healthz", 200)] >= 1
        assert figures[key("/login/", 200)] >= 1
        assert figures[key("none", 404)] >= 1
        assert figures['portal_request_seconds_count{route="/login/"}'] >= 1
        assert figures['portal_request_statements_sum{route="/healthz"}'] == 0
        assert "zebedee" not in str(figures).lower() and "@" not in str(figures)

    def test_log_ins_that_fail_are_counted(self, running):
        before = running.figures(running.web)['portal_log_ins_total{result="failed"}']
        from http.cookiejar import CookieJar

        browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))
        address = f"http://localhost:{running.port}/login/"
        page = browser.open(address, timeout=30).read().decode()
        token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
        assert token
        body = f"csrf_token={token[1]}&email=nobody%40nowhere.example&password=x-wrong-password-x"
        answer = urllib.request.Request(address, body.encode(), {"Referer": address})
        with pytest.raises(urllib.error.HTTPError):
            browser.open(answer, timeout=30)

        assert running.figures(running.web)['portal_log_ins_total{result="failed"}'] == before + 1

    def test_both_tell_of_queue_worker_and_version(self, running):
        wait_for(
            lambda: "portal_worker_seen_seconds_ago" in running.figures(running.web), "the worker to be seen"
        )
        for port in (running.web, running.worker):
            figures = running.figures(port)
            assert figures["portal_database_up"] == 1
            for lane in ("code", "letter", "digest"):
                assert figures[f'portal_outbox_waiting{{lane="{lane}"}}'] >= 0
                assert figures[f'portal_outbox_late_seconds{{lane="{lane}"}}'] < 300
            assert figures["portal_outbox_given_up"] == 0
            assert 0 <= figures["portal_worker_seen_seconds_ago"] < 60
            assert figures['portal_degraded{what="scanner"}'] == 0
            assert any(re.match(r'portal_info\{.*version="\d', name) for name in figures)
            assert figures["process_resident_memory_bytes"] > 0

    def test_the_worker_counts_mail_by_how_it_ended(self, running):
        figures = running.figures(running.worker)
        assert {f'portal_mails_total{{result="{how}"}}' for how in ("sent", "failed", "dead")} <= set(figures)

    def test_the_public_port_has_no_figures(self, running):
        assert running.read(f"http://localhost:{running.port}/metrics") == "status 404"

    def test_only_this_machine_can_read_them(self, running):
        listening = Path("/proc/net/tcp").read_text() + Path("/proc/net/tcp6").read_text()
        for port in (running.web, running.worker):
            places = re.findall(rf"\s([0-9A-F]+):{port:04X} 0+:0000 0A", listening)
            assert places == ["0100007F"]


def test_without_a_database_the_figures_say_so(tmp_path):
    from app import open_app_context

    context = open_app_context(settings_for(tmp_path, "postgresql://nobody@127.0.0.1:1/nothing"))

    collected = ends(lambda: list(State(context).collect()))
    figures = {sample.name: sample.value for metric in collected for sample in metric.samples}
    assert figures["portal_database_up"] == 0


def test_no_figures_are_given_unless_asked_for(tmp_path):
    settings = settings_for(tmp_path, f"sqlite:///{tmp_path}/x")
    assert (settings.metrics_port, settings.worker_metrics_port) == (0, 0)
    assert settings.metrics_host == "127.0.0.1"


def test_the_worker_takes_the_next_port(tmp_path):
    settings = settings_for(tmp_path, f"sqlite:///{tmp_path}/x", METRICS_PORT="9100")
    assert (settings.metrics_port, settings.worker_metrics_port) == (9100, 9101)


@pytest.mark.parametrize(
    "given",
    [
        {"METRICS_PORT": "8000"},
        {"METRICS_PORT": "7999"},
        {"WORKER_METRICS_PORT": "8000"},
        {"METRICS_PORT": "9100", "WORKER_METRICS_PORT": "9100"},
        {"METRICS_PORT": "some"},
    ],
)
def test_the_public_port_is_refused_for_figures(tmp_path, given):
    with pytest.raises(ConfigError, match="METRICS_PORT"):
        settings_for(tmp_path, f"sqlite:///{tmp_path}/x", **given)
