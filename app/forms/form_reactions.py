"""Call what other areas do when a form reaches the council: forms cannot import cases, so that area registers here.

Everything runs in the caller's transaction.
"""

from collections.abc import Callable

from app.core.unit_of_work import UnitOfWork
from app.forms.tables.forms import Advice, Form, Request

Received = Callable[[UnitOfWork, Request], object]

AdviceMoved = Callable[[UnitOfWork, Advice], object]

_received: list[Received] = []
_advice_moved: list[AdviceMoved] = []


def register(*, received: Received, advice_moved: AdviceMoved) -> None:
    """Register what an area does when a request reaches the council for the first time, and when advice is sent or
    returned."""
    _received.append(received)
    _advice_moved.append(advice_moved)


def after_receipt(work: UnitOfWork, request: Request) -> None:
    """Call what areas do when a request reaches the council for the first time."""
    for react in _received:
        react(work, request)


def after_move(work: UnitOfWork, form: Form) -> None:
    """Call what areas do when advice is sent to the council, or returned to its author; nothing for other forms."""
    if isinstance(form, Advice):
        for react in _advice_moved:
            react(work, form)
