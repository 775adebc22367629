"""What strikes while people send: kills of the whole server, kills of the worker, deaths of the mail server."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from bench.plant import Plant

DOWN = 0.5
"""Seconds until whoever watches over the programs starts a dead one again."""
MAIL_DOWN = 3.0


@dataclass(frozen=True)
class Blow:
    """Something that strikes when so large a part of the forms has been sent."""

    at: float
    name: str


def blows(servers: int, workers: int, mail_deaths: int) -> list[Blow]:
    """Spread over the whole run."""
    struck = [
        Blow((number + offset) / many, name)
        for name, many, offset in (
            ("server", servers, 0.6),
            ("worker", workers, 0.3),
            ("mail", mail_deaths, 0.45),
        )
        for number in range(many)
    ]
    return sorted(struck, key=lambda blow: blow.at)


class Striker(threading.Thread):
    """Strikes each blow at its moment, and starts again what died, as a supervisor would."""

    def __init__(
        self, plant: Plant, planned: list[Blow], part_sent: Callable[[], float], say: Callable[[str], None]
    ) -> None:
        super().__init__(daemon=True)
        self.plant, self.planned, self.part_sent, self.say = plant, planned, part_sent, say
        self.struck: list[Blow] = []
        self.failure: Exception | None = None

    def run(self) -> None:
        """Wait for each moment in turn."""
        try:
            for blow in self.planned:
                while self.part_sent() < blow.at:
                    time.sleep(0.01)
                self.say(f"  {blow.name} struck at {self.part_sent():.0%}")
                self._strike(blow)
                self.struck.append(blow)
        except Exception as failure:
            self.failure = failure

    def _strike(self, blow: Blow) -> None:
        if blow.name == "mail":
            self.plant.mail.die_for(MAIL_DOWN)
            return
        victims = [self.plant.worker] if blow.name == "worker" else [self.plant.web, self.plant.worker]
        for victim in victims:
            victim.kill()
        time.sleep(DOWN)
        for victim in victims:
            victim.start()
