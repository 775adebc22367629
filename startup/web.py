"""The web server: gunicorn with one worker process of several threads. SIGHUP brings in a new version."""

import gc
import os
import sys
from pathlib import Path

from flask import Flask

from config import Settings, load_settings
from startup.logs import start_logs, start_server_log
from startup.metrics import open_metrics
from startup.slow_clients import SlowClients

THREADS = 8
"""Requests that are worked on at once."""
WAITING_THREADS = 32
"""Besides: those that wait for a body or until an answer is taken. They cost little, since they do nothing."""
MEMORY = {"MALLOC_ARENA_MAX": "2", "MALLOC_MMAP_THRESHOLD_": "1000000"}
"""For the processes that start from here: else each thread would keep what it was once given, and the 19 MB that a
password's hash takes would never be given back."""
CONFIG = Path(__file__).with_name("gunicorn_config.py")


def serve(settings: Settings) -> None:
    """Become gunicorn's master process, which answers requests until it is asked to stop.

    The process is replaced, not gunicorn called in it: the master must have no module of the portal loaded, or the
    workers of a new version would be given the old one's. There is no access log: addresses and query strings of pages
    about children stay out of log files.
    """
    for name, value in MEMORY.items():
        os.environ.setdefault(name, value)
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    address = f"{host}:{settings.port}"
    command = [sys.executable, "-m", "gunicorn", "--config", str(CONFIG), "--bind", address]
    os.execv(sys.executable, [*command, "startup.web:open_portal()"])  # noqa: S606 - no shell is wanted


def open_portal() -> Flask:
    """Return the application; a worker process of gunicorn calls this."""
    settings = load_settings()
    start_logs(settings.log_format)
    portal = build_portal(settings)
    open_metrics(settings, portal.extensions["app_context"], settings.metrics_port)
    start_server_log()
    # What is there by now stays to the end: the collector of rubbish need not look through it again and again.
    gc.collect()
    gc.freeze()
    return portal


def build_portal(settings: Settings) -> Flask:
    """Return the application with its limits on slow clients; nothing listens and nothing is counted yet."""
    from app import create_app

    portal = create_app(settings)
    portal.wsgi_app = SlowClients(  # type: ignore[method-assign]
        portal.wsgi_app,
        at_once=THREADS,
        bodies=WAITING_THREADS // 2,
        answers=WAITING_THREADS // 4,
        seconds=settings.body_seconds,
        most_bytes=portal.config["MAX_CONTENT_LENGTH"],
    )
    return portal
