"""How a view joins the portal: `@register()` on its class. The modules of app/views are found by themselves."""

from collections.abc import Callable
from importlib import import_module
from pkgutil import walk_packages
from typing import Any, TypeVar

from flask import Flask
from flask_appbuilder import AppBuilder, BaseView

from app import views
from app.core.roles import GRANTS
from app.views.web.navigation import LAST, Entry, init_menu
from app.views.web.screen_checks import ScreenError

ViewClass = TypeVar("ViewClass", bound=type[BaseView])
REGISTERED: dict[type[BaseView], Entry | None] = {}
"""Each view's class and its place in the menu, if it has one."""


def register(
    menu: Any = None,
    *,
    order: int = LAST,
    opens: str = "list",
    grant: str = "",
    count: Callable[[], int] | None = None,
    within: str = "",
) -> Callable[[ViewClass], ViewClass]:
    """Return a decorator that adds a view to the portal, and to the menu where `menu` is given.

    `order` places the entry in the menu, `opens` names the method behind it. `grant` is the name in roles.py whose
    holders may open the view; `count` returns the number beside the entry, in one small statement; `within` names the view under whose entry it is found; a view without one must be public or open to every account.
    """

    def add(view: ViewClass) -> ViewClass:
        if grant:
            view.class_permission_name = grant
        if menu is not None and vars(view).get("list_title") is None and hasattr(view, "list_title"):
            view.list_title = menu
        place = Entry(
            menu, f"{view.__name__}.{opens}", view.class_permission_name or "", order, count, within
        )
        REGISTERED[view] = None if menu is None else place
        return view

    return add


def title_of(view: str) -> str:
    """Return the title of a registered list, or its words in the menu; empty for other pages."""
    for each, entry in REGISTERED.items():
        if each.__name__ == view:
            return str(getattr(each, "list_title", None) or (entry.text if entry else ""))
    return ""


def title_of_table(table: str) -> str:
    """Return the title of the list of a table's rows; empty where none is registered."""
    for each in REGISTERED:
        if hasattr(each, "datamodel") and each.datamodel.obj.__tablename__ == table:
            return title_of(each.__name__)
    return ""


def import_views() -> None:
    """Import every module of app/views, so that each registers its views."""
    for found in walk_packages(views.__path__, "app.views."):
        import_module(found.name)


def open_views(app: Flask, appbuilder: AppBuilder) -> None:
    """Add every registered view to AppBuilder, which makes its routes, and fill the menu.

    Raises ScreenError for a view whose grant no role has: no one could open it.
    """
    import_views()
    known = {name for grants in GRANTS.values() for name, _level in grants}
    opened = {type(view) for view in appbuilder.baseviews}
    for view in REGISTERED:
        if view.class_permission_name and view.class_permission_name not in known:
            raise ScreenError(f"{view.__name__}: no role in roles.py has {view.class_permission_name}")
        if view not in opened:  # AppBuilder opens the home page itself
            appbuilder.add_view_no_menu(view)
    init_menu(app, [entry for entry in REGISTERED.values() if entry])
