"""Call what other areas do when a form reaches the council: forms cannot import cases, so that area registers here.

Everything runs in the caller's transaction.
"""

from collections.abc import Callable

from app.core.unit_of_work import UnitOfWork
from app.forms.tables.forms import Request

Received = Callable[[UnitOfWork, Request], object]

_received: list[Received] = []


def register(*, received: Received) -> None:
    """Register what an area does when a request reaches the council for the first time."""
    _received.append(received)


def after_receipt(work: UnitOfWork, request: Request) -> None:
    """Call what areas do when a request reaches the council for the first time."""
    for react in _received:
        react(work, request)
