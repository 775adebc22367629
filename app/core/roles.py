"""The roles of people, and the pages that each role may open. The council reviews this file as its access policy.

A role opens pages. Which rows are visible on them is decided in each area's policies.py.
"""

import enum
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from app.core.wording import N_

READ, WRITE = "read", "write"

Grant = tuple[str, str]


class Role(enum.Enum):
    """A user's role in the portal."""

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
"""The people who handle cases, and so see every child."""


class Profession(enum.Enum):
    """The service that a professional works in; each organisation belongs to one of these or is the council."""

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
    """A person's part in one form."""

    author = "author"
    sen_team = "sen_team"
    parent = "parent"
    young_person = "young_person"
    giver = "giver"
    recorder = "recorder"


FAMILY_ROLES = frozenset({WorkflowRole.parent, WorkflowRole.young_person})
"""The parts of the family; each person of the family acts for themselves."""


@dataclass(frozen=True)
class Principal:
    """The user for whom a session works, with all that rules and policies may know of them."""

    user_id: int
    name: str
    roles: frozenset[Role]
    profession: Profession | None = None
    organisation_id: int | None = None
    """The organisation they act for."""
    is_confirmed: bool = False
    """Whether the organisation's lead or the SEN team has confirmed that they work for it."""
    leads_organisation: bool = False
    """Whether they confirm who else works for it."""

    def has(self, *roles: Role) -> bool:
        """Return True when they hold any of these roles."""
        return not self.roles.isdisjoint(roles)

    @property
    def in_sen_team(self) -> bool:
        """True for SEN officers and managers."""
        return not self.roles.isdisjoint(SEN_TEAM)


def _grants(*pages: str) -> frozenset[Grant]:
    """Return grants: "Messages" is to read and write, "Audit:read" to read only."""
    opened: set[Grant] = set()
    for page in pages:
        name, _, level = page.partition(":")
        opened.add((name, READ))
        if level != READ:
            opened.add((name, WRITE))
    return frozenset(opened)


EVERY_CASE_ROLE = _grants("Home:read", "Account", "Messages")
OFFICER = EVERY_CASE_ROLE | _grants(
    "Children",
    "Forms",
    "Documents:read",
    "CaseWork",
    "Registrations",
    "Organisations",
    "Colleagues",
    "Invitations",
    "DutyRules:read",
    "NoticeTexts:read",
)

GRANTS: Mapping[Role, frozenset[Grant]] = {
    Role.professional: EVERY_CASE_ROLE
    | _grants("SendArea", "Children", "Forms", "Documents:read", "Colleagues"),
    Role.parent: EVERY_CASE_ROLE | _grants("Children:read", "Forms", "Documents:read"),
    Role.sen_officer: OFFICER,
    Role.sen_manager: OFFICER
    | _grants(
        "Audit:read",
        "DutyRules",
        "NoticeTexts",
        "ReminderRules",
        "Figures:read",
        "PublishedFigures",
        "Imports",
    ),
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
        "Imports",
    ),
}


def grants_of(roles: Iterable[Role]) -> frozenset[Grant]:
    """Return the grants of these roles together."""
    return frozenset().union(*(GRANTS[role] for role in roles))
