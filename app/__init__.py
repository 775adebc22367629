"""Create the application; reads as a table of contents."""

from flask import Flask
from flask_appbuilder import AppBuilder
from werkzeug.middleware.proxy_fix import ProxyFix

from app.areas import load_areas
from app.core.clock import Clock
from app.core.command_line import portal_commands
from app.core.database.engine import Database
from app.core.unit_of_work import AppContext
from app.messages.notification_service import NotificationService
from app.security import PortalSecurityManager
from app.views.web.converters import RowNumber
from app.views.web.csrf import MaskedCSRF
from app.views.web.head_requests import HeadAsGetRequest, HeadSafeCookies
from app.views.web.templating import SharedGlobals
from config import Settings, flask_config, load_settings


def create_app(settings: Settings | None = None, clock: Clock | None = None) -> Flask:
    """Return the portal's application. Raises ConfigError, which names every missing setting."""
    settings = settings or load_settings()
    app = Flask(__name__, static_folder=None)
    app.config.update(flask_config(settings), SETTINGS=settings)
    app.jinja_environment = SharedGlobals
    app.request_class, app.session_interface = HeadAsGetRequest, HeadSafeCookies()
    app.url_map.converters["int"] = RowNumber
    if settings.trusted_proxy_hops:
        hops = settings.trusted_proxy_hops
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]
    app.extensions["app_context"] = open_app_context(settings, clock)
    MaskedCSRF(app)  # before AppBuilder, so that its views are covered
    with app.app_context():
        _register_views(app)
    return app


def open_app_context(settings: Settings, clock: Clock | None = None) -> AppContext:
    """Return what the web server, the worker and the commands share: database, clock, notifications and settings."""
    database = Database(settings.database_url)
    clock = clock or Clock()
    return AppContext(database, clock, NotificationService(settings, database, clock), settings)


def _register_views(app: Flask) -> None:
    from app.views.web.access_control import init_access_control
    from app.views.web.assets import init_assets
    from app.views.web.context import init_context
    from app.views.web.errors import init_errors
    from app.views.web.headers import init_headers
    from app.views.web.home import HomeView
    from app.views.web.language import init_language
    from app.views.web.pages import init_pages
    from app.views.web.register import open_views
    from app.views.web.requests import init_requests

    context: AppContext = app.extensions["app_context"]
    init_requests(app, trust_ids=app.config["SETTINGS"].trusted_proxy_hops > 0)
    init_assets(app)
    init_headers(app)
    init_pages(app)
    init_context(app)
    init_errors(app)
    appbuilder = AppBuilder(
        app,
        context.database.session,
        indexview=HomeView,
        base_template="layouts/wide.html",
        security_manager_class=PortalSecurityManager,
        update_perms=False,
    )
    open_views(app, appbuilder)
    init_language(app)
    init_access_control(app)
    app.cli.add_command(portal_commands)


load_areas()

__all__ = ["create_app", "open_app_context"]
