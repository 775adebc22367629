"""Views for people who are not logged in, or are treated as if they were not."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import Any

from flask.typing import ResponseReturnValue

from app.accounts.mailed_links import DeadLink
from app.core.command_line import app_context
from app.core.unit_of_work import UnitOfWork, unit_of_work
from app.views.web.base import PortalView, origin
from app.views.web.head_requests import is_head_request


class PublicView(PortalView):
    """A view without a log-in, whose unit of work has no principal and its own session."""

    @contextmanager
    def work(self) -> Iterator[UnitOfWork]:
        """Open a unit of work without a principal."""
        with unit_of_work(app_context(), None, origin(), commit=not is_head_request()) as work:
            yield work


def requires_live_link(page: Callable[..., ResponseReturnValue]) -> Callable[..., ResponseReturnValue]:
    """Decorate a view so that every fault of a link (used, expired, incomplete) gives the same page."""

    @wraps(page)
    def shown(self: PublicView, *args: Any, **kwargs: Any) -> ResponseReturnValue:
        try:
            return page(self, *args, **kwargs)
        except DeadLink:
            return self.page("confirm/gone.html", 404)

    return shown
