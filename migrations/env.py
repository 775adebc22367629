"""Alembic's way into the tables."""

from typing import Any

from alembic import context
from flask_appbuilder import Model
from sqlalchemy import event

from app import models
from app.core.database.engine import Database

assert models  # importing app.models loads every table


def _stop_checking(connection: Any, _record: Any) -> None:
    """Check foreign keys once at the end: a table that others refer to is replaced by a changed copy."""
    connection.execute("PRAGMA foreign_keys=off")


def run() -> None:
    """Migrate the database named in the configuration."""
    url = context.config.get_main_option("sqlalchemy.url")
    assert url
    database = Database(url)
    if database.is_sqlite:
        event.listen(database.engine, "connect", _stop_checking)
    with database.engine.connect() as connection:
        context.configure(
            connection=connection, target_metadata=Model.metadata, render_as_batch=True, compare_type=True
        )
        with context.begin_transaction():
            context.run_migrations()
            if database.is_sqlite and (
                broken := connection.exec_driver_sql("PRAGMA foreign_key_check").all()
            ):
                raise RuntimeError(f"rows refer to rows that do not exist: {broken[:10]}")
        connection.commit()
    database.engine.dispose()


run()
