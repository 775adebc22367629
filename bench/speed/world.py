"""The measured database with so many children, on SQLite or PostgreSQL; created once and reused."""

import os
from pathlib import Path

import sqlalchemy as sa

from app import create_app
from config import ROOT, Settings, load_settings

NAME = "portal_bench"


def settings_for(people: int) -> Settings:
    """Demo settings in a folder, and on PostgreSQL a database, of this size's own."""
    folder = Path(os.environ.get("BENCH_DIR", ROOT / "data" / "bench")) / str(people)
    folder.mkdir(parents=True, exist_ok=True)
    given = {"PORTAL_MODE": "demo", "DATA_DIR": str(folder)}
    if server := os.environ.get("DATABASE_URL"):
        url = load_settings(given | {"DATABASE_URL": server}).database_url
        given["DATABASE_URL"] = sa.make_url(url).set(database=f"{NAME}_{people}").render_as_string(False)
    return load_settings(given)


def make_world(people: int) -> None:
    """Fill the database of this size, unless an earlier run has."""
    from bench.speed.seed import seed

    settings = settings_for(people)
    done = settings.data_dir / ("seeded-postgresql" if "postgresql" in settings.database_url else "seeded")
    if done.exists() and _is_there(settings.database_url):
        return
    _make_empty(settings)
    context = create_app(settings).extensions["app_context"]
    seed(context, people)
    context.database.engine.dispose()
    done.touch()


def _server(url: sa.URL) -> sa.Engine:
    return sa.create_engine(url.set(database="postgres"), isolation_level="AUTOCOMMIT")


def _is_there(url: str) -> bool:
    made = sa.make_url(url)
    if made.get_backend_name() == "sqlite":
        return Path(made.database or "").exists()
    with _server(made).connect() as connection:
        found = connection.execute(
            sa.text("SELECT 1 FROM pg_database WHERE datname = :name"), {"name": made.database}
        )
        return found.first() is not None


def _make_empty(settings: Settings) -> None:
    url = sa.make_url(settings.database_url)
    if url.get_backend_name() == "sqlite":
        for leftover in ("", "-wal", "-shm"):
            Path(f"{url.database}{leftover}").unlink(missing_ok=True)
        return
    with _server(url).connect() as connection:
        connection.execute(sa.text(f'DROP DATABASE IF EXISTS "{url.database}" WITH (FORCE)'))
        connection.execute(sa.text(f'CREATE DATABASE "{url.database}"'))
