"""The choice of the language."""

from urllib.parse import urlencode

from flask import Flask, current_app, has_request_context, redirect, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_appbuilder import expose
from flask_babel import get_babel

from app.views.web.access_control import public_endpoint, safe_next
from app.views.web.base import PortalView
from app.views.web.i18n import init_i18n
from app.views.web.register import register
from app.views.web.text_direction import init_text_direction
from startup.flask_settings import AWAITING_CHECK, LANGUAGES

public_endpoint("LanguageView.choose")


@register()
class LanguageView(PortalView):
    """One address per language; the choice is stored in the cookie and remains at log-in."""

    route_base = "/language"

    @expose("/<string:code>")
    def choose(self, code: str) -> ResponseReturnValue:
        """Set the language of the pages and redirect to the page the reader came from."""
        if code in current_app.config["SETTINGS"].languages:
            session["locale"] = code
        back = safe_next(request.args.get("back"))
        return redirect(back or url_for("HomeView.home"))


def chosen_language() -> str:
    """Return the language this person chose, or English. Sets no cookie."""
    chosen = session.get("locale") if has_request_context() else None
    return chosen if chosen in LANGUAGES else "en"


def offered_languages() -> list[dict[str, str]]:
    """Return the languages with links that lead back to the current page."""
    offered, back = current_app.config["SETTINGS"].languages, _back_here()
    return [
        {"text": LANGUAGES[code]["name"], "lang": code, "href": _choosing(code) + back} for code in offered
    ]


def english_instead() -> str | None:
    """Return the address of this page in English, while its language has no native speaker's review."""
    return _choosing("en") + _back_here() if chosen_language() in AWAITING_CHECK else None


def _choosing(code: str) -> str:
    return url_for("LanguageView.choose", code=code)


def _back_here() -> str:
    """Return the query that leads back to this page; empty for a page that answers a post."""
    return f"?{urlencode({'back': request.path}, safe='/')}" if request.method == "GET" else ""


def init_language(app: Flask) -> None:
    """Use the chosen language instead of AppBuilder's own selection."""
    get_babel(app).locale_selector = chosen_language
    init_i18n(app)
    init_text_direction(app)
