"""What a page does hundreds of times, done quickly: its words in the reader's language, and the addresses in it.

Flask-Babel looks up the request, the locale and the catalogue for every single text, and Flask builds every address
anew. Both answer the same for a whole page, so they are asked once.
"""

from functools import lru_cache
from typing import Any

from babel import Locale
from babel.support import NullTranslations, Translations
from flask import Flask, current_app, g, has_request_context, request, url_for
from flask_babel import Domain, get_babel, get_locale
from flask_babel.speaklater import LazyString
from jinja2 import pass_eval_context
from jinja2.nodes import EvalContext
from markupsafe import Markup
from wtforms.i18n import messages_path

from app.views.csrf import csrf_token
from app.views.text_direction import marked

_NOTHING = (None, None)
FIRST_STAND_IN = 2_000_000_011
"""A number no row has yet: it stands in an address where a row's number will."""


class PageDomain(Domain):
    """Babel's catalogues, the reader's looked up once a page."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._marked: dict[str, Any] = {}

    def get_translations(self) -> Any:
        """The catalogue of the language that is spoken now; it changes when a mail is written for somebody else."""
        if (held := _held()) is not None:
            return held
        locale = get_locale()  # notes it, where there is a page to note it on
        key = str(locale)
        found = self._marked.get(key) or self._marked.setdefault(key, marked(super().get_translations()))
        if (here := g.get("_flask_babel") if g else None) is not None:
            here.portal_catalogue = locale, found
        return found


def _here() -> Any:
    """What Flask-Babel notes of this page; None where there is no page, or nothing was said on it yet."""
    try:
        return g._get_current_object().get("_flask_babel")
    except RuntimeError:
        return None


def _held() -> Any:
    """The catalogue this page has spoken from already; None where it has not yet, or speaks another language now."""
    here = _here()
    held: tuple[Any, Any] = getattr(here, "portal_catalogue", _NOTHING)
    return held[1] if held[0] is not None and held[0] is getattr(here, "babel_locale", None) else None


def spoken_language() -> Locale | None:
    """The language that is spoken now; None where nobody is spoken to."""
    return getattr(_here(), "babel_locale", None) or get_locale()


def gettext(text: str, /, **values: Any) -> str:
    """A text in the reader's language, as views say it."""
    said: str = catalogue().ugettext(text)
    return said % values if values else said


def ngettext(one: str, many: str, num: int, /, **values: Any) -> str:
    """A counted text in the reader's language."""
    said: str = catalogue().ungettext(one, many, num)
    return said % {"num": num, **values}


def lazy_gettext(text: str, /, **values: Any) -> LazyString:
    """A text that is said when it is read, in the language of whoever reads it."""
    return LazyString(gettext, text, **values)


def catalogue() -> Any:
    """The portal's texts in the language that is spoken now; as they are written where there is no portal at all."""
    held = _held()
    if held is not None:
        return held
    return portal_domain().get_translations() if current_app else NullTranslations()


@lru_cache(maxsize=20)
def _of_wtforms(locale: str) -> Any:
    return Translations.load(messages_path(), [locale], domain="wtforms")


class FormWords:
    """WTForms' own few texts; Flask-WTF would read their catalogue from the disk for every page with a form."""

    def ugettext(self, text: str) -> str:
        """A text in the reader's language."""
        return str(_of_wtforms(str(get_locale())).ugettext(text))

    def ungettext(self, one: str, many: str, num: int) -> str:
        """A counted text in the reader's language."""
        return str(_of_wtforms(str(get_locale())).ungettext(one, many, num))


@pass_eval_context
def say(where: EvalContext, text: str, /, **values: Any) -> str:
    """A text in the reader's language, as templates write it: _("Sent on %(date)s", date=...)."""
    said: str = catalogue().ugettext(text)
    if where.autoescape:
        said = Markup(said)  # noqa: S704 - the catalogue's own words; what is put in is escaped
    return said % values if values or "%" in said else said


@pass_eval_context
def say_counted(where: EvalContext, one: str, many: str, num: int, /, **values: Any) -> str:
    """A counted text in the reader's language."""
    said: str = catalogue().ungettext(one, many, num)
    if where.autoescape:
        said = Markup(said)  # noqa: S704
    return said % {"num": num, **values}


def portal_domain() -> Domain:
    """The portal's own catalogues."""
    domain: Domain = get_babel().instance.domain_instance
    return domain


_patterns: dict[tuple[str, ...], str | None] = {}
_fixed: dict[tuple[Any, ...], str] = {}
MOST_FIXED = 500


def address_of(endpoint: str, **values: Any) -> str:
    """url_for, for pages: an address is built once, and again only with another row's number in it."""
    if not has_request_context() or endpoint.startswith("."):
        return url_for(endpoint, **values)
    if not values:
        return fixed_address(endpoint)
    if all(type(value) is int and value >= 0 for value in values.values()):
        pattern = numbered_address(endpoint, *values)
        if pattern is not None:
            return pattern % values
    return url_for(endpoint, **values)


def fixed_address(endpoint: str, **values: str) -> str:
    """The address of a page that stands in every copy of the portal: values are of the program's own choosing."""
    key = (endpoint, *values.items())
    if key not in _fixed:
        built = url_for(endpoint, **values)
        if len(_fixed) >= MOST_FIXED:
            return built
        _fixed[key] = built
    return _fixed[key]


def numbered_address(endpoint: str, *names: str) -> str | None:
    """The address with a place for each row's number, "/children/%(child_id)d"; None where a number changes more than
    its own place."""
    key = (endpoint, *names)
    if key not in _patterns:
        stand_ins = {name: FIRST_STAND_IN + place for place, name in enumerate(names)}
        built = url_for(endpoint, **stand_ins)
        whole = built.replace("%", "%%")
        for name, number in stand_ins.items():
            if whole.count(str(number)) != 1:
                whole = ""
                break
            whole = whole.replace(str(number), f"%({name})d")
        _patterns[key] = whole or None
    return _patterns[key]


def init_quick(app: Flask) -> None:
    """Let templates speak and point quickly."""
    form_words = FormWords()

    @app.before_request
    def lend_words() -> None:
        request.wtforms_translations = form_words  # type: ignore[attr-defined]

    babel = get_babel(app).instance
    with app.app_context():
        babel.domain_instance = PageDomain(domain=babel.domain)
    # Jinja would give each template a chain of two dictionaries and compare their keys at every import of a macro.
    app.jinja_env.make_globals = lambda more: (
        {**app.jinja_env.globals, **more} if more else app.jinja_env.globals
    )  # type: ignore[method-assign]
    app.jinja_env.globals.update(
        _=say, gettext=say, ngettext=say_counted, url_for=address_of, csrf_token=csrf_token
    )
