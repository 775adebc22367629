"""What the tests of backups share: a report with its file, a place to write to, an empty place to restore into."""

import dataclasses
import io
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from app import create_app, open_app_context
from app.children.events import ChildViewed
from app.core.audit.heads import FILE
from app.core.unit_of_work import AppContext
from app.documents.documents import store_of
from app.models import Document, DocumentState
from devtools.databases import own_database
from tests.cast import Cast
from tests.make import Maker

SURNAME, TEXT = "Canary-Warbler", b"The text of a report that has to come back."


@pytest.fixture
def no_heads_of_other_tests(context: AppContext) -> Iterator[None]:
    """The data folder outlives a test's database."""
    (context.settings.data_dir / FILE).unlink(missing_ok=True)
    yield
    (context.settings.data_dir / FILE).unlink(missing_ok=True)


@contextmanager
def an_empty_place(context: AppContext, folder: Path, **changes: object) -> Iterator[AppContext]:
    """With the same keys: another folder, and on PostgreSQL another database."""
    folder.mkdir(mode=0o700)
    with own_database(os.environ.get("TEST_DATABASE_URL"), folder) as url:
        settings = dataclasses.replace(context.settings, data_dir=folder, database_url=url, **changes)
        place = open_app_context(settings, context.clock)
        yield place
        place.database.engine.dispose()


@pytest.fixture
def elsewhere(context: AppContext, tmp_path: Path) -> Iterator[AppContext]:
    """An empty place with the same keys."""
    with an_empty_place(context, tmp_path / "elsewhere") as place:
        yield place


@pytest.fixture
def report(context, cast, make) -> Document:
    """A child's document, with its file in the store."""
    return reported(context, cast, make, TEXT)


def reported(context: AppContext, cast: Cast, make: Maker, text: bytes) -> Document:
    """A child's document with this text, in the store of this office."""
    child = make.child(linked=(cast.sana,), surname=SURNAME)
    form = make.request(child, cast.sana)
    stored = store_of(context).keep(io.BytesIO(text))
    with cast.olu.works() as work:
        work.record(ChildViewed(child_id=child.id))
    return make._add(
        Document(
            child_id=child.id,
            form_id=form.id,
            section="a",
            question="b",
            name="report.txt",
            media_type="text/plain",
            size=stored.size,
            sha256=stored.sha256,
            storage_key=stored.key,
            state=DocumentState.clean,
            added_by_id=cast.sana.id,
        )
    )


@pytest.fixture
def target(tmp_path: Path) -> Path:
    """Where the backup goes."""
    return tmp_path / "backup"


@pytest.fixture(params=["backup", "backup.tar"])
def either(request, tmp_path: Path) -> Path:
    """The same, as a folder and as one file."""
    return tmp_path / request.param


def another(context: AppContext, **settings: object) -> AppContext:
    """The same place with other settings."""
    return open_app_context(dataclasses.replace(context.settings, **settings), context.clock)


def run(context: AppContext, *command: str) -> tuple[int, str, str]:
    """`flask portal …` in that place: its exit code and what it says."""
    app = create_app(context.settings, context.clock)
    done = app.test_cli_runner().invoke(args=["portal", *command])
    app.extensions["app_context"].database.engine.dispose()
    return done.exit_code, done.stdout, done.stderr
