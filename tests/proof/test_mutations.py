"""The access matrix is awake: guards that are taken out are missed. `PROOF=full` tries every one of them."""

import os
from dataclasses import replace

import pytest

from bench.mutations import prove
from bench.promises import Options
from tests.proof.conftest import Keeps

pytestmark = pytest.mark.proof


def test_a_guard_that_is_taken_out_is_missed(options: Options, keeps: Keeps) -> None:
    keeps(prove(replace(options, short=os.environ.get("PROOF") != "full")))
