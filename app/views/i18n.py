"""Translations as the portal's pages need them: Flask-Babel's, with the marks of text_direction.py."""

from typing import Any

from flask import Flask
from flask_babel import Domain, get_babel, get_locale

from app.views.text_direction import marked


class MarkedDomain(Domain):
    """The portal's catalogues, each with its marks for untranslated texts and for data inside a sentence."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._marked: dict[str, Any] = {}

    def get_translations(self) -> Any:
        """Return the catalogue of the language in use: the reader's, or the one a mail is written in."""
        language = str(get_locale())
        if language not in self._marked:
            self._marked[language] = marked(super().get_translations())
        return self._marked[language]


def init_i18n(app: Flask) -> None:
    """Use the marked catalogues for every text, those of Flask-AppBuilder included."""
    babel = get_babel(app).instance
    with app.app_context():
        babel.domain_instance = MarkedDomain(domain=babel.domain)
