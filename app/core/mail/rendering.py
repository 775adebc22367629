"""Render mails from their templates, without a web request: links begin with the configured address."""

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any, Protocol

from babel import Locale
from babel.dates import format_date, format_time
from babel.support import NullTranslations, Translations
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from app.core.clock import in_london

EMAILS = Path(__file__).resolve().parents[2] / "templates" / "emails"
TRANSLATIONS = Path(__file__).resolve().parents[3] / "translations"
RIGHT_TO_LEFT = frozenset({"ar", "fa", "he", "ur"})


class RenderSettings(Protocol):
    """The settings that mails show."""

    @property
    def public_base_url(self) -> str:
        """The portal's address, for links."""
        ...

    @property
    def council(self) -> Any:
        """The council's name and contacts (config.Council)."""
        ...


@dataclass(frozen=True)
class Words:
    """The rendered texts of a mail."""

    subject: str
    body: str
    html: str


@lru_cache(maxsize=8)
def _environment(language: str) -> Environment:
    environment = Environment(
        loader=FileSystemLoader(EMAILS),
        autoescape=select_autoescape(("html",), default=False),
        undefined=StrictUndefined,
        extensions=["jinja2.ext.i18n"],
        trim_blocks=True,
        lstrip_blocks=True,
    )
    catalogue: NullTranslations = Translations.load(str(TRANSLATIONS), [language])
    environment.install_gettext_translations(catalogue, newstyle=True)  # type: ignore[attr-defined]
    environment.filters["moment"] = lambda moment: _moment(moment, language)
    return environment


def _moment(moment: datetime, language: str) -> str:
    """Return the moment in Europe/London, as in "23 November 2026, 9:05am"."""
    there = in_london(moment)
    locale = Locale("en", "GB") if language == "en" else Locale.parse(language)
    day = format_date(there, "d MMMM yyyy", locale=locale)
    if language != "en":
        return f"{day}, {format_time(there, 'HH:mm', locale=locale)}"
    return f"{day}, {there.hour % 12 or 12}:{there.minute:02}{'am' if there.hour < 12 else 'pm'}"


def render(
    settings: RenderSettings, letter: str, locale: str, facts: dict[str, Any], written_at: datetime
) -> Words:
    """Return the texts of one mail. Raises UndefinedError for a value that the template needs and `facts` lacks."""
    environment = _environment(locale)
    known = {
        **facts,
        "council": settings.council,
        "base_url": settings.public_base_url,
        "link": lambda path: settings.public_base_url + path,
        "written_at": written_at,
        "locale": locale,
        "direction": "rtl" if locale in RIGHT_TO_LEFT else "ltr",
    }
    subject = environment.get_template(f"{letter}/subject.txt").render(known)
    return Words(
        subject=" ".join(subject.split()),
        body=environment.get_template(f"{letter}/body.txt").render(known).strip() + "\n",
        html=environment.get_template(f"{letter}/body.html").render(
            known | {"subject": " ".join(subject.split())}
        ),
    )
