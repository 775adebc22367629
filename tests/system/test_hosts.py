"""The portal on two machines: log-ins, limits, leases and files hold, and one of them can be lost."""

import pytest

from bench import hosts
from bench.network import NoNetwork, wire

pytestmark = [pytest.mark.proof, pytest.mark.slow]


def test_two_hosts_are_one_portal_and_one_can_be_lost(options, keeps):
    if not (options.database and options.redis):
        pytest.skip("two machines share a PostgreSQL and a Redis: set TEST_DATABASE_URL and TEST_REDIS_URL")
    try:
        with wire():
            pass
    except NoNetwork as refused:
        pytest.skip(str(refused))
    keeps(hosts.prove(options))
