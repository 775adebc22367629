"""Who people are, and which doors each role may use. The council reviews this file as its access policy.

A role opens doors (pages); it never decides which rows are seen behind them: that is each area's policies.py.
"""

import enum
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from app.core.wording import N_

READ, WRITE = "read", "write"

Grant = tuple[str, str]


class Role(enum.Enum):
    """What somebody is to the portal."""

    professional = "professional"
    parent = "parent"
    sen_officer = "sen_officer"
    sen_manager = "sen_manager"
    admin = "admin"


ROLE_LABELS: Mapping[Role, str] = {
    Role.professional: N_("Professional"),
    Role.parent: N_("Parent or carer"),
    Role.sen_officer: N_("SEN officer"),
    Role.sen_manager: N_("SEN manager"),
    Role.admin: N_("Administrator"),
}

SEN_TEAM = frozenset({Role.sen_officer, Role.sen_manager})
"""The people who run cases and so see every child."""


class Profession(enum.Enum):
    """The trade a professional registers under; an organisation is of the same kinds, and the council."""

    school = "school"
    early_years = "early_years"
    post16 = "post16"
    educational_psychology = "educational_psychology"
    health = "health"
    social_care = "social_care"
    council = "council"


PROFESSION_LABELS: Mapping[Profession, str] = {
    Profession.school: N_("School or academy"),
    Profession.early_years: N_("Early years setting"),
    Profession.post16: N_("Post-16 establishment"),
    Profession.educational_psychology: N_("Educational psychology"),
    Profession.health: N_("Health"),
    Profession.social_care: N_("Social care"),
    Profession.council: N_("Council SEN team"),
}

EDUCATION = frozenset({Profession.school, Profession.early_years, Profession.post16})
"""Those who may add a child in their setting: schools and post-16 establishments to ask for an assessment (CFA 2014,
s.36(1)), early years settings to bring the child to the council's attention (s.23 and 24)."""


class WorkflowRole(enum.Enum):
    """What somebody is to one piece of work."""

    author = "author"
    sen_team = "sen_team"
    parent = "parent"
    young_person = "young_person"
    giver = "giver"
    recorder = "recorder"


FAMILY_ROLES = frozenset({WorkflowRole.parent, WorkflowRole.young_person})
"""What a member of the family is to a child: each is a party of their own."""


@dataclass(frozen=True)
class Principal:
    """The person at the desk: all that a rule may know about who is asking."""

    user_id: int
    name: str
    roles: frozenset[Role]
    profession: Profession | None = None
    organisation_id: int | None = None
    is_confirmed: bool = False
    """Whether the organisation's lead or the SEN team has confirmed that they work for it."""
    leads_organisation: bool = False
    """Whether they confirm who else works for it."""

    def has(self, *roles: Role) -> bool:
        """True when they hold any of these roles."""
        return not self.roles.isdisjoint(roles)

    @property
    def in_sen_team(self) -> bool:
        """True for SEN officers and managers."""
        return not self.roles.isdisjoint(SEN_TEAM)


def _grants(*doors: str) -> frozenset[Grant]:
    """`"Messages"` opens a door to read and write; `"Audit:read"` to read only."""
    opened: set[Grant] = set()
    for door in doors:
        name, _, level = door.partition(":")
        opened.add((name, READ))
        if level != READ:
            opened.add((name, WRITE))
    return frozenset(opened)


EVERYBODY = _grants("Home:read", "Account", "Messages")
OFFICER = EVERYBODY | _grants(
    "Children",
    "Forms",
    "Documents:read",
    "CaseWork",
    "Registrations",
    "Organisations",
    "Colleagues",
    "Invitations",
)

GRANTS: Mapping[Role, frozenset[Grant]] = {
    Role.professional: EVERYBODY | _grants("SendArea", "Children", "Forms", "Documents:read", "Colleagues"),
    Role.parent: EVERYBODY | _grants("Children:read", "Forms", "Documents:read"),
    Role.sen_officer: OFFICER,
    Role.sen_manager: OFFICER | _grants("Audit:read"),
    Role.admin: _grants(
        "Home:read",
        "Account",
        "Organisations",
        "WorkDomains",
        "Users",
        "Roles:read",
        "Running",
        "Colleagues",
        "Invitations",
    ),
}


def grants_of(roles: Iterable[Role]) -> frozenset[Grant]:
    """Every door these roles open together."""
    return frozenset().union(*(GRANTS[role] for role in roles))
