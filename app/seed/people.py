"""Puts the cast into an empty database."""

import uuid

from flask_appbuilder.security.sqla.models import Role as RoleRow
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core.clock import Clock
from app.models import Membership, Organisation, Person, WorkDomain
from app.seed.cast import CAST, ORGANISATIONS


def seed_people(session: Session, clock: Clock, password_hash: str) -> dict[str, Person]:
    """Enter the cast's organisations and people, all with this password; gives them by key."""
    bodies = {name: Organisation(name=name, kind=kind) for name, kind, _ in ORGANISATIONS}
    session.add_all(bodies.values())
    session.flush()
    session.add_all(
        WorkDomain(domain=domain, organisation_id=bodies[name].id) for name, _, domain in ORGANISATIONS
    )
    roles = {row.name: row for row in session.scalars(select(RoleRow))}
    people = {}
    for player in CAST:
        people[player.key] = Person(
            username=uuid.uuid4().hex,
            first_name=player.first_name,
            last_name=player.last_name,
            email=player.email,
            password=password_hash,
            active=True,
            profession=player.profession,
            two_step="email",
            password_changed_at=clock.now(),
            roles=[roles[player.role.name]],
        )
        if player.organisation:
            people[player.key].memberships = [
                Membership(
                    organisation_id=bodies[player.organisation].id,
                    job_title=player.job_title or None,
                    started_at=clock.now(),
                    confirmed_at=clock.now(),
                    leads=player.leads,
                    acted_for=True,
                )
            ]
    session.add_all(people.values())
    session.flush()
    return people
