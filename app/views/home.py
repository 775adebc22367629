"""The home page: tiles of what waits for this person, the newest messages, what is due."""

from flask.typing import ResponseReturnValue
from flask_appbuilder import expose
from flask_appbuilder.security.decorators import has_access

from app.views.base import PortalView


class HomeView(PortalView):
    """Home."""

    route_base = ""
    class_permission_name = "Home"
    default_view = "home"

    @expose("/")
    @has_access
    def home(self) -> ResponseReturnValue:
        """Home."""
        return self.page("home/home.html")
