"""Migrate the tables, in one process at a time.

Alembic is imported only for that: it would take ten megabytes of each web process.
"""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import sqlalchemy as sa

from app.core.database.engine import Database

if TYPE_CHECKING:
    from alembic.config import Config

FOLDER = Path(__file__).parents[3] / "migrations"
_PREPARING = 0x5E4E
"""The number of the advisory lock on PostgreSQL; the audit chain has another."""


def config_for(url: str) -> "Config":
    """Return alembic's configuration for this database."""
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    config.set_main_option("sqlalchemy.url", url.replace("%", "%%"))
    return config


def migrate(url: str) -> None:
    """Migrate the tables to the newest revision."""
    from alembic import command

    command.upgrade(config_for(url), "head")


def newest_revision() -> str:
    """Return the migration that this version of the portal needs."""
    return max(path.name[:4] for path in (FOLDER / "versions").glob("[0-9]*.py"))


@contextmanager
def alone(database: Database) -> Iterator[None]:
    """Wait until no other process prepares the database, and lock it for the length of the block."""
    if database.is_sqlite:
        place = Path(str(database.engine.url.database))
        with place.with_name(f"{place.name}.preparing").open("w") as lock_file:
            fcntl.flock(lock_file, fcntl.LOCK_EX)  # released when the file is closed or the process ends
            yield
        return
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.detach()  # the lock goes with the connection, which is closed and not pooled again
        connection.execute(sa.select(sa.func.pg_advisory_lock(_PREPARING)))
        yield
