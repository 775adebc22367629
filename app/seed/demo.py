"""The demo: organisations, the cast and their cases, entered once into an empty portal and never over anything."""

from sqlalchemy import select

from app.accounts.passwords import passwords_of
from app.core.database.migrations import alone
from app.core.database.row_filter import bypass_row_filter
from app.core.roles import Profession
from app.core.unit_of_work import AppContext
from app.models import Organisation, Person, WorkDomain
from app.seed.advice_routes import seed_routes
from app.seed.cases import seed_cases
from app.seed.files import reference
from app.seed.people import seed_people


def seed_demo(context: AppContext, password: str) -> bool:
    """Create the demo if there is no account yet. Return whether it did. Safe to start twice at once."""
    with alone(context.database):
        return _seed(context, password)


def _seed(context: AppContext, password: str) -> bool:
    with context.database.open() as session:
        bypass_row_filter(session, "the demo is seeded")
        if session.scalars(select(Person.id).limit(1)).first() is not None:
            return False
        seed_people(session, context.clock, passwords_of(context).hash(password))
        known = set(session.scalars(select(Organisation.name)))
        for body in reference("organisations"):
            if body["name"] not in known:
                session.add(_organisation(body))
        session.flush()
        domains = set(session.scalars(select(WorkDomain.domain)))
        by_name = {body.name: body for body in session.scalars(select(Organisation))}
        for body in reference("organisations"):
            for domain in set(body.get("domains", [])) - domains:
                domains.add(domain)
                session.add(WorkDomain(domain=domain, organisation_id=by_name[body["name"]].id))
        seed_routes(session)
        session.commit()
    seed_cases(context)
    return True


def _organisation(body: dict[str, str]) -> Organisation:
    return Organisation(
        name=body["name"],
        kind=Profession[body["kind"]],
        address=body.get("address", ""),
        postcode=body.get("postcode", ""),
        phone=body.get("phone", ""),
    )
