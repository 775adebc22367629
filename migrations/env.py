"""Alembic's way into the tables."""

from alembic import context
from flask_appbuilder import Model

from app import models
from app.core.database.engine import Database

assert models  # importing app.models loads every table


def run() -> None:
    """Migrate the database named in the configuration."""
    url = context.config.get_main_option("sqlalchemy.url")
    assert url
    database = Database(url)
    with database.engine.connect() as connection:
        context.configure(
            connection=connection, target_metadata=Model.metadata, render_as_batch=True, compare_type=True
        )
        with context.begin_transaction():
            context.run_migrations()
        connection.commit()
    database.engine.dispose()


run()
