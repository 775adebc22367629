"""A separate database for each proof, dropped afterwards."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sa


@contextmanager
def own_database(server: str | None, folder: Path) -> Iterator[str]:
    """Yield the URL of an empty database: a new one on this PostgreSQL server, or with None an SQLite file."""
    if server is None:
        yield f"sqlite:///{folder / 'portal.sqlite3'}"
        return
    name = f"proof_{secrets.token_hex(4)}"
    _execute(server, f'CREATE DATABASE "{name}"')
    try:
        yield sa.make_url(server).set(database=name).render_as_string(hide_password=False)
    finally:
        _execute(server, f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def _execute(server: str, statement: str) -> None:
    engine = sa.create_engine(server, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(sa.text(statement))
    engine.dispose()
