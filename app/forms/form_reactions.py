"""Call what other areas do when a form reaches the council or says that an address is secret: forms cannot import cases, so that area registers here.

Everything runs in the caller's transaction.
"""

from collections.abc import Callable

from app.core.unit_of_work import UnitOfWork
from app.forms.tables.forms import Advice, Form, Request

Received = Callable[[UnitOfWork, Request], object]

AdviceMoved = Callable[[UnitOfWork, Advice], object]

AddressHidden = Callable[[UnitOfWork, int], bool]

_received: list[Received] = []
_advice_moved: list[AdviceMoved] = []
_address_hidden: list[AddressHidden] = []


def register(*, received: Received, advice_moved: AdviceMoved, address_hidden: AddressHidden) -> None:
    """Register what an area does when a request reaches the council for the first time, when advice is sent or
    returned, and when an address of a child becomes secret (it returns whether it withheld anything)."""
    _received.append(received)
    _advice_moved.append(advice_moved)
    _address_hidden.append(address_hidden)


def after_receipt(work: UnitOfWork, request: Request) -> None:
    """Call what areas do when a request reaches the council for the first time."""
    for react in _received:
        react(work, request)


def after_move(work: UnitOfWork, form: Form) -> None:
    """Call what areas do when advice is sent to the council, or returned to its author; nothing for other forms."""
    if isinstance(form, Advice):
        for react in _advice_moved:
            react(work, form)


def after_hiding(work: UnitOfWork, child_id: int) -> bool:
    """Call what areas do when an address of a child becomes secret; return whether they withheld anything."""
    withheld = [react(work, child_id) for react in _address_hidden]
    return any(withheld)
