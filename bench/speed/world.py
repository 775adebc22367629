"""The measured databases, on SQLite or PostgreSQL: so many children, or the demo of a county; created once and reused."""

import os
import time
from collections.abc import Callable
from pathlib import Path

import sqlalchemy as sa

from app import create_app
from app.core.unit_of_work import AppContext
from app.operations.preparation import prepare
from app.seed.demo import seed_demo
from app.seed.scale import seed_scale
from bench.fixtures import PASSWORD
from config import ROOT, Settings, load_settings

NAME = "portal_bench"
COUNTY = "county"
COUNTY_CHILDREN, COUNTY_CASES = 8_000, 2_500


def settings_for(people: int | str) -> Settings:
    """Demo settings in a folder, and on PostgreSQL a database, of its own for each size, or for the county."""
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

    _make(people, lambda context: seed(context, people))


def make_county() -> float:
    """Fill a database as `flask portal seed-scale` does, unless an earlier run has, and return the seconds it took."""
    took = 0.0

    def fill(context: AppContext) -> None:
        nonlocal took
        prepare(context)
        seed_demo(context, PASSWORD)
        began = time.monotonic()
        seed_scale(context, PASSWORD, COUNTY_CHILDREN, COUNTY_CASES, demo=True)
        took = time.monotonic() - began

    _make(COUNTY, fill)
    return took


def _make(people: int | str, fill: Callable[[AppContext], object]) -> None:
    settings = settings_for(people)
    done = settings.data_dir / ("seeded-postgresql" if "postgresql" in settings.database_url else "seeded")
    if done.exists() and _is_there(settings.database_url):
        return
    _make_empty(settings)
    context = create_app(settings).extensions["app_context"]
    fill(context)
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
