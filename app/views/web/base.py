"""The base of every view: the principal, the unit of work and page rendering."""

import hashlib
import hmac
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from flask import current_app, render_template, request, url_for
from flask_appbuilder import BaseView
from flask_login import current_user

from app.core.command_line import app_context
from app.core.networks import network_of
from app.core.origin import Origin
from app.core.roles import READ, WRITE, Principal
from app.core.unit_of_work import ReadOnlyWork, UnitOfWork, unit_of_work
from app.views.web.head_requests import is_head_request


def principal() -> Principal | None:
    """Return the principal, or None for a person who is not (fully) logged in, and outside a request."""
    return current_user.principal if current_user and current_user.is_authenticated else None


def origin() -> Origin:
    """Return the address and device of the request, for the audit log."""
    key = current_app.config["SETTINGS"].audit_keys[0].encode()
    address = network_of(request.remote_addr or "").encode()
    mark = hmac.new(key, b"address|" + address, hashlib.sha256).hexdigest()[:24] if address else ""
    return Origin(mark, request.user_agent.string[:200].replace("\x00", ""))


@contextmanager
def my_work(*, always_commit: bool = False) -> Iterator[UnitOfWork]:
    """Open a unit of work as the logged-in person; a HEAD request's is rolled back unless `always_commit`."""
    session = app_context().database.session()
    with unit_of_work(
        app_context(), principal(), origin(), session, commit=always_commit or not is_head_request()
    ) as work:
        yield work


def read_only_work() -> UnitOfWork:
    """Return a unit of work of the logged-in person for a page that only reads, in the request's own transaction."""
    return ReadOnlyWork(app_context(), app_context().database.session(), principal(), origin())


class PortalView(BaseView):
    """The base class of our views.

    A method that only reads needs the `read` permission of its class, others `write`.
    """

    default_view = ""
    method_permission_name: dict[str, str] | None

    def __init__(self) -> None:
        self.method_permission_name = {**_levels(type(self)), **(self.method_permission_name or {})}
        super().__init__()

    @contextmanager
    def work(self) -> Iterator[UnitOfWork]:
        """Open a unit of work as the logged-in person."""
        with my_work() as work:
            yield work

    def update_redirect(self) -> None:
        """Do nothing.

        AppBuilder would write every visited address, with children's names in filters, into the cookie.
        """

    def get_redirect(self) -> str:
        """Return the home page's address; views redirect explicitly, never to an earlier page."""
        return url_for("HomeView.home")

    def page(self, template: str, status: int = 200, /, **context: Any) -> tuple[str, int]:
        """Render app/templates/pages/<template>."""
        return render_template(f"pages/{template}", appbuilder=self.appbuilder, **context), status


def _levels(view: type[BaseView]) -> dict[str, str]:
    levels: dict[str, str] = {}
    for name in dir(view):
        urls = getattr(getattr(view, name), "_urls", None)
        if urls:
            methods = {method for _, allowed in urls for method in allowed}
            levels[name] = READ if methods <= {"GET", "HEAD"} else WRITE
    return levels
