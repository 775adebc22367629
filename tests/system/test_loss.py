"""Forms are sent while server, worker and mail server are killed: what was acknowledged is there, once."""

import pytest

from bench import loss

pytestmark = [pytest.mark.proof, pytest.mark.slow]


def test_no_form_that_was_acknowledged_is_lost_or_doubled_whatever_is_killed(options, keeps):
    keeps(loss.prove(options))
