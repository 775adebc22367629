"""The menu: entries that views register, shown to those whose grants open them."""

from collections.abc import Callable, Sequence
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
    count: Callable[[], int] | None = None
    """A function that returns the number beside the entry, asked for on each page."""
    within: str = ""
    """The view of the entry under which this one is found; the menu shows it itself to readers who cannot open that one."""

    @property
    def view(self) -> str:
        """The name of its view."""
        return self.endpoint.split(".")[0]


@dataclass(frozen=True, eq=False)
class Shown:
    """An entry ready for the page."""

    text: Any
    href: str
    active: bool
    count: int = 0


class Menu:
    """One app's menu, cached for each set of roles, view and numbers."""

    def __init__(self, entries: Sequence[Entry]) -> None:
        self.entries = sorted(entries, key=lambda entry: entry.order)
        self.shown_to = lru_cache(maxsize=1_000)(self._shown_to)
        self.section_of = lru_cache(maxsize=1_000)(self._section_of)

    def counts_for(self, roles: frozenset[Role]) -> tuple[int, ...]:
        """Return the number beside each entry, 0 where there is none."""
        if not any(each.count for each in self.entries):
            return ()
        grants = grants_of(roles)
        return tuple(
            each.count() if each.count is not None and (each.grant, READ) in grants else 0
            for each in self.entries
        )

    def _shown_to(self, roles: frozenset[Role], here: str, counts: tuple[int, ...]) -> tuple[Shown, ...]:
        numbers = counts or (0,) * len(self.entries)
        opened = self._open_to(roles)
        top = self._top_of(opened, here)
        return tuple(
            Shown(entry.text, url_for(entry.endpoint), entry.view == top, count)
            for entry, count in zip(self.entries, numbers, strict=True)
            if entry in opened and self._top_of(opened, entry.view) == entry.view
        )

    def _section_of(self, roles: frozenset[Role], here: str) -> tuple[Shown, ...]:
        """Return the entries of the section that a view belongs to; none where it has one page only."""
        opened = self._open_to(roles)
        top = self._top_of(opened, here)
        found = [entry for entry in opened if self._top_of(opened, entry.view) == top]
        return tuple(
            Shown(entry.text, url_for(entry.endpoint), entry.view == here)
            for entry in sorted(found, key=lambda entry: (entry.view != top, entry.order))
            if len(found) > 1
        )

    def _open_to(self, roles: frozenset[Role]) -> list[Entry]:
        grants = grants_of(roles)
        return [entry for entry in self.entries if (entry.grant, READ) in grants]

    @staticmethod
    def _top_of(opened: Sequence[Entry], view: str) -> str:
        """Return the view whose entry the menu shows for this view."""
        within = next((entry.within for entry in opened if entry.view == view), "")
        return within if any(entry.view == within for entry in opened) else view


def init_menu(app: Flask, entries: Sequence[Entry]) -> None:
    """Give this app its menu."""
    app.extensions["portal_menu"] = Menu(entries)


def menu() -> tuple[Shown, ...]:
    """Return the entries for the person who is logged in; none without a log-in."""
    if not current_user.is_authenticated:
        return ()
    held: Menu = current_app.extensions["portal_menu"]
    roles = current_user.principal.roles
    return held.shown_to(roles, (request.endpoint or "").split(".")[0], held.counts_for(roles))


def section() -> tuple[Shown, ...]:
    """Return the pages beside this one, for a view that belongs to a section of the menu; else none."""
    if not current_user.is_authenticated:
        return ()
    held: Menu = current_app.extensions["portal_menu"]
    return held.section_of(current_user.principal.roles, (request.endpoint or "").split(".")[0])


def search_address() -> str | None:
    """Return the address of the search in the header; None for those who may not search among all children."""
    may_search = current_user.is_authenticated and current_user.principal.in_sen_team
    return url_for("FindView.find") if may_search else None
