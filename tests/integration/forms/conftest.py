"""A section that two colleagues have open: what the tests of conflicts begin with."""

import pytest

from tests.filled_forms import save


@pytest.fixture
def shared(cast, make) -> int:
    """A request that Sana and Tom both have open on version 1 of "views"; Tom saved first."""
    request = make.request(make.child(linked=(cast.sana, cast.tom)), cast.sana)
    with cast.sana.works() as work:
        assert save(work, request.id, "views", {"child_views": "Old", "parent_views": "Same"}) == 1
    with cast.tom.works() as work:
        assert save(work, request.id, "views", {"child_views": "Tom's", "parent_views": "Same"}, 1) == 2
    return request.id
