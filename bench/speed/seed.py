"""Fills a database: so many children, with as many organisations, professionals and parents as they would have.

Rows are made in bulk, past the services: what is measured later goes through them. Everything is invented, and the
same number always gives the same county.
"""

import random
import time
import uuid
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from flask_appbuilder.security.sqla.models import Role as RoleRow
from flask_appbuilder.security.sqla.models import assoc_user_role
from sqlalchemy import Connection

from app.core.database.row_filter import bypass_row_filter
from app.core.names import search_name
from app.core.roles import Profession, Role, WorkflowRole
from app.core.unit_of_work import AppContext
from app.models import Child, ChildLink, Membership, Organisation, Person
from app.operations.preparation import prepare
from app.seed.bulk import FIRST, SECOND, SURNAMES, let_ids_follow, put
from app.seed.people import seed_people
from bench.speed.names import COMMON, HOW_MANY_RARE, RARE
from bench.speed.seed_cases import cases

LINKS_EACH = 40
"""How many children a professional is linked to."""
CONFIRMED_AT = datetime(2026, 1, 1)  # noqa: DTZ001 - UTC without a zone, as every column is
SCHOOL_SIZE, SERVICE_SIZE = 300, 5_000
NUMBERED = ("organisation", "ab_user", "child", "child_link", "form", "section_draft", "submission")
"""Tables whose rows are entered with their ids."""


def seed(context: AppContext, people: int) -> None:
    """Make the tables, the cast and the county."""
    began = time.monotonic()
    prepare(context)
    with context.database.open() as session:
        bypass_row_filter(session, "the measured county is seeded")
        seed_people(session, context.clock, "no password opens this account")
        session.commit()
    with context.database.engine.connect() as connection:
        if context.database.is_sqlite:
            connection.exec_driver_sql("COMMIT")
            connection.exec_driver_sql("PRAGMA synchronous=off")
            connection.exec_driver_sql("PRAGMA foreign_keys=off")
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        county = County(connection, context, people)
        county.settle()
        cases(county)
        let_ids_follow(connection, NUMBERED)
        connection.commit()
    _look_over(context)
    print(f"{people:,} people seeded in {time.monotonic() - began:.0f} s", flush=True)


def _look_over(context: AppContext) -> None:
    """Let the database count what it holds, as it does by itself after a while."""
    context.database.engine.dispose()
    context.database.gather_statistics()
    engine = context.database.engine.execution_options(isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        if context.database.is_sqlite:
            connection.exec_driver_sql("COMMIT")
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
            connection.exec_driver_sql("BEGIN")
        else:
            connection.exec_driver_sql("VACUUM ANALYZE")


class County:
    """The children of one county, their schools, and the people involved with them."""

    def __init__(self, connection: Connection, context: AppContext, people: int) -> None:
        self.connection, self.context, self.people = connection, context, people
        self.chance = random.Random(people)
        self.now = context.clock.now().replace(microsecond=0)
        self.senco, self.officer = self._number("Sana"), self._number("Olu")
        self.schools = self._organisations(Profession.school, max(4, people // SCHOOL_SIZE + 1))
        self.services = self._organisations(Profession.educational_psychology, max(3, people // SERVICE_SIZE))
        self.staff: dict[int, list[int]] = {}
        """By organisation, its professionals."""
        self.home: list[tuple[int, int, int | None, int | None]] = []
        """Return by child: school, SENCO, and for most a service and one of its people."""

    def _number(self, first_name: str) -> int:
        found = self.connection.execute(
            sa.text("SELECT id FROM ab_user WHERE first_name = :n"), {"n": first_name}
        )
        return int(found.scalar_one())

    def _organisations(self, kind: Profession, how_many: int) -> list[int]:
        table = Organisation.__table__
        first = self.connection.execute(
            sa.select(sa.func.min(table.c.id)).where(table.c.kind == kind)
        ).scalar_one()
        last = self.connection.execute(sa.select(sa.func.max(table.c.id))).scalar_one()
        numbers = list(range(last + 1, last + how_many))
        rows = (
            {"id": n, "name": f"{SURNAMES[n % len(SURNAMES)]} {kind.value} {n}", "kind": kind}
            for n in numbers
        )
        put(self.connection, table, rows)
        return [first, *numbers]

    def settle(self) -> None:
        """Create all people."""
        self._hire()
        self._assign()
        put(self.connection, Child.__table__, self._children())
        put(self.connection, ChildLink.__table__, self._links())

    def _hire(self) -> None:
        """As many professionals as there is work for."""
        last = self.connection.execute(sa.text("SELECT max(id) FROM ab_user")).scalar_one()
        role = self.connection.execute(
            sa.select(RoleRow.id).where(RoleRow.name == Role.professional.name)
        ).scalar_one()
        per_service = -(-self.people * 6 // 10 // LINKS_EACH // len(self.services))
        places = [
            (body, Profession.school) for body in self.schools for _ in range(-(-SCHOOL_SIZE // LINKS_EACH))
        ]
        places += [
            (body, Profession.educational_psychology) for body in self.services for _ in range(per_service)
        ]
        people, memberships = [], []
        for number, (body, kind) in enumerate(places, last + 1):
            self.staff.setdefault(body, []).append(number)
            people.append(_person(number, self.chance, kind))
            memberships.append(_membership(number, body, kind))
        self.staff[self.schools[0]][0] = self.senco
        put(self.connection, Person.__table__, people)
        put(self.connection, Membership.__table__, memberships)
        put(self.connection, assoc_user_role, ({"user_id": p["id"], "role_id": role} for p in people))

    def _assign(self) -> None:
        for number in range(self.people):
            school = self.schools[number // SCHOOL_SIZE % len(self.schools)]
            senco = self.staff[school][number % SCHOOL_SIZE // LINKS_EACH]
            service = worker = None
            if number % 10 < 6:
                service = self.services[number % len(self.services)]
                worker = self.staff[service][number // len(self.services) % len(self.staff[service])]
            self.home.append((school, senco, service, worker))

    def _children(self) -> Iterator[dict[str, Any]]:
        today, rare = self.now.date(), self.people // HOW_MANY_RARE
        for number, (school, senco, _, _) in enumerate(self.home):
            surname = SURNAMES[self.chance.randrange(len(SURNAMES))]
            if number // 50 % 100 in (7, 40, 76):  # not every fiftieth, which is whose case is open
                surname = COMMON
            elif number % rare == rare // 2 + 2 and number // rare < HOW_MANY_RARE:
                surname = RARE
            forenames = f"{self.chance.choice(FIRST)} {self.chance.choice(SECOND)}"
            yield {
                "id": number + 1,
                "forenames": forenames,
                "surname": surname,
                "search_name": search_name(surname, forenames),
                "date_of_birth": today - timedelta(days=1500 + self.chance.randrange(5500)),
                "address": f"{number % 200 + 1} {surname} Street, Bradford",
                "postcode": f"BD99 {number % 9 + 1}AB",
                "upn": f"B{801200000000 + number}",
                "nhs_number": f"{9990000000 + number}",
                "setting_id": school,
                "added_by_id": senco,
                "created_at": self.now - timedelta(hours=self.people - number),
            }

    def _links(self) -> Iterator[dict[str, Any]]:
        for number, (school, senco, service, worker) in enumerate(self.home):
            common = {"child_id": number + 1, "part": WorkflowRole.author, "linked_by_id": self.officer}
            common["created_at"] = self.now - timedelta(days=30)
            yield common | {"person_id": senco, "organisation_id": school, "relationship_to_child": "SENCO"}
            if service is not None:
                role = "Educational psychologist"
                yield common | {
                    "person_id": worker,
                    "organisation_id": service,
                    "relationship_to_child": role,
                }


def _person(number: int, chance: random.Random, kind: Profession) -> dict[str, Any]:
    return {
        "id": number,
        "first_name": chance.choice(FIRST),
        "last_name": SURNAMES[chance.randrange(len(SURNAMES))],
        "username": uuid.UUID(int=number).hex,
        "email": f"person{number}@bench.example",
        "active": True,
        "profession": kind,
        "two_step": "email",
    }


def _membership(number: int, body: int, kind: Profession) -> dict[str, Any]:
    return {
        "person_id": number,
        "organisation_id": body,
        "job_title": "SENCO" if kind is Profession.school else "Educational psychologist",
        "created_at": CONFIRMED_AT,
        "started_at": CONFIRMED_AT,
        "confirmed_at": CONFIRMED_AT,
        "acted_for": True,
    }
