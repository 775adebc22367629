"""The menu as data: what stands in it, and which door it needs."""

from dataclasses import dataclass

from flask import request, url_for
from flask_babel import lazy_gettext as _l
from flask_login import current_user

from app.domain.roles import READ, grants_of


@dataclass(frozen=True)
class Entry:
    """One place in the menu, shown to whoever may read behind that door."""

    text: str
    endpoint: str
    door: str


@dataclass(frozen=True)
class Shown:
    """The same, ready for the page."""

    text: str
    href: str
    active: bool
    badge: int | None = None


MENU: list[Entry] = [
    Entry(_l("Home"), "HomeView.home", "Home"),
]


def menu() -> list[Shown]:
    """The menu of whoever is logged in; nothing for anybody else."""
    if not current_user.is_authenticated:
        return []
    doors = grants_of(current_user.principal.roles)
    here = (request.endpoint or "").split(".")[0]
    return [
        Shown(entry.text, url_for(entry.endpoint), entry.endpoint.split(".")[0] == here)
        for entry in MENU
        if (entry.door, READ) in doors
    ]
