"""Liveness and readiness checks for monitoring."""

from flask.typing import ResponseReturnValue
from flask_appbuilder import expose

from app.core.command_line import app_context
from app.operations.health import faults
from app.views.web.access_control import public_endpoint
from app.views.web.base import PortalView
from app.views.web.register import register

public_endpoint("HealthView.alive", "HealthView.ready")

TEXT = {"Content-Type": "text/plain"}


@register()
class HealthView(PortalView):
    """Health endpoints.

    They give no details; those are in the log and on the status page.
    """

    route_base = ""

    @expose("/healthz")
    def alive(self) -> ResponseReturnValue:
        """Return 200 while the process can answer."""
        return "ok\n", 200, TEXT

    @expose("/readyz")
    def ready(self) -> ResponseReturnValue:
        """Return 200 while database, mail and disk have no fault, otherwise 503."""
        if faults(app_context()):
            return "not ok\n", 503, TEXT
        return "ok\n", 200, TEXT
