"""Help, and the statements a public service must publish."""

from flask.typing import ResponseReturnValue
from flask_appbuilder import expose

from app.views.web.access_control import public_endpoint
from app.views.web.base import PortalView
from app.views.web.register import register

public_endpoint("HelpView.help", "HelpView.accessibility", "HelpView.privacy", "HelpView.cookies")


@register()
class HelpView(PortalView):
    """Help and contact, accessibility statement, privacy notice and cookies."""

    route_base = "/help"

    @expose("/")
    def help(self) -> ResponseReturnValue:
        """Show how to use the portal and whom to contact."""
        return self.page("help/help.html")

    @expose("/accessibility")
    def accessibility(self) -> ResponseReturnValue:
        """Show the accessibility statement."""
        return self.page("help/accessibility.html")

    @expose("/privacy")
    def privacy(self) -> ResponseReturnValue:
        """Show the privacy notice."""
        return self.page("help/privacy.html")

    @expose("/cookies")
    def cookies(self) -> ResponseReturnValue:
        """Show the cookie page."""
        return self.page("help/cookies.html")
