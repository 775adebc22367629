"""The menu: entries that views register, shown to those whose grants open them."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from flask import Flask, current_app, request, url_for
from flask_login import current_user

from app.core.roles import READ, Role, grants_of

LAST = 1_000
"""The place of an entry that names none."""


@dataclass(frozen=True, eq=False)
class Entry:
    """One entry of the menu, shown to readers who hold its grant."""

    text: Any
    endpoint: str
    grant: str
    order: int = LAST


@dataclass(frozen=True, eq=False)
class Shown:
    """An entry ready for the page."""

    text: Any
    href: str
    active: bool


class Menu:
    """One app's menu, cached for each set of roles and each view."""

    def __init__(self, entries: Sequence[Entry]) -> None:
        self.entries = sorted(entries, key=lambda entry: entry.order)
        self.shown_to = lru_cache(maxsize=1_000)(self._shown_to)

    def _shown_to(self, roles: frozenset[Role], here: str) -> tuple[Shown, ...]:
        grants = grants_of(roles)
        return tuple(
            Shown(entry.text, url_for(entry.endpoint), entry.endpoint.split(".")[0] == here)
            for entry in self.entries
            if (entry.grant, READ) in grants
        )


def init_menu(app: Flask, entries: Sequence[Entry]) -> None:
    """Give this app its menu."""
    app.extensions["portal_menu"] = Menu(entries)


def menu() -> tuple[Shown, ...]:
    """Return the entries for the person who is logged in; none without a log-in."""
    if not current_user.is_authenticated:
        return ()
    held: Menu = current_app.extensions["portal_menu"]
    return held.shown_to(current_user.principal.roles, (request.endpoint or "").split(".")[0])


def search_address() -> str | None:
    """Return the address of the search in the header; None for those who may not search among all children."""
    may_search = current_user.is_authenticated and current_user.principal.in_sen_team
    return url_for("FindView.find") if may_search else None
