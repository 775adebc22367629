"""A web process starts soon, stays small, and codes are mailed at once."""

import pytest

from bench import resources

pytestmark = [pytest.mark.proof, pytest.mark.slow]


def test_a_web_process_starts_and_stays_small_and_codes_are_mailed(options, keeps):
    keeps(resources.prove(options))
