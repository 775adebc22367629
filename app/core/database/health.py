"""Check that the database can be written, and which migration it is at."""

import sqlalchemy as sa

from app.core.database.engine import WRITING, Database

_UNCHANGED_UPDATE = sa.text("UPDATE alembic_version SET version_num = version_num")
_REVISION = sa.text("SELECT version_num FROM alembic_version")


def revision_of(database: Database) -> str:
    """Return the database's last migration; empty when it has no tables yet."""
    with database.engine.connect() as connection:
        if not sa.inspect(connection).has_table("alembic_version"):
            return ""
        return str(connection.execute(_REVISION).scalar() or "")


def revision_within(connection: sa.Connection) -> str:
    """Return the database's last migration, over a connection that is open already."""
    return str(connection.execute(_REVISION).scalar() or "")


def check_writable(database: Database) -> str:
    """Update a row, roll back and return the last migration. Raises the database's error when it cannot be written."""
    with database.engine.connect().execution_options(**{WRITING: True}) as connection:
        connection.execute(_UNCHANGED_UPDATE)
        revision = revision_within(connection)
        connection.rollback()
    return revision
