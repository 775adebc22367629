"""The context of every template: the council, the menu and the logged-in person."""

from typing import Any

from flask import Flask, current_app, g
from flask_login import current_user

from app.core.command_line import app_context
from app.messages.queries.messages import Elsewhere, unread_elsewhere
from app.views.messages.message_words import subject_of
from app.views.web.i18n import reader_locale
from app.views.web.language import english_instead, offered_languages
from app.views.web.navigation import menu, search_address, section
from app.views.web.titles import title_details


def unread_at_others() -> list[Elsewhere]:
    """Return the unread messages at the organisations that the person does not act for now; asked once in a request."""
    if "unread_at_others" not in g:
        connection = app_context().database.session().connection()
        g.unread_at_others = (
            unread_elsewhere(connection, current_user.principal) if current_user.has_several else []
        )
    return g.unread_at_others


def init_context(app: Flask) -> None:
    """Add the context to every template, also as globals, because AppBuilder's widgets get no context."""

    @app.context_processor
    def surroundings() -> dict[str, Any]:
        return {
            "council": current_app.config["SETTINGS"].council,
            "navigation": menu(),
            "section": section(),
            "search_address": search_address(),
            "current_person": current_user if current_user.is_authenticated else None,
            "languages": offered_languages(),
            "english_instead": english_instead(),
            "get_locale": reader_locale,
            "unread_at_others": unread_at_others,
        }

    app.jinja_env.globals["title_details"] = title_details
    app.jinja_env.filters["subject_of"] = subject_of
    app.jinja_env.globals["council"] = app.config["SETTINGS"].council
