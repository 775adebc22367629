"""A2: a note that no one at an organisation must know counts for everyone who works there, wherever else they work and by
whatever way they come to the child."""

import pytest
from sqlalchemy import func, select

from app.accounts import account_details, acting_for, membership
from app.cases import advice_requests, duplicates, links, merges
from app.cases.relationships import correct_relationship
from app.core.errors import ValidationFailed
from app.core.unit_of_work import AppContext
from app.forms.queries.shares import open_shares
from app.forms.rules.sharing import SharingChoice
from app.forms.sharing import set_sharing
from app.models import Child, ChildLink, ChildMerge, Form, Membership, Message, Organisation
from tests.cast import Actor, Cast, everything
from tests.filled_forms import fill_in, send
from tests.make import Maker
from tests.security.test_family_attacks import advice_of, note_that_must_not_know
from tests.security.test_memberships import asks_to_join, letters_to, place_of
from tests.security.test_named_in_queues import sees
from tests.security.test_races_with_notes import note_to_send
from tests.security.test_two_at_once import at_once
from tests.statements import counted

ROUNDS = 4


def no_one_at(context: AppContext, actor: Actor) -> str:
    with everything(context) as work:
        return f"No one at {work.get(Organisation, place_of(actor)).name}"


def confirmed_at(cast: Cast, actor: Actor, organisation_id: int) -> None:
    """They ask to join this organisation, and an officer confirms them."""
    asked = asks_to_join(actor, organisation_id)
    with cast.olu.works() as work:
        membership.confirm(work, asked)


@pytest.fixture
def child(cast: Cast, make: Maker) -> Child:
    """Pat's child."""
    return make.child(linked=(cast.pat,))


# --- an organisation's queue --------------------------------------------------------------------------


def test_A2_a_member_of_the_queue_is_confirmed_at_the_named_organisation(
    context: AppContext, cast: Cast, make: Maker, child: Child
) -> None:
    note_that_must_not_know(cast, make, child, no_one_at(context, cast.rhys))
    with cast.olu.works() as work:
        links.link_organisation(work, child.id, place_of(cast.tom))
    assert sees(cast.tom, child)
    confirmed_at(cast, cast.tom, place_of(cast.rhys))
    assert not sees(cast.tom, child)
    assert sees(cast.sana, child), "she works at the first only"
    assert "kept_from_queue" in letters_to(context, None)
    with cast.olu.works() as work:
        links.link_person(work, child.id, cast.tom.id, organisation_id=place_of(cast.tom), despite=True)
    assert sees(cast.tom, child)


def test_A2_one_of_the_named_organisation_joins_that_of_the_queue(
    context: AppContext, cast: Cast, make: Maker, child: Child
) -> None:
    note_that_must_not_know(cast, make, child, no_one_at(context, cast.tom))
    with cast.olu.works() as work:
        links.link_organisation(work, child.id, place_of(cast.rhys))
    confirmed_at(cast, cast.tom, place_of(cast.rhys))
    cast.tom.acts_for(place_of(cast.rhys))
    assert not sees(cast.tom, child)
    assert sees(cast.rhys, child)


def test_A2_a_member_of_the_queue_is_moved_to_the_named_organisation_from_a_third(
    context: AppContext, cast: Cast, make: Maker, child: Child
) -> None:
    cast.tom.joins(place_of(cast.ann))
    note_that_must_not_know(cast, make, child, no_one_at(context, cast.rhys))
    make.queue(child, cast.ann)
    with cast.tom.works() as work:
        change = account_details.propose(work, place_of(cast.rhys), "A new post")
    with cast.olu.works() as work:
        account_details.approve(work, change.id)
    cast.tom.acts_for(place_of(cast.ann))
    assert not sees(cast.tom, child)


@pytest.mark.parametrize("confirmed", [True, False])
def test_A2_the_note_comes_last_or_the_child_comes_back_into_the_queue(
    context: AppContext, cast: Cast, make: Maker, confirmed: bool
) -> None:
    waiting, returned, left = (make.child(linked=(cast.pat,)) for _ in range(3))
    cast.tom.joins(place_of(cast.rhys), confirmed=confirmed)
    make.queue(waiting, cast.sana)
    link = make.link(returned, cast.sana)
    for each in (returned, left):
        make.request(each, cast.sana)
    make.link(left, cast.sana)
    for each in (waiting, returned, left):
        note_that_must_not_know(cast, make, each, no_one_at(context, cast.rhys))
    with cast.sana.works() as work:
        links.step_back(work, link.id)
    with cast.olu.works() as work:
        membership.end(work, cast.sana.membership_id)
    for each in (waiting, returned, left):
        assert not sees(cast.tom, each)


def test_A2_a_merge_asks_about_the_other_organisations_of_those_linked_and_of_a_queue_s_people(
    context: AppContext, cast: Cast, make: Maker
) -> None:
    older = make.child(linked=(cast.pat,))
    newer = make.child(linked=(cast.tom,), possible_duplicate_of_id=older.id)
    make.queue(newer, cast.ann)
    for each in (cast.tom, cast.bob):
        each.joins(place_of(cast.rhys))
    note_that_must_not_know(cast, make, older, no_one_at(context, cast.rhys))
    with pytest.raises(ValidationFailed) as refused, cast.olu.works() as work:
        duplicates.same_child(work, newer.id)
    asked = str([str(fault.text) for fault in refused.value.faults])
    assert "Tom Ellis" in asked and "Bob" in asked
    with cast.olu.works() as work:
        duplicates.same_child(work, newer.id, despite=True)
    assert sees(cast.tom, older), "the officer has confirmed it"
    assert not sees(cast.bob, older) and sees(cast.ann, older)


def test_A2_advice_is_not_asked_without_a_word_of_a_queue_in_which_one_of_the_named_organisation_works(
    context: AppContext, cast: Cast, make: Maker, child: Child
) -> None:
    make.queue(child, cast.ann)
    cast.bob.joins(place_of(cast.rhys))
    note_that_must_not_know(cast, make, child, no_one_at(context, cast.rhys))
    asked = {"organisation_id": place_of(cast.ann)}
    with pytest.raises(ValidationFailed, match="must not know"), cast.olu.works() as work:
        advice_requests.ask_for_advice(work, child.id, "advice_psychology", **asked)
    with cast.olu.works() as work:
        advice_requests.ask_for_advice(work, child.id, "advice_psychology", despite=True, **asked)


# --- an own link ends, and the child stays in a queue -------------------------------------------------


def test_A2_a_named_person_who_steps_back_does_not_see_the_child_in_the_queue(
    context: AppContext, cast: Cast, make: Maker, child: Child
) -> None:
    link, other = make.link(child, cast.ann), make.link(child, cast.bob)
    make.queue(child, cast.ann)
    make.link(child, cast.hana)
    note_that_must_not_know(cast, make, child, "Ann Kowalska")
    for actor, own in ((cast.ann, link), (cast.bob, other)):
        with actor.works() as work:
            links.step_back(work, own.id)
    assert not sees(cast.ann, child)
    assert sees(cast.bob, child), "no form names him"
    assert "kept_from_queue" in letters_to(context, None)
    form = advice_of(cast, make, child, cast.hana)
    with cast.olu.works() as work:
        set_sharing(work, form, SharingChoice(professionals=True))
    assert cast.ann.browser().get(f"/forms/{form}/read").status_code == 404
    with cast.olu.works() as work:
        links.link_person(work, child.id, cast.ann.id, despite=True)
    assert sees(cast.ann, child)


def test_A2_a_named_person_whose_service_owes_advice_steps_back_and_does_not_see_the_queue_that_this_opens(
    cast: Cast, make: Maker, child: Child
) -> None:
    link = make.link(child, cast.ann)
    make.advice(child, cast.ann)
    note_that_must_not_know(cast, make, child, "Ann Kowalska")
    with cast.ann.works() as work:
        links.step_back(work, link.id)
    assert sees(cast.bob, child)
    assert not sees(cast.ann, child)


def test_A2_a_named_person_who_assigns_the_child_to_a_colleague_sees_it_no_more(
    cast: Cast, make: Maker, child: Child
) -> None:
    queued = make.queue(child, cast.ann)
    with cast.ann.works() as work:
        links.take_up(work, queued.id)
    note_that_must_not_know(cast, make, child, "Ann Kowalska")
    with cast.ann.works() as work:
        links.assign(work, queued.id, cast.bob.id, cast.ann.id)
    assert sees(cast.bob, child)
    assert not sees(cast.ann, child)


@pytest.mark.parametrize("by_team", [True, False])
def test_A2_a_named_person_who_leaves_one_organisation_does_not_see_the_queue_of_another(
    cast: Cast, make: Maker, child: Child, by_team: bool
) -> None:
    number = cast.tom.membership_id
    cast.tom.joins(place_of(cast.ann))
    for each in (cast.tom, cast.sana):
        make.link(child, each)
    make.queue(child, cast.ann)
    note_that_must_not_know(cast, make, child, "Tom Ellis")
    if by_team:
        with cast.olu.works() as work:
            membership.end(work, number)
    else:
        with cast.tom.works() as work:
            acting_for.leave(work, number)
    cast.tom.acts_for(place_of(cast.ann))
    assert sees(cast.ann, child)
    assert not sees(cast.tom, child)


def test_A2_undoing_a_merge_opens_no_queue_to_one_named_while_the_records_were_one(
    context: AppContext, cast: Cast, make: Maker
) -> None:
    older = make.child(linked=(cast.ann,))
    newer = make.child(linked=(cast.pat,), possible_duplicate_of_id=older.id)
    make.queue(newer, cast.bob)
    consent = make.consent(newer, cast.pat)
    with cast.olu.works() as work:
        duplicates.same_child(work, newer.id)
    fill_in(cast.pat, consent.id, sharing={"not_share": [{"name": "Ann Kowalska", "why": "No contact."}]})
    send(cast.pat, consent.id)
    with everything(context) as work:
        merge = work.session.scalars(select(ChildMerge.id)).one()
    with cast.olu.works() as work:
        merges.undo_merge(work, merge, "Two children")
    assert sees(cast.bob, newer)
    assert not sees(cast.ann, newer)


# --- a person linked by name --------------------------------------------------------------------------


def test_A2_sharing_with_a_linked_professional_of_the_named_organisation_asks_first(
    context: AppContext, cast: Cast, make: Maker, child: Child
) -> None:
    make.link(child, cast.ann)
    link = make.link(child, cast.tom)
    cast.tom.joins(place_of(cast.rhys))
    note_that_must_not_know(cast, make, child, no_one_at(context, cast.rhys))
    form = advice_of(cast, make, child, cast.ann)
    with pytest.raises(ValidationFailed, match="Tom Ellis"), cast.olu.works() as work:
        set_sharing(work, form, SharingChoice(professionals=True))
    page = cast.olu.browser().get(f"/forms/{form}/sharing").text
    assert f"despite-{link.id}" in page
    with cast.olu.works() as work:
        set_sharing(work, form, SharingChoice(professionals=True, despite=frozenset({link.id})))


def test_A2_a_consent_that_names_another_organisation_of_a_linked_professional_waits_for_the_team(
    context: AppContext, cast: Cast, make: Maker, child: Child
) -> None:
    make.link(child, cast.tom)
    cast.tom.joins(place_of(cast.rhys))
    note_that_must_not_know(cast, make, child, no_one_at(context, cast.rhys))
    with everything(context) as work:
        (consent,) = work.session.scalars(select(Form.id).where(Form.child_id == child.id))
        assert open_shares(work.session, consent) == []
    assert "must_not_know_noted" in letters_to(context, None)
    page = cast.olu.browser().get(f"/children/{child.id}/people").text
    assert page.count("A form may say they must not know") == 1


def test_A2_the_team_hears_that_a_linked_person_joins_the_named_organisation(
    context: AppContext, cast: Cast, make: Maker, child: Child
) -> None:
    other = make.child(linked=(cast.pat, cast.tom))
    make.link(child, cast.tom)
    note_that_must_not_know(cast, make, child, no_one_at(context, cast.rhys))
    note_that_must_not_know(cast, make, other, "Rosa Lund")
    confirmed_at(cast, cast.tom, place_of(cast.rhys))
    with everything(context) as work:
        sent_to_team = select(Message.child_id).where(Message.letter == "named_workplace_joined")
        assert work.session.scalars(sent_to_team).all() == [child.id]
    confirmed_at(cast, cast.tom, place_of(cast.ann))
    assert letters_to(context, None).count("named_workplace_joined") == 1, "said once"
    text = cast.olu.browser().get("/messages/").text
    assert "Someone linked to a child has joined an organisation that must not know" in text


def test_A2_correcting_what_one_of_the_named_organisation_is_to_a_child_asks_first(
    context: AppContext, cast: Cast, make: Maker, child: Child
) -> None:
    link = make.link(child, cast.tom)
    cast.tom.joins(place_of(cast.rhys))
    note_that_must_not_know(cast, make, child, no_one_at(context, cast.rhys))
    with pytest.raises(ValidationFailed, match="must not know"), cast.olu.works() as work:
        correct_relationship(work, link.id, "Teacher")


# --- at once, and how many statements -----------------------------------------------------------------


def test_A2_a_note_sent_while_a_member_of_the_queue_or_a_linked_person_joins_the_named_organisation(
    context: AppContext, cast: Cast, make: Maker
) -> None:
    asked = asks_to_join(cast.tom, place_of(cast.rhys))
    for each in range(ROUNDS):
        queued = make.child(linked=(cast.pat,))
        make.queue(queued, cast.sana)
        with everything(context) as work:
            work.get(Membership, asked).confirmed_at = None
        send = note_to_send(cast, make, queued, no_one_at(context, cast.rhys), each)
        results = at_once((cast.pat, send), (cast.olu, lambda work: membership.confirm(work, asked)))
        assert results == ["done", "done"]
        assert not sees(cast.tom, queued)


def test_A2_a_colleague_joins_the_named_organisation_while_the_child_enters_the_queue(
    context: AppContext, cast: Cast, make: Maker
) -> None:
    asked = asks_to_join(cast.tom, place_of(cast.rhys))
    for _ in range(ROUNDS):
        queued = make.child(linked=(cast.pat,))
        with everything(context) as work:
            work.get(Membership, asked).confirmed_at = None
        note_that_must_not_know(cast, make, queued, no_one_at(context, cast.rhys))
        results = at_once(
            (cast.olu, lambda work: membership.confirm(work, asked)),
            (
                cast.mary,
                lambda work, c=queued.id: links.link_organisation(work, c, place_of(cast.sana), despite=True),
            ),
        )
        assert results == ["done", "done"]
        assert not sees(cast.tom, queued)


def test_A2_a_note_sent_while_the_named_person_steps_back(cast: Cast, make: Maker) -> None:
    for each in range(ROUNDS):
        queued = make.child(linked=(cast.pat,))
        link = make.link(queued, cast.ann)
        make.queue(queued, cast.ann)
        send_note = note_to_send(cast, make, queued, "Ann Kowalska", each)
        results = at_once((cast.pat, send_note), (cast.ann, lambda work, n=link.id: links.step_back(work, n)))
        assert results == ["done", "done"]
        assert not sees(cast.ann, queued)


def test_A2_confirming_takes_as_many_statements_for_many_children_and_organisations_as_for_few(
    context: AppContext, cast: Cast, make: Maker
) -> None:
    def confirm_with(children: int) -> int:
        for _ in range(children):
            make.queue(make.child(), cast.sana)
            make.link(make.child(), cast.tom)
        number = cast.tom.joins(make.organisation().id, confirmed=False)
        with counted(context) as taken, cast.olu.works() as work:
            membership.confirm(work, number)
        return len(taken)

    confirm_with(1)
    few = confirm_with(1)
    assert confirm_with(5) == few
    with everything(context) as work:
        assert work.session.scalar(select(func.count(ChildLink.id)).where(ChildLink.barred.is_(True))) == 0


def test_A2_a_form_takes_as_many_statements_where_many_queues_and_people_are_linked(
    context: AppContext, cast: Cast, make: Maker
) -> None:
    def send_with(queues: int) -> int:
        child = make.child(linked=(cast.pat,))
        for actor in [cast.sana, cast.rhys, cast.ann, cast.hana][:queues]:
            make.queue(child, actor)
        send = note_to_send(cast, make, child, "Rosa Lund", child.id)
        with counted(context) as taken, cast.pat.works() as work:
            send(work)
        return len(taken)

    send_with(1)
    assert send_with(4) == send_with(1)


def test_A2_stepping_back_takes_as_many_statements_where_many_queues_hold_the_child(
    context: AppContext, cast: Cast, make: Maker
) -> None:
    def step_back_with(queues: int) -> int:
        child = make.child(linked=(cast.pat,))
        link = make.link(child, cast.tom)
        for actor in [cast.ann, cast.rhys, cast.hana][:queues]:
            make.queue(child, actor)
        note_that_must_not_know(cast, make, child, "Rosa Lund")
        with counted(context) as taken, cast.tom.works() as work:
            links.step_back(work, link.id)
        return len(taken)

    step_back_with(1)
    assert step_back_with(3) == step_back_with(1)
