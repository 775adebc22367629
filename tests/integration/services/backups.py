"""What the tests of backups share: a report with its file, a place to write to, an empty place to restore into."""

import dataclasses
import io
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from app import create_app, open_office
from app.children.events import ChildViewed
from app.core.audit.heads import FILE
from app.core.unit_of_work import Office
from app.documents.documents import store_of
from app.models import Document, DocumentState
from bench.databases import own_database
from tests.cast import Cast
from tests.make import Maker

SURNAME, TEXT = "Canary-Warbler", b"The text of a report that has to come back."


@pytest.fixture
def no_heads_of_other_tests(office: Office) -> Iterator[None]:
    """The data folder outlives a test's database."""
    (office.settings.data_dir / FILE).unlink(missing_ok=True)
    yield
    (office.settings.data_dir / FILE).unlink(missing_ok=True)


@contextmanager
def an_empty_place(office: Office, folder: Path, **told: object) -> Iterator[Office]:
    """With the same keys: another folder, and on PostgreSQL another database."""
    folder.mkdir(mode=0o700)
    with own_database(os.environ.get("TEST_DATABASE_URL"), folder) as url:
        settings = dataclasses.replace(office.settings, data_dir=folder, database_url=url, **told)
        place = open_office(settings, office.clock)
        yield place
        place.database.engine.dispose()


@pytest.fixture
def elsewhere(office: Office, tmp_path: Path) -> Iterator[Office]:
    """An empty place with the same keys."""
    with an_empty_place(office, tmp_path / "elsewhere") as place:
        yield place


@pytest.fixture
def report(office, cast, make) -> Document:
    """A child's document, with its file in the store."""
    return reported(office, cast, make, TEXT)


def reported(office: Office, cast: Cast, make: Maker, text: bytes) -> Document:
    """A child's document with this text, in the store of this office."""
    child = make.child(linked=(cast.sana,), surname=SURNAME)
    form = make.request(child, cast.sana)
    kept = store_of(office).keep(io.BytesIO(text))
    with cast.olu.works() as work:
        work.tell(ChildViewed(child_id=child.id))
    return make._add(
        Document(
            child_id=child.id,
            form_id=form.id,
            section="a",
            question="b",
            name="report.txt",
            media_type="text/plain",
            size=kept.size,
            sha256=kept.sha256,
            storage_key=kept.key,
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


def another(office: Office, **settings: object) -> Office:
    """The same place, told otherwise."""
    return open_office(dataclasses.replace(office.settings, **settings), office.clock)


def run(office: Office, *command: str) -> tuple[int, str, str]:
    """`flask portal …` in that place: its exit code and what it says."""
    app = create_app(office.settings, office.clock)
    done = app.test_cli_runner().invoke(args=["portal", *command])
    app.extensions["office"].database.engine.dispose()
    return done.exit_code, done.stdout, done.stderr
