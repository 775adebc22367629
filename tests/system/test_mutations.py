"""The access matrix is awake: every guard that is taken out is missed."""

from dataclasses import replace

import pytest

from bench.mutations import prove
from bench.promises import Options
from tests.system.conftest import Keeps

pytestmark = pytest.mark.proof


def test_a_guard_that_is_taken_out_is_missed(options: Options, keeps: Keeps) -> None:
    keeps(prove(replace(options, short=False)))
