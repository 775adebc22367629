"""Disk, database, mail server, Redis or scanner fail: a page says what to do, and nothing accepted is lost."""

import pytest

from bench.faults.proof import FAULTS
from bench.faults.servers import NotHere

pytestmark = [pytest.mark.proof, pytest.mark.slow]


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_loses_nothing_and_the_page_says_what_to_do(options, keeps, fault):
    try:
        keeps(FAULTS[fault](options))
    except NotHere as lacking:
        pytest.skip(f"this machine lacks {lacking}")
