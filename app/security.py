"""Wires our log-in and our access rules into AppBuilder. It decides nothing: roles.py and the services do.

AppBuilder's own log-in, registration, reset and programs' interface are never registered; see docs/adr/0002.
"""

from typing import Any

from flask import current_app, g, session
from flask_appbuilder.security.sqla.manager import SecurityManager
from flask_login import current_user

from app.accounts.sessions import SignedIn, find_session
from app.core.roles import grants_of
from app.core.unit_of_work import AppContext
from app.models import Person
from startup.logs import asked


def app_context() -> AppContext:
    """This process's office."""
    held: AppContext = current_app.extensions["app_context"]
    return held


class PortalSecurityManager(SecurityManager):
    """AppBuilder's security, with every door of its own shut and ours in their place."""

    user_model = Person
    userstatschartview = None

    def register_views(self) -> None:
        """Only our own doors; app/views/web/register.py opens them."""
        from app.views.accounts.log_in import LogInView

        self.auth_view = LogInView()
        self.appbuilder.add_view_no_menu(self.auth_view)

    def create_jwt_manager(self, app: Any) -> None:
        """There is no interface for programs, so no token is ever honoured."""

    def create_db(self) -> None:
        """Tables come from migrations, roles from `flask portal sync`."""

    def load_user(self, pk: str) -> SignedIn | None:
        """The person behind this request: only a log-in row that passed both steps counts, never the cookie alone."""
        sid = session.get("sid")
        if not isinstance(sid, str) or g.get("log_in_unavailable"):
            return None
        found = find_session(app_context().database.session(), sid, app_context().clock.now())
        if found is None or found.get_id() != str(pk):
            return None
        if (this := asked()) is not None:
            this.user_id = found.id
        return found

    def load_user_jwt(self, _jwt_header: Any, jwt_data: Any) -> None:
        """No token logs anybody in."""

    def has_access(self, permission_name: str, view_name: str) -> bool:
        """May somebody with these roles use this door? Asked of GRANTS; the tables only mirror it for the screens."""
        if not current_user.is_authenticated:
            return False
        return (view_name, permission_name.removeprefix("can_")) in grants_of(current_user.principal.roles)

    def get_user_menu_access(self, menu_names: list[str] | None = None) -> set[str]:
        """Menus are ours (views/web/navigation.py)."""
        return set()
