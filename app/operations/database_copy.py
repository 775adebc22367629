"""Consistent copies of the whole database while it is in use, and restoring one into an empty database.

SQLite copies itself (VACUUM INTO): copying its file would miss what is still in the write-ahead log. pg_dump
of PostgreSQL reads one snapshot, and the rows are counted in the same snapshot.
"""

import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from psycopg.conninfo import make_conninfo
from sqlalchemy import Connection

from app.core.database.engine import Database

CLIENT_PACKAGE = "postgresql-client"
REVISION = sa.table("alembic_version", sa.column("version_num"))


class CopyFailed(Exception):
    """The database could not be copied or restored; the message tells the operator why."""


def kind_of(database: Database) -> str:
    """Return "sqlite" or "postgresql"."""
    return "sqlite" if database.is_sqlite else "postgresql"


def tables_of(connection: Connection) -> list[str]:
    """Return the name of every table, sorted."""
    return sorted(sa.inspect(connection).get_table_names())


def count_rows(connection: Connection, names: list[str]) -> dict[str, int]:
    """Return the number of rows of each of these tables."""
    return {
        name: connection.execute(sa.select(sa.func.count()).select_from(sa.table(name))).scalar_one()
        for name in names
    }


def revision_of(connection: Connection) -> str:
    """Return the migration revision of the database."""
    return connection.execute(sa.select(REVISION.c.version_num)).scalar() or ""


@contextmanager
def copy_database(database: Database, target: Path) -> Iterator[Connection]:
    """Copy the database to a new file and yield a connection that reads the same snapshot."""
    if database.is_sqlite:
        _copy_sqlite(database, target)
        engine = sa.create_engine(sa.URL.create("sqlite", database=str(target)), hide_parameters=True)
        try:
            with engine.connect() as connection:
                _check_sqlite(connection)
                yield connection
        finally:
            engine.dispose()
        return
    with database.engine.connect().execution_options(isolation_level="REPEATABLE READ") as connection:
        # pg_dump uses this snapshot while the connection is open.
        connection.execute(sa.text("SET LOCAL idle_in_transaction_session_timeout = 0"))
        snapshot = connection.execute(sa.select(sa.func.pg_export_snapshot())).scalar_one()
        _new_private_file(target)
        _run(
            database.url,
            "pg_dump",
            "--format=custom",
            "--no-owner",
            "--no-privileges",
            f"--snapshot={snapshot}",
            f"--file={target}",
        )
        yield connection


def is_empty(database: Database) -> bool:
    """Return whether the database has no tables."""
    with database.engine.connect() as connection:
        return not tables_of(connection)


def restore_database(database: Database, source: Path) -> None:
    """Restore a copy into an empty database, in full or not at all."""
    database.session.remove()
    database.engine.dispose()
    if database.is_sqlite:
        _restore_sqlite(Path(str(database.engine.url.database)), source)
        return
    _run(
        database.url,
        "pg_restore",
        "--exit-on-error",
        "--single-transaction",
        "--no-owner",
        "--no-privileges",
        str(source),
    )
    with database.engine.connect() as connection:
        connection.execution_options(isolation_level="AUTOCOMMIT").execute(sa.text("ANALYZE"))


def require_tool(database: Database, tool: str) -> None:
    """Raise CopyFailed at once when PostgreSQL's own program for this is not installed."""
    if not database.is_sqlite:
        _find(tool)


def _copy_sqlite(database: Database, target: Path) -> None:
    _new_private_file(target)
    connection = database.engine.raw_connection()
    try:
        connection.cursor().execute("VACUUM INTO ?", (str(target),))
    finally:
        connection.close()
    _flush(target)


def _check_sqlite(connection: Connection) -> None:
    found = connection.execute(sa.text("PRAGMA integrity_check")).scalars().all()
    if found != ["ok"]:
        raise CopyFailed(f"The database itself is damaged: {found[0]}")


def _restore_sqlite(place: Path, source: Path) -> None:
    unfinished = place.with_name(f"{place.name}.part")
    try:
        _new_private_file(unfinished)
        shutil.copyfile(source, unfinished)
        _flush(unfinished)
        for leftover in ("-wal", "-shm"):  # of the empty database that is replaced
            place.with_name(f"{place.name}{leftover}").unlink(missing_ok=True)
        unfinished.rename(place)
    finally:
        unfinished.unlink(missing_ok=True)


def _new_private_file(path: Path) -> None:
    os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))


def _flush(path: Path) -> None:
    """Flush the file to the disk."""
    with path.open("rb+") as file:
        os.fsync(file.fileno())


def _find(tool: str) -> str:
    found = shutil.which(tool)
    if found is None:
        raise CopyFailed(
            f"{tool} is not on this machine. Install the package {CLIENT_PACKAGE}, of the database server's version "
            f"or newer (Debian and Ubuntu: sudo apt install {CLIENT_PACKAGE})."
        )
    return found


def _run(url: str, tool: str, *options: str) -> None:
    """Run one of PostgreSQL's own programs.

    The password is in its environment, because a list of processes shows arguments.
    """
    target, password = _conninfo(url)
    done = subprocess.run(  # noqa: S603 - a fixed program, no shell
        [_find(tool), f"--dbname={target}", *options],
        env={**os.environ, "LC_ALL": "C.UTF-8"} | ({"PGPASSWORD": password} if password else {}),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise CopyFailed(f"{tool} failed: {done.stderr.strip()}")


def _conninfo(url: str) -> tuple[str, str]:
    """Return the connection string for PostgreSQL's programs, and the password separately."""
    parts = sa.make_url(url)
    given: Mapping[str, Any] = parts.translate_connect_args(username="user", database="dbname") | dict(
        parts.query
    )
    password = str(given.get("password") or "")
    return make_conninfo(**{name: value for name, value in given.items() if name != "password"}), password
