"""Translations: Flask-Babel's, with the language marks of text_direction.py."""

from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from babel import Locale
from flask import Flask, has_app_context
from flask_babel import Domain, get_babel, get_domain, get_locale
from markupsafe import Markup

from app.views.web.text_direction import marked


@dataclass(frozen=True)
class Language:
    """The language of a page."""

    locale: Locale | None
    """None where there is no reader (a mail, a job)."""
    catalogue: Any


_language: ContextVar[Language | None] = ContextVar("language", default=None)
"""The language of this request, looked up once. Not in Flask's `g`, which takes far longer to read: a page reads it for each
text, hundreds of times."""


class MarkedDomain(Domain):
    """The portal's catalogues, with marks for untranslated texts and for data inside a sentence."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._marked: dict[str, Any] = {}

    def get_translations(self) -> Any:
        """Return the catalogue of the reader's language."""
        if not has_app_context():
            return super().get_translations()
        known = _language.get()
        if known is None:
            locale = get_locale()
            name = locale.language if locale else ""
            if name not in self._marked:
                self._marked[name] = marked(super().get_translations())
            known = Language(locale, self._marked[name])
            _language.set(known)
        return known.catalogue


def reader_locale() -> Locale | None:
    """Return the language of this page; None where there is no reader (a mail, a job)."""
    catalogue()
    known = _language.get()
    return known.locale if known is not None else None


def catalogue() -> Any:
    """Return the catalogue of the reader's language."""
    known = _language.get()
    return known.catalogue if known is not None else get_domain().get_translations()


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

    @app.teardown_appcontext
    def forget_language(_error: BaseException | None) -> None:
        _language.set(None)

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
