"""Is it alive, and is it ready to serve."""

from flask.typing import ResponseReturnValue
from flask_appbuilder import expose
from sqlalchemy import text

from app.security import office
from app.views.base import PortalView
from app.views.gate import open_to_all

open_to_all("HealthView.alive", "HealthView.ready")


class HealthView(PortalView):
    """For whoever watches over the servers; says nothing else."""

    route_base = ""

    @expose("/healthz")
    def alive(self) -> ResponseReturnValue:
        """The process answers."""
        return "ok\n", 200, {"Content-Type": "text/plain"}

    @expose("/readyz")
    def ready(self) -> ResponseReturnValue:
        """The database answers as well."""
        with office().database.engine.connect() as connection:
            connection.execute(text("select 1"))
        return "ok\n", 200, {"Content-Type": "text/plain"}
