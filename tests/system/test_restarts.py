"""A new version takes over while people work, and no one sees an error; one that is broken does not take over."""

import pytest

from bench import restarts

pytestmark = [pytest.mark.proof, pytest.mark.slow]


def test_no_browser_shows_an_error_while_the_web_server_is_restarted(options, keeps):
    keeps(restarts.prove(options))


def test_a_version_that_does_not_come_up_leaves_the_one_before_at_work(options, keeps):
    keeps(restarts.prove_broken_version(options))
