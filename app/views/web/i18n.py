"""Translations: Flask-Babel's, with the language marks of text_direction.py."""

from typing import Any

from babel import Locale
from flask import Flask, g, has_app_context
from flask_babel import Domain, get_babel, get_domain, get_locale
from markupsafe import Markup

from app.views.web.text_direction import marked


class MarkedDomain(Domain):
    """The portal's catalogues, with marks for untranslated texts and for data inside a sentence."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._marked: dict[str, Any] = {}

    def get_translations(self) -> Any:
        """Return the catalogue of the reader's language, which is looked up once in a request."""
        if not has_app_context():
            return super().get_translations()
        known = g.get("catalogue")
        if known is None:
            locale = reader_locale()
            language = locale.language if locale else ""
            if language not in self._marked:
                self._marked[language] = marked(super().get_translations())
            known = g.catalogue = self._marked[language]
        return known


def reader_locale() -> Locale | None:
    """Return the language of this page, looked up once in a request; None where there is no reader (a mail, a job)."""
    if not has_app_context():
        return None
    known: Locale | None = g.get("reader_locale")
    if known is None:
        known = g.reader_locale = get_locale()
    return known


def catalogue() -> Any:
    """Return the catalogue of the reader's language."""
    known = g.get("catalogue") if has_app_context() else None
    return known or get_domain().get_translations()


def gettext(text: str, **values: Any) -> str:
    """Return a text in the reader's language, with these values in it.

    Flask-Babel's looks the language and its catalogue up for each text, which takes three times as long.
    """
    words: str = catalogue().ugettext(text)
    return words % values if values else words


def ngettext(one: str, many: str, num: int, **values: Any) -> str:
    """Return a counted text in the reader's language, with `num` and these values in it."""
    words: str = catalogue().ungettext(one, many, num)
    return words % {"num": num, **values}


def init_i18n(app: Flask) -> None:
    """Use the marked catalogues for every text, those of Flask-AppBuilder included."""
    babel = get_babel(app).instance
    with app.app_context():
        babel.domain_instance = MarkedDomain(domain=babel.domain)

    def translate(text: str, **values: Any) -> Markup:
        """Return a text of a template in the reader's language, with these values escaped in it."""
        words = Markup(catalogue().ugettext(text))  # noqa: S704 - written by developers and translators
        return words % values if "%" in words else words

    # Jinja's own "_" looks "gettext" up in the context for each text, which takes longer than to translate it.
    app.jinja_env.install_gettext_callables(  # type: ignore[attr-defined]
        gettext=translate,
        ngettext=lambda one, many, number: catalogue().ungettext(one, many, number),
        newstyle=True,
    )
    app.jinja_env.globals.update({"_": translate, "gettext": translate})
