"""The web server: granian in one process, with several threads. SIGHUP brings in a new version (rolling.py)."""

import gc
import os
from pathlib import Path

from flask import Flask
from granian.constants import HTTPModes, Interfaces
from granian.http import HTTP1Settings
from granian.log import LogLevels

from config import Settings, load_settings
from startup.logs import start_logs
from startup.metrics import open_metrics
from startup.orphans import leave_with
from startup.rolling import RollingServer, tell_ready
from startup.slow_clients import SlowClients

THREADS = 8
"""Requests that are worked on at once."""
WAITING_THREADS = 32
"""Besides: those that wait for a body or until an answer is taken. They cost little, since they do nothing."""
SECONDS_TO_FINISH = 25
LARGEST_HEADERS = 65_536
"""Bytes of a request line and its headers; more is answered 431."""
MEMORY = {"MALLOC_ARENA_MAX": "2", "MALLOC_MMAP_THRESHOLD_": "1000000"}
"""For the processes that start from here: else each thread would keep what it was once given, and the 19 MB that a
password's hash takes would never be given back."""
ROOT = Path(__file__).resolve().parents[1]


def serve(settings: Settings) -> None:
    """Answer requests until told to stop; then finish those in hand.

    There is no access log: addresses and query strings of pages about children stay out of log files.
    """
    for name, value in MEMORY.items():
        os.environ.setdefault(name, value)
    RollingServer(
        "startup.web:open_portal",
        factory=True,
        address=settings.host,
        port=settings.port,
        interface=Interfaces.WSGI,
        http=HTTPModes.http1,
        http1_settings=HTTP1Settings(header_read_timeout=10_000, max_buffer_size=LARGEST_HEADERS),
        websockets=False,
        workers=1,
        blocking_threads=THREADS + WAITING_THREADS,
        workers_kill_timeout=SECONDS_TO_FINISH,
        log_level=LogLevels.error,
        log_access=False,
        working_dir=ROOT,
    ).serve()


def open_portal() -> Flask:
    """What granian calls in its serving process."""
    from app import create_app

    leave_with(os.getppid())
    settings = load_settings()
    start_logs(settings.log_format)
    portal = create_app(settings)
    portal.wsgi_app = SlowClients(  # type: ignore[method-assign]
        portal.wsgi_app,
        at_once=THREADS,
        bodies=WAITING_THREADS // 2,
        answers=WAITING_THREADS // 4,
        seconds=settings.body_seconds,
        most_bytes=portal.config["MAX_CONTENT_LENGTH"],
    )
    open_metrics(settings, portal.extensions["app_context"], settings.metrics_port)
    # What is there by now stays to the end: the collector of rubbish need not look through it again and again.
    gc.collect()
    gc.freeze()
    tell_ready(settings.port)
    return portal
