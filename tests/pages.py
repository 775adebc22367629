"""Reads a page as its reader does: title, heading, what is wrong, links, tables."""

import re
from html import unescape
from html.parser import HTMLParser
from typing import Any


class Page(HTMLParser):
    """What a page says. `Page(answer)` also checks what must hold for every page."""

    def __init__(self, answer: Any) -> None:
        super().__init__()
        self.status, self.html = answer.status_code, answer.text
        self.ids: list[str] = []
        self.links: list[tuple[str, str]] = []
        self._open: tuple[str, list[str]] | None = None
        self.feed(self.html)
        assert len(self.ids) == len(set(self.ids)), "an id is used twice"
        assert len(re.findall(r"<h1[\s>]", self.html)) == 1, "one main heading a page"
        assert " style=" not in self.html
        assert " onclick=" not in self.html

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if given.get("id"):
            self.ids.append(str(given["id"]))
        if tag == "a":
            self._open = (given.get("href") or "", [])

    def handle_endtag(self, tag: str) -> None:
        if tag == "a" and self._open:
            self.links.append((" ".join("".join(self._open[1]).split()), self._open[0]))
            self._open = None

    def handle_data(self, data: str) -> None:
        if self._open:
            self._open[1].append(data)

    def _first(self, pattern: str) -> str:
        found = re.search(pattern, self.html, re.DOTALL)
        return " ".join(unescape(re.sub(r"<[^>]+>", "", found[1])).split()) if found else ""

    @property
    def title(self) -> str:
        """The page's own part of the title."""
        return self._first(r"<title>(.*?)</title>").split(" - ")[0]

    @property
    def heading(self) -> str:
        """The main heading."""
        return self._first(r"<h1[^>]*>(.*?)</h1>")

    @property
    def main(self) -> str:
        """The text of the main part."""
        return self._first(r"<main[^>]*>(.*?)</main>")

    @property
    def errors(self) -> dict[str, str]:
        """The error summary: where each message leads, and what it says. Each must lead to something on the page."""
        block = re.search(
            r'<ul class="govuk-list govuk-error-summary__list">(.*?)</ul>', self.html, re.DOTALL
        )
        if not block:
            return {}
        found = {
            href: unescape(text)
            for href, text in re.findall(r'<a href="([^"]*)">(.*?)</a>', block[1], re.DOTALL)
        }
        assert found, "an error that leads nowhere"
        for href in found:
            assert href.removeprefix("#") in self.ids, f"{href} leads nowhere"
        assert self.title.startswith("Error:")
        return {href.removeprefix("#"): text for href, text in found.items()}

    def href(self, text: str) -> str:
        """Where the link with this text leads."""
        found = [href for words, href in self.links if words.startswith(text)]
        assert found, f"no link {text!r} among {[words for words, _ in self.links]}"
        return found[0]

    def has_link(self, text: str) -> bool:
        """Whether there is a link that begins with this text."""
        return any(words.startswith(text) for words, _ in self.links)
