"""Eight people who send form after form, and press again when something went wrong."""

import threading
import uuid
from collections import Counter
from dataclasses import dataclass, field

from bench.browser import Browser, until_sent


@dataclass
class Sent:
    """The answers to all clients."""

    acknowledged: dict[int, str] = field(default_factory=dict)
    """Form to the key it was sent with, for every form whose sender saw "sent"."""
    presses: int = 0
    odd: Counter[str] = field(default_factory=Counter)
    """Answers that were neither "sent" nor an error to press again after."""
    resent: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def pressed_again(self) -> int:
        """Presses that followed an error."""
        return self.presses - len(self.acknowledged) - self.odd.total()

    def note(self, form_id: int, key: str, presses: int, status: int, location: str) -> None:
        """One form's answer."""
        with self.lock:
            self.presses += presses
            if status == 302 and location == f"/forms/{form_id}/sent":
                self.acknowledged[form_id] = key
            else:
                self.odd[f"{status} {location}"] += 1


class Sender(threading.Thread):
    """One person at one browser, sending their forms one after the other."""

    def __init__(self, browser: Browser, forms: list[int], sent: Sent) -> None:
        super().__init__(daemon=True)
        self.browser, self.forms, self.sent = browser, forms, sent
        self.failure: Exception | None = None

    def run(self) -> None:
        """Send them all."""
        try:
            for form_id in self.forms:
                key = uuid.uuid4().hex
                answer, presses = until_sent(self.browser, f"/forms/{form_id}/submit", {"send_key": key})
                self.sent.note(form_id, key, presses, answer.status, answer.location)
        except Exception as failure:
            self.failure = failure
        self.sent.resent += self.browser.resent
