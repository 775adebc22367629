"""Queries for organisations to choose from."""

from sqlalchemy import Connection, or_, select
from sqlalchemy.orm import Session

from app.core.roles import EDUCATION
from app.organisations.tables import Organisation


def settings_in_use(session: Session, *, or_this: int | None = None) -> list[tuple[str, str]]:
    """Return (id, name) of each school, early years setting and post-16 establishment in use, by name.

    `or_this` is included too: a record may name it though it is no longer used.
    """
    rows = session.execute(
        select(Organisation.id, Organisation.name)
        .where(
            or_(
                (Organisation.kind.in_(EDUCATION)) & Organisation.active.is_(True),
                Organisation.id == or_this,
            )
        )
        .order_by(Organisation.name, Organisation.id)
    )
    return [(str(number), name) for number, name in rows]


def organisation_name(connection: Connection, organisation_id: int) -> str:
    """Return the name of the organisation."""
    named = select(Organisation.__table__.c.name).where(Organisation.__table__.c.id == organisation_id)
    return str(connection.execute(named).scalar_one())
