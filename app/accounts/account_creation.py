"""Create accounts; every use case that adds a person calls `open_account`."""

import uuid

from flask_appbuilder.security.sqla.models import Role as RoleRow
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from app.accounts.events import AccountOpened
from app.accounts.queries.addresses import person_with_email
from app.accounts.tables.people import Person
from app.core.errors import Conflict
from app.core.roles import Role
from app.core.unit_of_work import UnitOfWork

TWO_STEP = "email"
"""The second step of a new account. The owner may add an authenticator app later; a second step is mandatory."""


def open_account(work: UnitOfWork, person: Person, role: Role) -> Person:
    """Add a person who has confirmed their address and chosen a password, with one role, and return them.

    Raises Conflict when the address has got an account in the meantime.
    """
    if person_with_email(work.session, person.email) is not None:
        raise Conflict
    person.username = uuid.uuid4().hex
    person.active = True
    person.two_step = TWO_STEP
    person.password_changed_at = work.now
    person.roles = [work.session.scalars(select(RoleRow).where(RoleRow.name == role.name)).one()]
    try:
        work.add(person)
    except IntegrityError as taken:
        raise Conflict from taken
    work.record(AccountOpened(person_id=person.id))
    return person
