"""The people of a demo of a county's size: organisations, staff, officers and children. All are invented."""

import random
import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from flask_appbuilder.security.sqla.models import Role as RoleRow
from flask_appbuilder.security.sqla.models import assoc_user_role
from sqlalchemy import Connection
from stdnum.gb import nhs, upn

from app.accounts.rules.work_email import resemblance
from app.core.names import search_name
from app.core.roles import Profession, Role
from app.models import Child, Membership, Organisation, Person
from app.seed.bulk import FIRST, SECOND, SURNAMES, last_id, put
from app.seed.cast import COUNCIL

DOMAIN = "scale.example"
"""The domain of the email addresses of these people: by it the demo is recognised. `.example` is no one's."""
CHILDREN_OF_A_SCHOOL = 130
STAFF_OF = {
    Profession.school: 2,
    Profession.early_years: 1,
    Profession.post16: 2,
    Profession.educational_psychology: 8,
    Profession.health: 10,
    Profession.social_care: 8,
}
JOBS = {
    Profession.school: "SENCO",
    Profession.early_years: "SENCO",
    Profession.post16: "Head of learning support",
    Profession.educational_psychology: "Educational psychologist",
    Profession.health: "Speech and language therapist",
    Profession.social_care: "Social worker",
}
KINDS_OF_SCHOOL = ("Primary School", "Primary School", "Primary Academy", "Academy", "High School")
SERVICES: Mapping[Profession, Sequence[str]] = {
    Profession.educational_psychology: (
        "Aire Valley Psychology Service",
        "Wharfe Psychology Service",
        "Beacon Psychologists",
    ),
    Profession.health: (
        "Airedale Community Paediatrics",
        "Moorside Speech and Language Therapy",
        "Calder Occupational Therapy",
        "Beacon Child Mental Health Service",
    ),
    Profession.social_care: (
        "Children with Disabilities Team",
        "Keighley Family Help",
        "City Family Help",
    ),
}
OFFICERS, MANAGERS, CASES_OF_AN_OFFICER = 3, 1, 180


@dataclass(frozen=True)
class Member:
    """A professional, and the organisation that they work for."""

    person_id: int
    organisation_id: int


@dataclass
class County:
    """Who lives and works in the county, by id."""

    officers: list[int] = field(default_factory=list)
    staff: dict[Profession, list[Member]] = field(default_factory=dict)
    children: list["Pupil"] = field(default_factory=list)


@dataclass(frozen=True)
class Pupil:
    """A child: as much as the rows of a case need."""

    id: int
    forenames: str
    surname: str
    born_on: date
    postcode: str
    address: str
    upn: str
    nhs_number: str
    senco: Member

    @property
    def name(self) -> str:
        """Forenames and surname."""
        return f"{self.forenames} {self.surname}"


class Settlers:
    """Enters the people of a county."""

    def __init__(
        self, connection: Connection, chance: random.Random, now: datetime, password_hash: str
    ) -> None:
        self.connection, self.chance, self.now, self.password_hash = connection, chance, now, password_hash
        self.roles = {
            name: number for number, name in connection.execute(sa.select(RoleRow.id, RoleRow.name))
        }
        self.people: list[dict[str, Any]] = []
        self.memberships: list[dict[str, Any]] = []
        self.role_rows: list[dict[str, int]] = []
        self.next_person = last_id(connection, Person.__table__) + 1
        self.county = County()

    def settle(self, children: int, cases: int) -> County:
        """Enter everyone and return who they are."""
        bodies = self._organisations(children)
        for kind, numbers in bodies.items():
            self.county.staff[kind] = [
                self._hire(body, JOBS[kind], Role.professional, kind)
                for body in numbers
                for _ in range(STAFF_OF[kind])
            ]
        council = self.connection.execute(
            sa.select(sa.func.min(Organisation.__table__.c.id)).where(
                Organisation.__table__.c.name == COUNCIL
            )
        ).scalar_one()
        for role, job, how_many in (
            (Role.sen_officer, "SEN officer", max(OFFICERS, cases // CASES_OF_AN_OFFICER)),
            (Role.sen_manager, "SEN manager", MANAGERS),
        ):
            hired = [self._hire(council, job, role, Profession.council) for _ in range(how_many)]
            self.county.officers += [each.person_id for each in hired if role is Role.sen_officer]
        put(self.connection, Person.__table__, self.people)
        put(self.connection, Membership.__table__, self.memberships)
        put(self.connection, assoc_user_role, self.role_rows)
        put(self.connection, Child.__table__, self._children(children))
        return self.county

    def _organisations(self, children: int) -> Mapping[Profession, list[int]]:
        """Enter the organisations and return their ids by kind."""
        names: dict[Profession, list[str]] = {kind: list(some) for kind, some in SERVICES.items()}
        places = [*dict.fromkeys(self.chance.choices(SURNAMES, k=children // CHILDREN_OF_A_SCHOOL * 2 + 20))]
        schools = max(2, children // CHILDREN_OF_A_SCHOOL)
        names[Profession.school] = [
            f"{place} {KINDS_OF_SCHOOL[number % len(KINDS_OF_SCHOOL)]}"
            for number, place in enumerate(places[:schools])
        ]
        names[Profession.early_years] = [f"{place} Nursery" for place in places[schools : schools + 3]]
        names[Profession.post16] = [f"{place} College" for place in places[schools + 3 : schools + 5]]
        number = last_id(self.connection, Organisation.__table__)
        found: dict[Profession, list[int]] = {}
        rows = []
        for kind, of_kind in names.items():
            for name in of_kind:
                number += 1
                found.setdefault(kind, []).append(number)
                rows.append({"id": number, "name": name, "kind": kind, "created_at": self.now})
        put(self.connection, Organisation.__table__, rows)
        return found

    def _hire(self, body: int, job: str, role: Role, kind: Profession) -> Member:
        number, self.next_person = self.next_person, self.next_person + 1
        first, last = self.chance.choice(FIRST), self.chance.choice(SURNAMES)
        email = f"{first}.{last}.{number}@{DOMAIN}".lower()
        self.people.append(
            {
                "id": number,
                "first_name": first,
                "last_name": last,
                "username": uuid.UUID(int=self.chance.getrandbits(128)).hex,
                "email": email,
                "mailbox": resemblance(email),
                "password": self.password_hash,
                "active": True,
                "profession": kind,
                "two_step": "email",
                "password_changed_at": self.now,
            }
        )
        since = self.now - timedelta(days=800)
        self.memberships.append(
            {
                "person_id": number,
                "organisation_id": body,
                "job_title": job,
                "created_at": since,
                "started_at": since,
                "confirmed_at": since,
                "acted_for": True,
            }
        )
        self.role_rows.append({"user_id": number, "role_id": self.roles[role.name]})
        return Member(number, body)

    def _children(self, how_many: int) -> Iterator[dict[str, Any]]:
        first = last_id(self.connection, Child.__table__) + 1
        sencos = self.county.staff[Profession.school]
        numbers = _nhs_numbers()
        today = self.now.date()
        for place in range(how_many):
            forenames = f"{self.chance.choice(FIRST)} {self.chance.choice(SECOND)}"
            surname = self.chance.choice(SURNAMES)
            digits = f"3802{place // 1000:03}26{place % 1000:03}"
            pupil = Pupil(
                id=first + place,
                forenames=forenames,
                surname=surname,
                born_on=today - timedelta(days=self.chance.randrange(1100, 6500)),
                postcode=f"BD99 {place % 9 + 1}AB",
                address=f"{place % 180 + 1} {self.chance.choice(SURNAMES)} Street\nBradford",
                upn=upn.calc_check_digit(digits) + digits,
                nhs_number=next(numbers),
                senco=sencos[place % len(sencos)],
            )
            self.county.children.append(pupil)
            yield {
                "id": pupil.id,
                "forenames": forenames,
                "surname": surname,
                "search_name": search_name(surname, forenames),
                "date_of_birth": pupil.born_on,
                "address": pupil.address,
                "postcode": pupil.postcode,
                "upn": pupil.upn,
                "nhs_number": pupil.nhs_number,
                "setting_id": pupil.senco.organisation_id,
                "added_by_id": pupil.senco.person_id,
                "version": 1,
                "created_at": self.now - timedelta(days=900) + timedelta(minutes=place),
            }


def _nhs_numbers() -> Iterator[str]:
    """Yield valid numbers of the range that the NHS reserves for tests."""
    for number in range(1_000_000):
        digits = f"999{number:06}"
        yield from (digits + check for check in "0123456789" if nhs.is_valid(digits + check))
