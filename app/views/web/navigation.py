"""The menu as data: what stands in it, and which door it needs."""

from dataclasses import dataclass
from functools import lru_cache

from flask import request, url_for
from flask_babel import lazy_gettext as _l
from flask_login import current_user

from app.core.roles import READ, Role, grants_of


@dataclass(frozen=True)
class Entry:
    """One place in the menu, shown to whoever may read behind that door."""

    text: str
    endpoint: str
    door: str


@dataclass(frozen=True, eq=False)
class Shown:
    """The same, ready for the page."""

    text: str
    href: str
    active: bool


MENU: list[Entry] = [
    Entry(_l("Home"), "HomeView.home", "Home"),
    Entry(_l("Messages"), "MessageView.inbox", "Messages"),
    Entry(_l("SEND area"), "SendAreaView.list", "SendArea"),
    Entry(_l("Children and young people"), "ChildList.list", "CaseWork"),
    Entry(_l("Requests"), "RequestList.list", "CaseWork"),
    Entry(_l("Advice"), "AdviceList.list", "CaseWork"),
    Entry(_l("Registrations"), "RegistrationList.list", "Registrations"),
    Entry(_l("Audit"), "AuditView.child", "Audit"),
    Entry(_l("Accounts"), "UserList.list", "Users"),
    Entry(_l("Invitations"), "InvitationView.list", "Invitations"),
    Entry(_l("Organisations"), "OrganisationList.list", "Organisations"),
    Entry(_l("Work email domains"), "WorkDomainList.list", "WorkDomains"),
    Entry(_l("Roles"), "RoleList.list", "Roles"),
    Entry(_l("System status"), "RunningView.show", "Running"),
]


def menu() -> tuple[Shown, ...]:
    """The menu of whoever is logged in; nothing for anybody else."""
    if not current_user.is_authenticated:
        return ()
    return _menu_of(current_user.principal.roles, (request.endpoint or "").split(".")[0])


@lru_cache(maxsize=1_000)
def _menu_of(roles: frozenset[Role], here: str) -> tuple[Shown, ...]:
    doors = grants_of(roles)
    return tuple(
        Shown(entry.text, url_for(entry.endpoint), entry.endpoint.split(".")[0] == here)
        for entry in MENU
        if (entry.door, READ) in doors
    )
