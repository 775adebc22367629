"""Template fragments rendered once for each language and set of values.

They must not contain data about a child, or data only one reader may see. All are in templates/fragments.
"""

from functools import lru_cache
from typing import Any

from flask import Flask
from markupsafe import Markup

from app.views.web.i18n import reader_locale


def init_fragments(app: Flask) -> None:
    """Provide {{ fragment("menu", navigation=navigation) }} in templates; the values must be hashable."""

    def draw(name: str, _language: str, values: tuple[tuple[str, Any], ...]) -> Markup:
        html = app.jinja_env.get_template(f"fragments/{name}.html").render(dict(values))
        return Markup(html)  # noqa: S704 - drawn by a template that escapes

    draw_once = lru_cache(maxsize=1_000)(draw)

    def fragment(name: str, **values: Any) -> Markup:
        use = draw if app.jinja_env.auto_reload else draw_once
        return use(name, str(reader_locale()), tuple(values.items()))

    app.jinja_env.globals["fragment"] = fragment
