"""Logging in and out."""

from flask.typing import ResponseReturnValue
from flask_appbuilder import expose

from app.views.base import PortalView
from app.views.gate import open_to_all

open_to_all("LogInView.log_in")


class LogInView(PortalView):
    """The front door."""

    route_base = "/login"

    @expose("/", methods=["GET", "POST"])
    def log_in(self) -> ResponseReturnValue:
        """Email address and password, then the code."""
        return self.page("log_in/log_in.html")
