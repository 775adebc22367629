"""Help, and the papers a public service must show."""

from flask.typing import ResponseReturnValue
from flask_appbuilder import expose

from app.views.web.access_control import public_endpoint
from app.views.web.base import PortalView

public_endpoint("HelpView.help", "HelpView.accessibility", "HelpView.privacy", "HelpView.cookies")


class HelpView(PortalView):
    """Help and contact, accessibility statement, privacy notice, cookies."""

    route_base = "/help"

    @expose("/")
    def help(self) -> ResponseReturnValue:
        """How to use the portal and whom to ask."""
        return self.page("help/help.html")

    @expose("/accessibility")
    def accessibility(self) -> ResponseReturnValue:
        """The accessibility statement."""
        return self.page("help/accessibility.html")

    @expose("/privacy")
    def privacy(self) -> ResponseReturnValue:
        """The privacy notice."""
        return self.page("help/privacy.html")

    @expose("/cookies")
    def cookies(self) -> ResponseReturnValue:
        """The cookies: one."""
        return self.page("help/cookies.html")
