"""A2: a person who must not know has a link of their own for one organisation; the child is in the queue of another one
where they work."""

import pytest

from app.accounts import membership
from app.cases import duplicates, links
from app.core.unit_of_work import AppContext
from app.models import Child
from tests.cast import Actor, Cast
from tests.make import Maker
from tests.security.test_family_attacks import note_that_must_not_know
from tests.security.test_memberships import asks_to_join, letters_to, place_of
from tests.security.test_named_in_queues import sees
from tests.security.test_races_with_notes import note_to_send
from tests.security.test_two_at_once import at_once

ROUNDS = 4


@pytest.fixture
def child(cast: Cast, make: Maker) -> Child:
    """Pat's child, to whom Tom is linked for his school."""
    child = make.child(linked=(cast.pat,))
    make.link(child, cast.tom)
    return child


def at(actor: Actor, other: Actor, child: Child) -> bool:
    """Whether a person sees the child while they act for the organisation of another one."""
    before = place_of(actor)
    actor.acts_for(place_of(other))
    found = sees(actor, child)
    actor.acts_for(before)
    return found


def test_A2_a_note_closes_the_queue_of_the_other_organisation_at_once(
    context: AppContext, cast: Cast, make: Maker, child: Child
) -> None:
    cast.tom.joins(place_of(cast.ann))
    make.queue(child, cast.ann)
    assert at(cast.tom, cast.ann, child)
    note_that_must_not_know(cast, make, child, "Tom Ellis")
    assert not at(cast.tom, cast.ann, child)
    assert sees(cast.tom, child), "the SEN team decides about his own link"
    assert sees(cast.ann, child)
    assert {"kept_from_queue", "must_not_know_noted"} <= set(letters_to(context, None))


def test_A2_the_child_enters_the_queue_or_he_joins_it_after_the_note(
    cast: Cast, make: Maker, child: Child
) -> None:
    note_that_must_not_know(cast, make, child, "Tom Ellis")
    cast.tom.joins(place_of(cast.ann))
    with cast.olu.works() as work:
        links.link_organisation(work, child.id, place_of(cast.ann), despite=True)
    assert not at(cast.tom, cast.ann, child)
    make.queue(child, cast.rhys)
    asked = asks_to_join(cast.tom, place_of(cast.rhys))
    with cast.olu.works() as work:
        membership.confirm(work, asked)
    assert not at(cast.tom, cast.rhys, child)


def test_A2_a_merge_brings_the_queue_of_the_other_organisation(cast: Cast, make: Maker, child: Child) -> None:
    cast.tom.joins(place_of(cast.ann))
    note_that_must_not_know(cast, make, child, "Tom Ellis")
    other = make.child(possible_duplicate_of_id=child.id)
    make.queue(other, cast.ann)
    with cast.olu.works() as work:
        duplicates.same_child(work, other.id, despite=True)
    assert not at(cast.tom, cast.ann, child)
    assert sees(cast.ann, child)


def test_A2_the_sen_team_opens_one_organisation_and_not_the_queue_of_the_next(
    cast: Cast, make: Maker, child: Child
) -> None:
    for other in (cast.ann, cast.rhys):
        cast.tom.joins(place_of(other))
        make.queue(child, other)
    note_that_must_not_know(cast, make, child, "Tom Ellis")
    with cast.olu.works() as work:
        links.link_person(work, child.id, cast.tom.id, organisation_id=place_of(cast.ann), despite=True)
    assert at(cast.tom, cast.ann, child)
    assert not at(cast.tom, cast.rhys, child)


def test_A2_one_whom_no_form_names_sees_the_child_through_each(cast: Cast, make: Maker, child: Child) -> None:
    cast.tom.joins(place_of(cast.ann))
    make.queue(child, cast.ann)
    note_that_must_not_know(cast, make, child, "Rosa Lund")
    assert at(cast.tom, cast.ann, child) and sees(cast.tom, child)


def test_A2_a_note_sent_while_the_child_enters_the_queue(cast: Cast, make: Maker) -> None:
    cast.tom.joins(place_of(cast.ann))
    for each in range(ROUNDS):
        queued = make.child(linked=(cast.pat, cast.tom))
        send = note_to_send(cast, make, queued, "Tom Ellis", each)
        results = at_once(
            (cast.pat, send),
            (
                cast.olu,
                lambda work, c=queued.id: links.link_organisation(work, c, place_of(cast.ann), despite=True),
            ),
        )
        assert results == ["done", "done"]
        assert not at(cast.tom, cast.ann, queued)
