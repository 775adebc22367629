"""Update the catalogues in translations/ with the texts that the code marks: `make translations`."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parents[1]
TRANSLATIONS = ROOT / "translations"
PLACES = ("app", "startup")
FORMS = "app/seed/forms"
WHOLE_FORMS = ("consent",)
"""Forms that families fill in, marked whole; of the others only the title, which families see in lists."""
FORM_TEXTS = ("title", "intro", "label", "name", "hint", "help", "row_name", "condition_text")
METHODS = [("**.py", "python"), ("templates/**.html", "jinja2"), ("templates/**.txt", "jinja2")]
TEMPLATES = {
    "extensions": "jinja2.ext.do",
    "trim_blocks": "true",
    "newstyle_gettext": "true",
    "silent": "false",  # a template that cannot be read is an error, not an untranslated page
}
KEYWORDS = DEFAULT_KEYWORDS | {
    "_l": None,
    "lazy_gettext": None,
    "lazy_ngettext": (1, 2),
    "CountedWording": (1, 2),
}


def marked() -> Catalog:
    """Return every text marked for translation, with its files; without lines, so that catalogues change less."""
    found = Catalog(project="SEND portal")
    for place in PLACES:
        for name, _line, text, comments, context in extract_from_dir(
            ROOT / place, METHODS, {"templates/**.html": TEMPLATES, "templates/**.txt": TEMPLATES}, KEYWORDS
        ):
            found.add(text, None, [(f"{place}/{name}", 0)], auto_comments=comments, context=context)
    for path in sorted((ROOT / FORMS).glob("*.json")):
        form = json.loads(path.read_text(encoding="utf-8"))["definition"]
        for text in _form_texts(form) if path.stem in WHOLE_FORMS else [form["title"]]:
            found.add(text, None, [(f"{FORMS}/{path.name}", 0)])
    for message in found:
        message.locations.sort()
    return found


def _form_texts(part: Any) -> Iterator[str]:
    """Yield every text of a form that its readers see."""
    if isinstance(part, list):
        for one in part:
            yield from _form_texts(one)
    elif isinstance(part, dict):
        yield from (part[key] for key in FORM_TEXTS if part.get(key))
        for inner in part.values():
            yield from _form_texts(inner)


def catalogues() -> dict[str, Path]:
    """Return the catalogue file of each language."""
    return {path.parents[1].name: path for path in sorted(TRANSLATIONS.glob("*/LC_MESSAGES/messages.po"))}


def read(language: str) -> Catalog:
    """Return the catalogue of a language."""
    with catalogues()[language].open("rb") as file:
        return read_po(file, locale=language)


def is_translated(message: Message) -> bool:
    """Tell whether every form of a text is translated."""
    forms = message.string if isinstance(message.string, list | tuple) else (message.string,)
    return all(forms)


def update() -> None:
    """Add new texts with an empty translation and remove unused ones. No translation is guessed."""
    template = marked()
    for language, path in catalogues().items():
        catalogue = read(language)
        catalogue.update(template, no_fuzzy_matching=True, update_creation_date=False)
        with path.open("wb") as file:
            write_po(file, catalogue, width=0, sort_by_file=True, ignore_obsolete=True, include_lineno=False)
        left = sum(1 for message in catalogue if message.id and not is_translated(message))
        print(f"{path.relative_to(ROOT)}: {len(catalogue)} texts, {left} left to translate.")  # noqa: T201


if __name__ == "__main__":
    update()
