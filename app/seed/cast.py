"""The people the demo and the tests are played by. Their names are invented."""

from dataclasses import dataclass

from app.core.roles import Profession, Role
from app.core.wording import N_


@dataclass(frozen=True)
class Player:
    """A person with an account."""

    key: str
    first_name: str
    last_name: str
    email: str
    role: Role
    job_title: str = ""
    profession: Profession | None = None
    organisation: str | None = None
    leads: bool = False


SCHOOL = "Heaton Beck Primary School"
OTHER_SCHOOL = "Shipley Moor Academy"
EP_SERVICE = "Bradford Educational Psychology Team"
HEALTH = "Airedale Children's Therapies"
SOCIAL_CARE = "Bradford Children and Families Duty Team"
COUNCIL = "Bradford Council SEN Team"

ORGANISATIONS: list[tuple[str, Profession, str]] = [
    (SCHOOL, Profession.school, "heatonbeck.sch.example"),
    (OTHER_SCHOOL, Profession.school, "shipleymoor.sch.example"),
    (EP_SERVICE, Profession.educational_psychology, "eps.bradford.example"),
    (HEALTH, Profession.health, "airedale.nhs.example"),
    (SOCIAL_CARE, Profession.social_care, "families.bradford.example"),
    (COUNCIL, Profession.council, "council.bradford.example"),
]
"""Name, kind, e-mail domain."""

_P, _R = Profession, Role
CAST: list[Player] = [
    Player(
        "sana",
        "Sana",
        "Iqbal",
        "sana.iqbal@heatonbeck.sch.example",
        _R.professional,
        "SENCO",
        _P.school,
        SCHOOL,
        leads=True,
    ),
    Player(
        "tom",
        "Tom",
        "Ellis",
        "tom.ellis@heatonbeck.sch.example",
        _R.professional,
        "Assistant SENCO",
        _P.school,
        SCHOOL,
    ),
    Player(
        "rhys",
        "Rhys",
        "Morgan",
        "rhys.morgan@shipleymoor.sch.example",
        _R.professional,
        "SENCO",
        _P.school,
        OTHER_SCHOOL,
    ),
    Player(
        "ann",
        "Ann",
        "Kowalska",
        "ann.kowalska@eps.bradford.example",
        _R.professional,
        "Educational psychologist",
        _P.educational_psychology,
        EP_SERVICE,
    ),
    Player(
        "bob",
        "Bob",
        "Hughes",
        "bob.hughes@eps.bradford.example",
        _R.professional,
        "Educational psychologist",
        _P.educational_psychology,
        EP_SERVICE,
    ),
    Player(
        "hana",
        "Hana",
        "Begum",
        "hana.begum@airedale.nhs.example",
        _R.professional,
        "Speech and language therapist",
        _P.health,
        HEALTH,
    ),
    Player(
        "idris",
        "Idris",
        "Clarke",
        "idris.clarke@airedale.nhs.example",
        _R.professional,
        "Therapies administrator",
        _P.health,
        HEALTH,
    ),
    Player(
        "sol",
        "Sol",
        "Fletcher",
        "sol.fletcher@families.bradford.example",
        _R.professional,
        "Social worker",
        _P.social_care,
        SOCIAL_CARE,
    ),
    Player(
        "olu",
        "Olu",
        "Adeyemi",
        "olu.adeyemi@council.bradford.example",
        _R.sen_officer,
        "SEN officer",
        _P.council,
        COUNCIL,
    ),
    Player(
        "mary",
        "Mary",
        "Doyle",
        "mary.doyle@council.bradford.example",
        _R.sen_manager,
        "SEN manager",
        _P.council,
        COUNCIL,
    ),
    Player(
        "ines",
        "Ines",
        "Novak",
        "ines.novak@council.bradford.example",
        _R.admin,
        "Portal administrator",
        _P.council,
        COUNCIL,
    ),
    Player("pat", "Pat", "Hussain", "pat.hussain@mail.example", _R.parent),
    Player("quinn", "Quinn", "Barker", "quinn.barker@mail.example", _R.parent),
]

DEMO_ACCOUNTS: list[tuple[str, str, str]] = [
    (N_("SENCO"), "Sana Iqbal", "sana.iqbal@heatonbeck.sch.example"),
    (N_("SENCO's colleague"), "Tom Ellis", "tom.ellis@heatonbeck.sch.example"),
    (N_("SENCO at another school"), "Rhys Morgan", "rhys.morgan@shipleymoor.sch.example"),
    (N_("Educational psychologist"), "Ann Kowalska", "ann.kowalska@eps.bradford.example"),
    (N_("Educational psychologist, not linked"), "Bob Hughes", "bob.hughes@eps.bradford.example"),
    (N_("Health therapist"), "Hana Begum", "hana.begum@airedale.nhs.example"),
    (N_("Health team administrator"), "Idris Clarke", "idris.clarke@airedale.nhs.example"),
    (N_("Social worker"), "Sol Fletcher", "sol.fletcher@families.bradford.example"),
    (N_("SEN officer"), "Olu Adeyemi", "olu.adeyemi@council.bradford.example"),
    (N_("SEN manager"), "Mary Doyle", "mary.doyle@council.bradford.example"),
    (N_("Administrator"), "Ines Novak", "ines.novak@council.bradford.example"),
    (N_("Parent"), "Pat Hussain", "pat.hussain@mail.example"),
    (N_("Another parent"), "Quinn Barker", "quinn.barker@mail.example"),
]
"""Role, name and log-in, as `make run` prints them."""
