"""Create the first administrator of a portal from the command line; they choose a password by mail."""

from sqlalchemy import select

from app.accounts import forgotten_password
from app.accounts.account_creation import open_account
from app.accounts.passwords import UNUSABLE
from app.accounts.tables.people import Person
from app.core.database.row_filter import bypass_row_filter
from app.core.errors import Conflict
from app.core.roles import Role
from app.core.unit_of_work import UnitOfWork


def enter_first_administrator(work: UnitOfWork, email: str, first_name: str, last_name: str) -> Person:
    """Create the account, mail it a link to choose a password, and return it.

    Until then no password matches. Raises Conflict where there is an administrator already.
    """
    bypass_row_filter(work.session, "the first administrator is entered")
    if work.session.scalars(select(Person.id).where(Person.roles.any(name=Role.admin.name)).limit(1)).first():
        raise Conflict
    person = Person(
        email=email,
        first_name=first_name,
        last_name=last_name,
        password=UNUSABLE,
    )
    open_account(work, person, Role.admin)
    forgotten_password.ask(work, email)
    return person
