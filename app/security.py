"""Connect our log-in and access rules to AppBuilder. Access itself is decided in app/core/roles.py.

AppBuilder's own log-in, registration, password reset and API are never registered: docs/adr/0002.
"""

from typing import Any

from flask import g, session
from flask_appbuilder.security.sqla.manager import SecurityManager
from flask_login import current_user

from app.accounts.sessions import SignedIn, find_session
from app.core.command_line import app_context
from app.core.roles import grants_of
from app.models import Person
from startup.logs import asked


class PortalSecurityManager(SecurityManager):
    """AppBuilder's security manager, without its own views and with our log-in."""

    user_model = Person
    userstatschartview = None

    def register_views(self) -> None:
        """Register our log-in view instead of AppBuilder's views; app/views/web/register.py adds the others."""
        from app.views.accounts.log_in import LogInView

        self.auth_view = LogInView()
        self.appbuilder.add_view_no_menu(self.auth_view)

    def create_jwt_manager(self, app: Any) -> None:
        """Create none: there is no API, so no token is accepted."""

    def create_db(self) -> None:
        """Create nothing: tables come from migrations, roles from `flask portal sync`."""

    def load_user(self, pk: str) -> SignedIn | None:
        """Return the user of this request, or None. The session row must have passed both steps; the cookie alone is not
        enough."""
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
        """Return None: no token logs a person in."""

    def has_access(self, permission_name: str, view_name: str) -> bool:
        """Return whether the user's roles grant this permission. GRANTS decides; AppBuilder's tables only copy it."""
        if not current_user.is_authenticated:
            return False
        return (view_name, permission_name.removeprefix("can_")) in grants_of(current_user.principal.roles)

    def get_user_menu_access(self, menu_names: list[str] | None = None) -> set[str]:
        """Return none: the menu is app/views/web/navigation.py."""
        return set()
