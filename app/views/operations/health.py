"""Is it alive, and is it ready to serve."""

from flask.typing import ResponseReturnValue
from flask_appbuilder import expose

from app.operations.health import faults
from app.security import app_context
from app.views.web.access_control import public_endpoint
from app.views.web.base import PortalView

public_endpoint("HealthView.alive", "HealthView.ready")

TEXT = {"Content-Type": "text/plain"}


class HealthView(PortalView):
    """For whoever watches over the servers. What is wrong stands in the log and on the administrators' page, not here."""

    route_base = ""

    @expose("/healthz")
    def alive(self) -> ResponseReturnValue:
        """The process answers; nothing else is asked."""
        return "ok\n", 200, TEXT

    @expose("/readyz")
    def ready(self) -> ResponseReturnValue:
        """Pages would work: database, mail and disk are as they should be."""
        if faults(app_context()):
            return "not ok\n", 503, TEXT
        return "ok\n", 200, TEXT
