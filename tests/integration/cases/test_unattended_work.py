"""What an organisation owes the SEN team does not stay with no one, however its people left."""

import pytest
from sqlalchemy import select

from app.cases import duplicates, links, merges, returned_forms
from app.models import Advice, Child, ChildLink, ChildMerge, Message
from tests.cast import everything
from tests.filled_forms import fill_in, send


def open_links(context, child):
    with everything(context) as work:
        statement = select(ChildLink).where(ChildLink.child_id == child.id, ChildLink.ended_at.is_(None))
        return {(link.person_id, link.organisation_id) for link in work.session.scalars(statement)}


def letters_to_team(context):
    with everything(context) as work:
        return list(work.session.scalars(select(Message.letter).where(Message.recipient_id.is_(None))))


def give_back(cast, form):
    with cast.olu.works() as work:
        returned_forms.send_back(work, form.id, 1, {"": "Please say more"})


def step_back(actor, link):
    with actor.works() as work:
        links.step_back(work, link.id)


@pytest.fixture
def sent(cast, make):
    """Ann's advice, which she has sent, and her link."""
    child = make.child()
    link = make.link(child, cast.ann)
    advice = make.advice(child, cast.ann)
    fill_in(cast.ann, advice.id)
    send(cast.ann, advice.id)
    return child, link, advice


def test_a9_a_form_returned_after_its_author_left_waits_in_the_queue(context, cast, sent):
    child, link, advice = sent
    step_back(cast.ann, link)
    assert open_links(context, child) == set(), "nothing was owed when she left"

    give_back(cast, advice)

    assert open_links(context, child) == {(None, cast.ann.principal.organisation_id)}
    with everything(context) as work:
        assert work.get(Advice, advice.id).author_id is None
        [place] = work.session.scalars(select(ChildLink.id).where(ChildLink.ended_at.is_(None)))
    with cast.bob.works() as work:
        links.take_up(work, place)
    with everything(context) as work:
        assert work.get(Advice, advice.id).author_id == cast.bob.id


def test_a9_a_form_returned_while_its_author_or_a_colleague_is_there_is_theirs(context, cast, make, sent):
    child, link, advice = sent
    there = open_links(context, child)
    give_back(cast, advice)
    assert open_links(context, child) == there

    make.link(child, cast.bob)
    fill_in(cast.ann, advice.id)
    send(cast.ann, advice.id)
    step_back(cast.ann, link)
    with cast.olu.works() as work:
        returned_forms.send_back(work, advice.id, 2, {"": "Please say more"})
    assert open_links(context, child) == {(cast.bob.id, cast.bob.principal.organisation_id)}


def test_a9_a_form_returned_to_an_organisation_that_was_removed_is_left_to_the_sen_team(
    context, cast, make, sent
):
    child, link, advice = sent
    place = make.queue(child, cast.bob)
    with cast.olu.works() as work:
        links.end_link(work, place.id)
        links.end_link(work, link.id)

    give_back(cast, advice)

    assert open_links(context, child) == set()
    assert letters_to_team(context)[-1] == "work_left"


def merged(cast, context, older, newer):
    with everything(context) as work:
        work.get(Child, newer.id).possible_duplicate_of_id = older.id
    with cast.olu.works() as work:
        duplicates.same_child(work, newer.id)


def undo(cast, context):
    with everything(context) as work:
        [merge] = work.session.scalars(select(ChildMerge.id))
    with cast.olu.works() as work:
        merges.undo_merge(work, merge, "Two cousins")


def test_a9_b2_undoing_a_merge_leaves_neither_record_without_anyone(context, cast, make):
    """Each record had someone of the psychology team. The older one's left while the two were one, because the other
    was there; undone, the other goes back to the newer record."""
    older, newer = make.child(), make.child()
    link = make.link(older, cast.ann)
    make.link(newer, cast.bob)
    advice = make.advice(older, cast.ann, asked_person_id=cast.ann.id)
    make.advice(newer, cast.bob, asked_person_id=cast.bob.id)
    merged(cast, context, older, newer)
    step_back(cast.ann, link)

    undo(cast, context)

    team = cast.ann.principal.organisation_id
    assert open_links(context, newer) == {(cast.bob.id, team)}
    assert open_links(context, older) == {(None, team)}
    with everything(context) as work:
        assert work.get(Advice, advice.id).author_id is None


def test_a9_b2_a_queue_that_was_taken_from_while_two_records_were_one_is_there_again_in_both(
    context, cast, make
):
    older, newer = make.child(), make.child()
    place = make.queue(older, cast.ann)
    make.queue(newer, cast.ann)
    make.advice(older, cast.ann, author_id=None)
    other = make.advice(newer, cast.ann, author_id=None, template="advice_health")
    merged(cast, context, older, newer)
    with cast.ann.works() as work:
        links.take_up(work, place.id)

    undo(cast, context)

    team = cast.ann.principal.organisation_id
    assert open_links(context, older) == {(cast.ann.id, team)}
    assert open_links(context, newer) == {(None, team)}
    with everything(context) as work:
        assert work.get(Advice, other.id).author_id is None
