"""Backups of a portal whose files lie on a store that speaks S3: as whole as those of a folder, restored to another bucket."""

import dataclasses
import hashlib
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
import sqlalchemy as sa

from app.core.audit.heads import FILE
from app.core.files import s3
from app.core.files.s3 import PREFIX
from app.core.files.storage import CHUNK
from app.core.unit_of_work import AppContext
from app.models import Document
from app.operations.archive import size_of
from app.operations.backup import take_backup
from app.operations.database_copy import count_rows
from app.operations.restore import CannotRestore, restore_backup
from devtools.object_store import BUCKET, ObjectStore, object_store
from tests.cast import everything
from tests.integration.operations.backups import an_empty_place, reported, run

TEXTS = [b"A report.", b"", b"x" * CHUNK, bytes(range(256)) * 9_000]
"""One usual, one with nothing in it, one as long as a piece that is read at once, one of several pieces."""


@pytest.fixture(scope="module")
def server() -> Iterator[ObjectStore]:
    with object_store() as running:
        yield running


@pytest.fixture
def here(context: AppContext, server: ObjectStore) -> AppContext:
    """The portal, its files in an empty bucket."""
    (context.settings.data_dir / FILE).unlink(missing_ok=True)
    client = server.client()
    for key in server.lying_in(BUCKET):
        client.delete_object(Bucket=BUCKET, Key=key)
    return dataclasses.replace(context, settings=dataclasses.replace(context.settings, s3=server.settings))


@pytest.fixture
def there(here: AppContext, server: ObjectStore, tmp_path: Path) -> Iterator[AppContext]:
    """An empty place, with a bucket of its own."""
    server.add_bucket(bucket := f"there-{hashlib.sha256(bytes(tmp_path)).hexdigest()[:20]}")
    with an_empty_place(
        here, tmp_path / "there", s3=dataclasses.replace(server.settings, bucket=bucket)
    ) as place:
        yield place


@pytest.fixture
def reports(here, cast, make) -> list[Document]:
    return [reported(here, cast, make, text) for text in TEXTS]


def place_of(document: Document) -> str:
    """What the store calls its file."""
    return f"{PREFIX}{document.storage_key[:2]}/{document.storage_key}"


@pytest.mark.parametrize("name", ["backup", "backup.tar"])
def test_rows_and_files_come_back_in_another_bucket(here, there, server, reports, tmp_path, name):
    taken = take_backup(here, tmp_path / name)
    done = restore_backup(there, tmp_path / name)

    assert (taken.files, taken.manifest.missing, taken.damaged) == (len(TEXTS), (), ())
    assert (done.files, done.wrong, done.damaged) == (len(TEXTS), [], ())
    assert taken.bytes == size_of(tmp_path / name) > sum(map(len, TEXTS))
    lying = server.lying_in(there.settings.s3.bucket)
    assert lying == server.lying_in(BUCKET)
    assert lying == {place_of(each): text for each, text in zip(reports, TEXTS, strict=True)}
    with there.database.engine.connect() as connection:
        counts = count_rows(connection, sorted(taken.manifest.counts))
    assert counts == taken.manifest.counts | {"audit": taken.manifest.counts["audit"] + 1}
    with everything(there) as work:
        documents = work.session.execute(sa.select(Document.storage_key, Document.sha256, Document.size))
        assert sorted(tuple(row) for row in documents) == sorted(
            (each.storage_key, hashlib.sha256(text).hexdigest(), len(text))
            for each, text in zip(reports, TEXTS, strict=True)
        )
    assert not (there.settings.data_dir / "files").exists()


def test_a_store_that_refuses_half_way_leaves_word_of_what_is_there(here, there, server, reports, tmp_path):
    """The store takes the first two files and then no more, as one that is full would."""
    take_backup(here, tmp_path / "backup")
    bucket, client = there.settings.s3.bucket, s3._client(there.settings.s3)
    taken = []

    def full(**_call: object) -> tuple[object, dict[str, object]] | None:
        taken.append(1)
        error = {"Error": {"Code": "InsufficientStorage"}, "ResponseMetadata": {}}
        return (SimpleNamespace(status_code=507), error) if len(taken) > 2 else None

    client.meta.events.register("before-call.s3.PutObject", full)
    try:
        code, _, wrong = run(there, "restore", str(tmp_path / "backup"))
    finally:
        client.meta.events.unregister("before-call.s3.PutObject", full)

    assert code == 1 and len(server.lying_in(bucket)) == 2
    assert (
        f"half a restore: the database has tables in it and there are files in the bucket {bucket}." in wrong
    )
    assert f"everything in the bucket {bucket}" in wrong


def test_nothing_is_restored_into_a_bucket_that_holds_anything(here, there, server, reports, tmp_path):
    take_backup(here, tmp_path / "backup")
    bucket = there.settings.s3.bucket
    server.client().put_object(Bucket=bucket, Key=place_of(reports[0]), Body=b"Somebody's.")

    with pytest.raises(CannotRestore, match=f"here there are files in the bucket {bucket}"):
        restore_backup(there, tmp_path / "backup")

    assert list(server.lying_in(bucket).values()) == [b"Somebody's."]


def test_a_file_gone_from_the_store_and_one_that_changed_there_are_reported(
    here, there, server, reports, tmp_path
):
    client = server.client()
    client.delete_object(Bucket=BUCKET, Key=place_of(reports[0]))
    client.put_object(Bucket=BUCKET, Key=place_of(reports[1]), Body=b"rot")

    taken = take_backup(here, tmp_path / "backup")
    done = restore_backup(there, tmp_path / "backup")

    assert (taken.manifest.missing, taken.damaged) == ((reports[0].id,), (reports[1].id,))
    assert (taken.files, done.files, done.wrong) == (len(TEXTS) - 1, len(TEXTS) - 1, [])
    assert done.damaged == (reports[1].id,)


def test_a_store_that_is_not_there_is_reported_and_leaves_no_half_a_backup(here, reports, tmp_path):
    nowhere = dataclasses.replace(here.settings.s3, bucket="not-there")
    lost = dataclasses.replace(here, settings=dataclasses.replace(here.settings, s3=nowhere))

    code, _, wrong = run(lost, "backup", str(tmp_path / "backup"))

    assert (code, wrong) == (1, "Stopped: the store for files refused\n")
    assert list(tmp_path.glob("backup*")) == []


def test_a_bucket_that_is_not_there_is_reported_before_anything_is_restored(here, there, reports, tmp_path):
    take_backup(here, tmp_path / "backup")
    nowhere = dataclasses.replace(there.settings.s3, bucket="not-there")
    lost = dataclasses.replace(there, settings=dataclasses.replace(there.settings, s3=nowhere))

    code, _, wrong = run(lost, "restore", str(tmp_path / "backup"))

    assert (code, wrong) == (1, "Stopped: the store for files refused\n")
    with there.database.engine.connect() as connection:
        assert sa.inspect(connection).get_table_names() == []
