"""Brings the tables up to date, one process at a time however many are started at once.

Alembic is fetched only for that: a web process would hold ten megabytes of it and never use them.
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
"""The number of PostgreSQL's lock; the audit's chain has another."""


def config_for(url: str) -> "Config":
    """What alembic needs to know."""
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    config.set_main_option("sqlalchemy.url", url.replace("%", "%%"))
    return config


def migrate(url: str) -> None:
    """Bring the tables up to date."""
    from alembic import command

    command.upgrade(config_for(url), "head")


def newest_revision() -> str:
    """The migration that this version of the portal works with."""
    return max(path.name[:4] for path in (FOLDER / "versions").glob("[0-9]*.py"))


@contextmanager
def alone(database: Database) -> Iterator[None]:
    """Wait until no other process prepares the database, and keep others waiting."""
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
