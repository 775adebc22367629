"""Reads the catalogues, and finds English left over on a page in another language."""

import re
from functools import lru_cache
from html.parser import HTMLParser

from babel.messages.catalog import Message

from scripts.translations import read

PLACE = re.compile(r"%\(\w+\)s|%?%?\{\w+\}")
"""Where something is put into a sentence: %(name)s, {minutes}, %%{count}."""

READ_ALOUD = ("aria-label", "alt", "data-one", "data-many", "data-ended")
UNSEEN = ("script", "style")


def forms_of(text: str | tuple[str, ...] | list[str]) -> tuple[str, ...]:
    """A text's forms: one, or as many as the language has plurals."""
    return (text,) if isinstance(text, str) else tuple(text)


def messages(language: str) -> list[Message]:
    """Every text in a language's catalogue, translated or not."""
    return [message for message in read(language) if message.id]


def places(text: str) -> list[str]:
    """What is put into a text."""
    return sorted(set(PLACE.findall(text)))


@lru_cache
def _english(language: str) -> tuple[re.Pattern[str], ...]:
    """The English sentences that this language says otherwise, whatever was put into them."""
    translated = {form for message in messages(language) for form in forms_of(message.string or "")}
    texts = {text for message in messages(language) for text in forms_of(message.id)} - translated
    return tuple(re.compile(".+?".join(map(re.escape, PLACE.split(text)))) for text in texts if _tells(text))


def _tells(text: str) -> bool:
    """Enough words of its own to be distinguished from what a person typed: "%(date)s at %(time)s" has not."""
    words = re.findall(r"[A-Za-z]{2,}", PLACE.sub(" ", text))
    return len(words) > (1 if PLACE.search(text) else 0)


class _Texts(HTMLParser):
    """Collects what a page shows and reads aloud; what is marked as English, as one text each."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.marked: list[str] = []
        self._foreign = 0
        self._own_name = False
        self._english: list[str] | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self._foreign += tag in UNSEEN
        if tag == "a":
            self._own_name = "lang" in given  # the link to a language, under that language's own name
        self.found += [
            str(value).strip("\u2066\u2069")
            for name, value in attrs
            if name in READ_ALOUD or name.startswith("data-i18n")
        ]
        if tag in ("span", "option") and (given.get("lang"), given.get("dir")) == ("en", "ltr"):
            self._english = []

    def handle_endtag(self, tag: str) -> None:
        self._foreign -= tag in UNSEEN
        if tag == "a":
            self._own_name = False
        if tag in ("span", "option") and self._english is not None:
            self.marked.append("".join(self._english))
            self._english = None

    def handle_data(self, data: str) -> None:
        if self._english is not None:
            self._english.append(data)
        elif not self._foreign and not self._own_name and data.strip():
            self.found.append(data.strip("\u2066\u2069"))


def left_in_english(html: str, language: str) -> list[str]:
    """The marked texts that a page shows or reads aloud in English although it is in this language."""
    texts = _Texts()
    texts.feed(re.sub(r"<div[^>]* data-partly-english hidden>.*?</div>", "", html, flags=re.DOTALL))
    seen = {" ".join(text.split()) for text in texts.found}
    english = {text for text in seen if any(each.fullmatch(text) for each in _english(language))}
    return sorted(english | {" ".join(text.split()) for text in texts.marked})
