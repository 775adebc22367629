"""Serve metrics to the council's monitoring, on a separate port that the public cannot reach."""

import logging
import platform
import threading
from collections.abc import Iterable
from typing import TYPE_CHECKING
from wsgiref.simple_server import WSGIServer

from prometheus_client import REGISTRY, start_http_server
from prometheus_client.core import GaugeMetricFamily, InfoMetricFamily, Metric
from prometheus_client.registry import Collector

from startup.version import VERSION

if TYPE_CHECKING:
    from app.core.unit_of_work import AppContext
    from config import Settings

log = logging.getLogger(__name__)

A_MOMENT = 1.0
"""Seconds between tries, while the process that this one replaces still holds the port."""


class State(Collector):
    """The current state of queue and worker, read from the database at each request."""

    def __init__(self, context: "AppContext") -> None:
        self.context = context

    def describe(self) -> Iterable[Metric]:
        """Return nothing, so that the database is not read at registration."""
        return []

    def collect(self) -> Iterable[Metric]:
        """Yield the current metrics; if the database does not answer, only that fact."""
        from app.operations.health import WEAKNESSES, wanted_revision, weaknesses
        from app.operations.status import queue_status

        yield InfoMetricFamily(
            "portal",
            "What runs here",
            {"version": VERSION, "python": platform.python_version(), "migration": wanted_revision()},
        )
        weak = GaugeMetricFamily("portal_degraded", "1 where something is out of order", labels=["what"])
        found = weaknesses(self.context)
        for what in WEAKNESSES:
            weak.add_metric([what], float(what in found))
        yield weak
        try:
            queue = queue_status(self.context)
        except Exception as error:
            log.warning("the queue could not be looked at: %s", type(error).__name__)
            yield GaugeMetricFamily("portal_database_up", "Whether the database answers", 0)
            return
        yield GaugeMetricFamily("portal_database_up", "Whether the database answers", 1)
        waiting = GaugeMetricFamily("portal_outbox_waiting", "Mails that still have to go", labels=["lane"])
        late = GaugeMetricFamily(
            "portal_outbox_late_seconds", "For how long the oldest due mail has waited", labels=["lane"]
        )
        for lane in queue.lanes:
            waiting.add_metric([lane.name], lane.waiting)
            late.add_metric([lane.name], lane.late_by(queue.now).total_seconds())
        yield waiting
        yield late
        yield GaugeMetricFamily("portal_outbox_given_up", "Mails given up, not yet forgotten", queue.given_up)
        if queue.worker_seen is not None:
            ago = (queue.now - queue.worker_seen).total_seconds()
            yield GaugeMetricFamily(
                "portal_worker_seen_seconds_ago", "Since a worker last said it works", ago
            )


def open_metrics(settings: "Settings", context: "AppContext", port: int) -> threading.Thread | None:
    """Serve the metrics at this port, or not if it is 0. Return the thread that opens it."""
    if not port:
        return None
    REGISTRY.register(State(context))
    opener = threading.Thread(target=_open, args=(settings.metrics_host, port), name="metrics", daemon=True)
    opener.start()
    return opener


def _open(host: str, port: int) -> WSGIServer:
    warned, pause = False, threading.Event()
    while True:
        try:
            server, _thread = start_http_server(port, addr=host)
            return server
        except OSError as error:
            if not warned:
                log.warning("the figures wait for port %s (%s)", port, error.strerror)
            warned = True
            pause.wait(A_MOMENT)
