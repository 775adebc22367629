"""Opens every page that there is, as several people, on the rows of one family."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from flask import Flask

from app.views.web.access_control import PUBLIC
from tests.access.test_matrix import ENDS_THE_LOG_IN, SHUT, address, routes
from tests.access.world import World
from tests.browser import post_with_token
from tests.cast import Cast

NOT_PAGES = {"HealthView.alive", "HealthView.ready", "LanguageView.choose"}


class Drawn(NamedTuple):
    """A page as one person got it."""

    who: str
    endpoint: str
    path: str
    answer: Any

    @property
    def name(self) -> str:
        """Return what a failing test calls the page."""
        return f"{self.answer.request.method} {self.endpoint} as {self.who} ({self.answer.status_code})"


def every_page(
    app: Flask, cast: Cast, world: World, people: tuple[str, ...], posts: bool = False, language: str = ""
) -> Iterator[Drawn]:
    """Yield each HTML page that these people (or "anonymous") may open; with `posts`, the answers to empty forms too."""
    for who in people:
        browser = _browser(cast, who, language)
        for method in ("GET", "POST") if posts else ("GET",):
            for rule in routes(app):
                path = address(rule, dict(world.ours.ids))
                if path is None or method not in (rule.methods or set()) or rule.endpoint in NOT_PAGES | SHUT:
                    continue
                if rule.endpoint in ENDS_THE_LOG_IN or (rule.endpoint in PUBLIC and who != "anonymous"):
                    continue
                if method == "POST":  # some of these end the log-in
                    answer = post_with_token(_browser(cast, who, language), app, path, {})
                else:
                    answer = browser.get(path)
                yield from _html(Drawn(who, rule.endpoint, path, answer))


def _browser(cast: Cast, who: str, language: str) -> Any:
    browser = cast.anonymous() if who == "anonymous" else getattr(cast, who).browser()
    if language:
        browser.get(f"/language/{language}")
    return browser


def _html(page: Drawn) -> Iterator[Drawn]:
    if page.answer.mimetype == "text/html" and page.answer.status_code in {200, 409, 422}:
        yield page
