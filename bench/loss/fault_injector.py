"""Inject faults while people submit forms: kill the server or the worker, stop the mail server."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from bench.stack import Stack

DOWN = 0.5
"""Seconds until a supervisor would start a killed program again."""
MAIL_DOWN = 3.0


@dataclass(frozen=True)
class PlannedFault:
    """A fault that is injected when this share of the forms has been submitted."""

    at: float
    name: str


def planned_faults(servers: int, workers: int, mail_stops: int) -> list[PlannedFault]:
    """Return the faults, spread over the whole run."""
    injected = [
        PlannedFault((number + offset) / many, name)
        for name, many, offset in (
            ("server", servers, 0.6),
            ("worker", workers, 0.3),
            ("mail", mail_stops, 0.45),
        )
        for number in range(many)
    ]
    return sorted(injected, key=lambda fault: fault.at)


class FaultInjector(threading.Thread):
    """Inject each fault at its time, and start killed programs again, as a supervisor would."""

    def __init__(
        self,
        stack: Stack,
        planned: list[PlannedFault],
        part_sent: Callable[[], float],
        say: Callable[[str], None],
    ) -> None:
        super().__init__(daemon=True)
        self.stack, self.planned, self.part_sent, self.say = stack, planned, part_sent, say
        self.injected: list[PlannedFault] = []
        self.failure: Exception | None = None

    def run(self) -> None:
        """Inject the faults in order."""
        try:
            for fault in self.planned:
                while self.part_sent() < fault.at:
                    time.sleep(0.01)
                self.say(f"  {fault.name} injected at {self.part_sent():.0%}")
                self._inject(fault)
                self.injected.append(fault)
        except Exception as failure:
            self.failure = failure

    def _inject(self, fault: PlannedFault) -> None:
        if fault.name == "mail":
            self.stack.mail.stop_for(MAIL_DOWN)
            return
        victims = [self.stack.worker] if fault.name == "worker" else [self.stack.web, self.stack.worker]
        for victim in victims:
            victim.kill()
        time.sleep(DOWN)
        for victim in victims:
            victim.start()
