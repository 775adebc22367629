"""Row locks on organisations; app/core/database/locks.py says in which order they are taken."""

from sqlalchemy import Select, select

from app.organisations.tables import Organisation


def organisation_held(organisation_id: int) -> Select[Organisation]:
    """Return the statement that locks the organisation, so that it stays in use; many may hold this lock at once."""
    found = select(Organisation).where(Organisation.id == organisation_id)
    return found.with_for_update(read=True).execution_options(populate_existing=True)
