"""Every door of the house, in one list."""

from flask_appbuilder import AppBuilder, BaseView

from app.views.health import HealthView
from app.views.help import HelpView

VIEWS: list[type[BaseView]] = [
    HealthView,
    HelpView,
]


def open_views(appbuilder: AppBuilder) -> None:
    """Register each view; AppBuilder makes their routes and permissions."""
    for view in VIEWS:
        appbuilder.add_view_no_menu(view)
