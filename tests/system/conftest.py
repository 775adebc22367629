"""The proofs of bench/ in their short form, on whichever database the tests run on."""

import os
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

from bench.promises import Options, Promise

Keeps = Callable[[Iterable[Promise]], None]


@pytest.fixture
def options(tmp_path: Path) -> Options:
    """Short, in a folder of its own."""
    environ = os.environ
    return Options(
        tmp_path, short=True, database=environ.get("TEST_DATABASE_URL"), redis=environ.get("TEST_REDIS_URL")
    )


@pytest.fixture
def keeps() -> Keeps:
    """Hold when every promise is met; the failure has the figures of all."""

    def check(promises: Iterable[Promise]) -> None:
        found = list(promises)
        assert found
        lines = "\n".join(f"{one.name}: {one.figure} (promised: {one.limit})" for one in found)
        assert all(one.met for one in found), lines

    return check
