"""A2: a merge gives no one else of their organisation what a form or an officer denied."""

import pytest

from app.cases import duplicates, links
from app.core.errors import ValidationFailed
from tests.cast import Cast
from tests.make import Maker
from tests.security.test_family_attacks import note_that_must_not_know
from tests.security.test_named_in_queues import sees


@pytest.mark.parametrize("note_in_newer", [True, False])
def test_A2_a_merge_all_the_same_keeps_queue_members_whom_a_form_names_away(
    cast: Cast, make: Maker, note_in_newer: bool
) -> None:
    older = make.child()
    newer = make.child(possible_duplicate_of_id=older.id)
    noted, queued = (newer, older) if note_in_newer else (older, newer)
    make.link(noted, cast.pat, relationship_to_child="Mother")
    make.queue(queued, cast.hana)
    note_that_must_not_know(cast, make, noted, "Idris Clarke")
    with pytest.raises(ValidationFailed, match="Idris Clarke"), cast.olu.works() as work:
        duplicates.same_child(work, newer.id)
    with cast.olu.works() as work:
        duplicates.same_child(work, newer.id, despite=True)
    assert sees(cast.hana, older)
    assert not sees(cast.idris, older)
    with cast.olu.works() as work:
        links.link_person(work, older.id, cast.idris.id, despite=True)
    assert sees(cast.idris, older)
