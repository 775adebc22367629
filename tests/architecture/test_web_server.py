"""The web server's configuration: what the master may load, how a new version is brought in, what is logged."""

import ast
import io
import logging
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from startup import gunicorn_config, web
from startup.logs import JsonLines, start_server_log
from startup.tables import WRONG_TABLES

ROOT = Path(__file__).resolve().parents[2]
CANARY = "/register/finish/Zebedee-Quorn"


def test_the_master_loads_nothing_of_the_portal():
    tree = ast.parse((ROOT / "startup/gunicorn_config.py").read_text())
    names = [alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names]
    names += [node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]

    assert {name.partition(".")[0] for name in names} <= sys.stdlib_module_names


def test_there_is_a_thread_for_each_request_that_works_or_waits():
    assert gunicorn_config.threads == web.THREADS + web.WAITING_THREADS


def test_a10_no_header_of_a_client_says_where_it_comes_from():
    assert gunicorn_config.forwarded_allow_ips == ""


@pytest.fixture
def signals(monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, int]]:
    sent: list[tuple[int, int]] = []
    monkeypatch.setattr("startup.gunicorn_config.os.kill", lambda pid, number: sent.append((pid, number)))
    return sent


def test_a_version_that_starts_is_given_a_worker_which_takes_the_old_one_away(signals, monkeypatch):
    monkeypatch.setattr(gunicorn_config, "version_starts", lambda: True)

    gunicorn_config.replace_worker()
    gunicorn_config.post_worker_init(None)

    assert signals == [(os.getpid(), signal.SIGTTIN), (os.getppid(), signal.SIGTTOU)]


def test_a_version_that_does_not_start_is_given_none_and_that_is_printed(signals, monkeypatch, capfd):
    monkeypatch.setattr(gunicorn_config, "version_starts", lambda: False)

    gunicorn_config.replace_worker()

    assert signals == []
    assert capfd.readouterr().err == "The new version does not start; the old one goes on.\n"


@pytest.mark.parametrize(
    ("program", "starts"),
    [
        ("print('ready')", True),
        ("print('ready'); print('not')", False),
        ("raise SystemExit(5)", False),
        ("", False),
    ],
)
def test_only_what_says_that_it_is_ready_starts(tmp_path, monkeypatch, program, starts):
    (tmp_path / "run.py").write_text(program)
    monkeypatch.setattr(gunicorn_config, "ROOT", tmp_path)

    assert gunicorn_config.version_starts() is starts


def test_a_check_does_not_start_on_tables_of_another_version(tmp_path):
    environ = {"PATH": os.environ["PATH"], "PORTAL_MODE": "demo", "DATA_DIR": str(tmp_path)}

    done = subprocess.run(
        [sys.executable, str(ROOT / "run.py"), "check"],
        env=environ,
        capture_output=True,
        text=True,
        timeout=60,
    )

    assert (done.returncode, done.stdout) == (WRONG_TABLES, "")
    assert "at migration none" in done.stderr


@pytest.fixture
def server_log() -> Iterator[tuple[logging.Logger, io.StringIO]]:
    """gunicorn's log of errors as a worker sets it up."""
    log, root, paper = logging.getLogger("gunicorn.error"), logging.getLogger(), io.StringIO()
    before = log.handlers, log.propagate, log.level, list(log.filters)
    handler = logging.StreamHandler(paper)
    handler.setFormatter(JsonLines())
    root.addHandler(handler)
    start_server_log()
    yield log, paper
    root.removeHandler(handler)
    log.handlers, log.propagate, log.level, log.filters = *before[:3], before[3]


def test_the_servers_log_never_holds_the_address_that_was_asked_for(server_log):
    log, paper = server_log

    log.warning("Invalid request from ip=127.0.0.1: %s", CANARY)
    try:
        raise ValueError(CANARY)
    except ValueError:
        log.exception("Error handling request %s %s", "GET", CANARY)

    assert '"message": "Error handling request [left out] [left out]"' in paper.getvalue()
    assert '"failure": "ValueError"' in paper.getvalue()
    assert CANARY not in paper.getvalue()
    assert "Invalid request" not in paper.getvalue()
