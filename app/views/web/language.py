"""Choosing the language of the pages."""

from urllib.parse import urlencode

from flask import Flask, current_app, has_request_context, redirect, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_appbuilder import expose
from flask_babel import get_babel

from app.views.web.access_control import public_endpoint, safe_next
from app.views.web.base import PortalView
from app.views.web.i18n import init_i18n
from app.views.web.text_direction import init_text_direction
from startup.flask_settings import AWAITING_CHECK, LANGUAGES

public_endpoint("LanguageView.choose")


class LanguageView(PortalView):
    """One address a language; the choice is kept in the cookie and stays when somebody logs in."""

    route_base = "/language"

    @expose("/<string:code>")
    def choose(self, code: str) -> ResponseReturnValue:
        """Show pages in this language from now on, and go back to where they were."""
        if code in current_app.config["SETTINGS"].languages:
            session["locale"] = code
        back = safe_next(request.args.get("back"))
        return redirect(back or url_for("HomeView.home"))


def chosen_language() -> str:
    """The language this person chose, or English. Nothing is written: a page that is only read sets no cookie."""
    chosen = session.get("locale") if has_request_context() else None
    return chosen if chosen in LANGUAGES else "en"


def offered_languages() -> list[dict[str, str]]:
    """The languages as links back to the page one is on."""
    offered, back = current_app.config["SETTINGS"].languages, _back_here()
    return [
        {"text": LANGUAGES[code]["name"], "lang": code, "href": _choosing(code) + back} for code in offered
    ]


def english_instead() -> str | None:
    """Where this page is in English, while no native speaker has checked the language it is shown in."""
    return _choosing("en") + _back_here() if chosen_language() in AWAITING_CHECK else None


def _choosing(code: str) -> str:
    return url_for("LanguageView.choose", code=code)


def _back_here() -> str:
    """How a link says that it leads back to this page; a page that answers what was sent cannot be gone back to."""
    return f"?{urlencode({'back': request.path}, safe='/')}" if request.method == "GET" else ""


def init_language(app: Flask) -> None:
    """Ask us, not AppBuilder, which language a page is in."""
    get_babel(app).locale_selector = chosen_language
    init_i18n(app)
    init_text_direction(app)
