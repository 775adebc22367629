"""Decide who may invite whom to open an account, and how long an invitation and its link last."""

from collections.abc import Mapping
from datetime import timedelta

from app.core.roles import SEN_TEAM, Principal, Role

COUNCIL_ROLES = SEN_TEAM | {Role.admin}
"""The roles of the council's own people, which only administrators give."""

LINK_DAYS = 7
"""How long the link of an invitation works; it can be sent again."""

LASTS = timedelta(days=30)
"""How long an invitation stays open after its newest link was sent."""

_INVITERS: Mapping[Role, frozenset[Role]] = {
    Role.parent: SEN_TEAM,
    Role.professional: SEN_TEAM | {Role.admin},
    Role.sen_officer: frozenset({Role.admin}),
    Role.sen_manager: frozenset({Role.admin}),
    Role.admin: frozenset({Role.admin}),
}


def may_invite(who: Principal, role: Role) -> bool:
    """Return whether this person may invite people to this role."""
    return who.has(*_INVITERS[role])


def roles_invited_by(who: Principal) -> list[Role]:
    """Return the roles that this person invites to by email address and role; parents are invited from a child's page."""
    return [role for role in Role if role is not Role.parent and may_invite(who, role)]
