"""The backup drill in its small form, on whichever database the tests run on."""

import os
from pathlib import Path

import pytest

from bench.drill.filling import FILE_EACH
from bench.drill.proof import FEW, drill, prove
from bench.promises import Options
from devtools.object_store import object_store

pytestmark = [pytest.mark.proof, pytest.mark.slow]


def test_a_backup_taken_while_people_write_comes_back_whole(tmp_path: Path):
    options = Options(tmp_path, short=True, database=os.environ.get("TEST_DATABASE_URL"))

    shown = list(prove(options))

    assert [promise for promise in shown if not promise.met] == []
    assert len(shown) == 12


def test_so_does_one_whose_files_lie_on_a_store_that_speaks_s3(tmp_path: Path):
    options = Options(tmp_path, short=True, database=os.environ.get("TEST_DATABASE_URL"))
    with object_store() as store:
        store.add_bucket("another")
        shown = list(drill(options, FEW, (store.environ, store.environ | {"S3_BUCKET": "another"})))
        files = store.lying_in("another")

    assert [promise for promise in shown if not promise.met] == []
    assert len(shown) == 12
    assert len(files) > FEW / FILE_EACH
    assert not [path for path in tmp_path.glob("*/files/*") if "backup" not in path.parts]
