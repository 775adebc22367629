"""The backup drill in its small form, on whichever database the tests run on."""

import os
from pathlib import Path

import pytest

from bench.drill import prove
from bench.promises import Options

pytestmark = [pytest.mark.proof, pytest.mark.slow]


def test_a_backup_taken_while_people_write_comes_back_whole(tmp_path: Path):
    options = Options(tmp_path, short=True, database=os.environ.get("TEST_DATABASE_URL"))

    shown = list(prove(options))

    assert [promise for promise in shown if not promise.kept] == []
    assert len(shown) == 11
