"""A request on its way, and a button to press: what many of the pages' tests begin with."""

from typing import Any

import pytest

from tests.browser import post_with_token
from tests.filled_forms import fill_in, send


@pytest.fixture
def started(cast, make):
    """A request begun by Sana, whose colleague Tom is linked too."""
    return make.request(make.child(linked=(cast.sana, cast.tom)), cast.sana)


@pytest.fixture
def press(app):
    """Press a button: post(browser, path, fields)."""

    def post(browser, path: str, data: dict[str, Any], **how: Any) -> Any:
        return post_with_token(browser, app, path, data, **how)

    return post


@pytest.fixture
def sent(cast, started):
    fill_in(cast.sana, started.id)
    send(cast.sana, started.id)
    return started
