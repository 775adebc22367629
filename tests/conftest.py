"""One app a run; a fresh database a test, copied from a prepared one; a fixed clock."""

import os
import subprocess
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from hypothesis import settings as hypothesis_settings

from app import create_app
from app.core.clock import FixedClock
from app.core.unit_of_work import AppContext
from config import load_settings
from tests import log_hygiene
from tests.cast import Cast, seed_template
from tests.databases import TestDatabase
from tests.mailbox import Mailbox
from tests.make import Maker

ROOT = Path(__file__).resolve().parents[1]
MOMENT = datetime(2026, 11, 23, 9, 30)
"""A Monday morning in term time, when every test begins."""

# A busy machine is slow and not wrong: no example of Hypothesis fails for its time alone.
hypothesis_settings.register_profile("unhurried", hypothesis_settings(), deadline=None)
hypothesis_settings.load_profile("unhurried")


def settings_for(data_dir: Path, database_url: str, **environ: str) -> Any:
    """Demo settings in a folder of their own, as the environment would give them."""
    given = {"PORTAL_MODE": "demo", "DATA_DIR": str(data_dir), "DATABASE_URL": database_url}
    if redis := os.environ.get("TEST_REDIS_URL"):
        given["REDIS_URL"] = redis
    return load_settings(given | environ)


@pytest.fixture(scope="session", autouse=True)
def compiled() -> None:
    """Compile the translations, so that every run reads the catalogues as they are now."""
    subprocess.run([ROOT / "scripts/compile-translations.sh"], check=True, capture_output=True, timeout=120)


def pytest_configure(config: pytest.Config) -> None:
    """What is logged while the tests run is listened to."""
    config.pluginmanager.register(log_hygiene, "log_hygiene")


@pytest.fixture(scope="session")
def clock() -> FixedClock:
    return FixedClock(MOMENT)


@pytest.fixture(scope="session")
def prepared(
    tmp_path_factory: pytest.TempPathFactory, clock: FixedClock
) -> Iterator[tuple[Flask, TestDatabase]]:
    """The app on a prepared database: tables, roles, form templates and the cast; no cases."""
    folder = tmp_path_factory.mktemp("portal")
    database = TestDatabase(folder)
    app = create_app(settings_for(folder, database.url), clock)
    app.testing = True
    seed_template(app)
    context = app.extensions["app_context"]
    database.keep(context)
    yield app, database
    database.drop(context)


@pytest.fixture
def app(prepared: tuple[Flask, TestDatabase], clock: FixedClock) -> Iterator[Flask]:
    """The app, as on a new morning. Never hold its context open around browsers: g would remember the first person."""
    app, database = prepared
    clock._at = MOMENT
    database.fresh(app.extensions["app_context"])
    yield app
    app.extensions["app_context"].database.session.remove()


@pytest.fixture
def context(app: Flask) -> AppContext:
    held: AppContext = app.extensions["app_context"]
    return held


@pytest.fixture
def cast(app: Flask) -> Cast:
    """The people of app/seed/cast.py: cast.ann.works(), cast.ann.browser()."""
    return Cast(app)


@pytest.fixture
def make(context: AppContext, cast: Cast) -> Maker:
    """Rows a test needs, made the short way."""
    return Maker(context, cast)


@pytest.fixture
def mailbox(context: AppContext) -> Mailbox:
    """The mail sent from now on: mailbox.code(cast.ann.email), mailbox.to(address)."""
    return Mailbox(context)
