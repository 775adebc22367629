"""A8: before an officer links or invites a person again, the page says that a colleague removed them."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from app.accounts import membership
from app.cases import advice_requests, duplicates, invitations, links
from app.core.errors import InvalidState, ValidationFailed
from app.core.unit_of_work import AppContext
from app.forms.rules.sharing import SharingChoice
from app.forms.sharing import set_sharing
from app.models import Child, ChildLink, Invitation, Message, Person
from tests.browser import post_with_token
from tests.cast import Actor, Cast, everything, membership_of
from tests.make import Maker, parent
from tests.security.test_family_attacks import advice_of, linked_to, note_that_must_not_know
from tests.security.test_named_in_queues import sees
from tests.security.test_named_later import team_inbox
from tests.statements import counted

ENDED = "The SEN team ended the involvement of {} with this child"


def removed(cast: Cast, make: Maker, child: Child, actor: Actor) -> None:
    link = make.link(child, actor)
    with cast.olu.works() as work:
        links.end_link(work, link.id)


def test_A8_another_officer_is_asked_before_a_removed_person_is_linked_again(
    context: AppContext, cast: Cast, make: Maker
) -> None:
    child = make.child()
    removed(cast, make, child, cast.hana)
    browser = cast.mary.browser()
    path = f"/children/{child.id}/link/person/{cast.hana.membership_id}"
    answer = post_with_token(browser, browser.application, path, {"relationship": "Therapist"})
    assert answer.status_code == 422
    assert ENDED.format("Hana Begum") in answer.text
    with pytest.raises(ValidationFailed, match="ended the involvement"), cast.mary.works() as work:
        advice_requests.ask_for_advice(work, child.id, "advice_health", person_id=cast.hana.id)
    assert not linked_to(context, child.id, cast.hana.id)
    data = {"relationship": "Therapist", "despite": "y"}
    assert post_with_token(browser, browser.application, path, data).status_code == 302
    assert linked_to(context, child.id, cast.hana.id)


def test_A8_another_officer_is_asked_before_a_removed_organisation_is_linked_again(
    cast: Cast, make: Maker
) -> None:
    child = make.child(linked=(cast.pat,))
    waiting = make.queue(child, cast.hana)
    with cast.olu.works() as work:
        links.end_link(work, waiting.id)
    note_that_must_not_know(cast, make, child, "Idris Clarke")
    browser = cast.mary.browser()
    path = f"/children/{child.id}/link/organisation/{cast.hana.principal.organisation_id}"
    answer = post_with_token(browser, browser.application, path, {})
    assert answer.status_code == 422
    assert "ended the involvement of Airedale" in answer.text
    assert "Idris Clarke works for" in answer.text, "one box is ticked for all that is said"
    assert answer.text.count('name="despite"') == 1
    assert post_with_token(browser, browser.application, path, {"despite": "yes"}).status_code == 302


@pytest.mark.parametrize("address", ["quinn.barker@mail.example", "other.box@mail.example"])
def test_A8_another_officer_is_asked_before_a_removed_parent_is_invited_again(
    context: AppContext, cast: Cast, make: Maker, address: str
) -> None:
    child = make.child()
    removed(cast, make, child, cast.quinn)
    asked = parent(child.id, "Quinn", "Barker", address, "Father")
    with (
        pytest.raises(ValidationFailed, match="ended the involvement of Quinn Barker"),
        cast.mary.works() as work,
    ):
        invitations.invite(work, asked)
    with cast.mary.works() as work:
        done = invitations.invite(work, parent(child.id, "Quinn", "Barker", address, "Father", despite=True))
    assert isinstance(done, ChildLink) is (address == cast.quinn.email)


def test_A8_a_person_excluded_from_a_queue_was_not_removed(cast: Cast, make: Maker) -> None:
    child = make.child(linked=(cast.pat,))
    make.queue(child, cast.hana)
    note_that_must_not_know(cast, make, child, "Idris Clarke")
    with pytest.raises(ValidationFailed) as refused, cast.mary.works() as work:
        links.link_person(work, child.id, cast.idris.id)
    assert "ended the involvement" not in str(refused.value.faults)


def test_A2_a_removed_parent_of_age_is_asked_for_both(cast: Cast, make: Maker) -> None:
    child = make.child(date_of_birth=date(2006, 1, 1))
    removed(cast, make, child, cast.quinn)
    browser = cast.mary.browser()
    data = {
        "first_name": "Quinn", "last_name": "Barker", "email": cast.quinn.email, "relationship": "father",
    }  # fmt: skip
    answer = post_with_token(browser, browser.application, f"/invitations/child/{child.id}", data)
    assert "ended the involvement of Quinn Barker" in answer.text
    assert "over compulsory school age" in answer.text


# --- the same person under another spelling, or in another account ------------------------------------


@pytest.mark.parametrize("name", [("Quin", "Barker"), ("Quinn Marie", "Barker-Lee"), ("Q", "Barker")])
def test_A8_another_officer_is_asked_however_the_removed_parents_name_is_spelled(
    cast: Cast, make: Maker, name: tuple[str, str]
) -> None:
    child = make.child()
    removed(cast, make, child, cast.quinn)
    with (
        pytest.raises(ValidationFailed, match="ended the involvement of Quinn Barker"),
        cast.mary.works() as work,
    ):
        invitations.invite(work, parent(child.id, *name, "other.box@mail.example", "Uncle"))


def test_A8_removal_withdraws_an_invitation_in_another_spelling(
    context: AppContext, cast: Cast, make: Maker
) -> None:
    child = make.child()
    link = make.link(child, cast.quinn)
    with cast.olu.works() as work:
        same = invitations.invite(work, parent(child.id, "Quin", "Barker", "other.box@mail.example", "Uncle"))
        another = invitations.invite(work, parent(child.id, "Rosa", "Barker", "rosa@mail.example", "Aunt"))
        numbers = same.id, another.id
    with cast.olu.works() as work:
        links.end_link(work, link.id)
    with everything(context) as work:
        same, another = (work.get(Invitation, number) for number in numbers)
        assert same.withdrawn_at is not None and another.withdrawn_at is None


@pytest.fixture
def new_account(context: AppContext, cast: Cast) -> Actor:
    """Hana's new account, not yet confirmed: Idris' with her name in another spelling. Her own is closed."""
    with everything(context) as work:
        work.get(Person, cast.hana.id).active = False
        new = work.get(Person, cast.idris.id)
        new.first_name, new.last_name = "Hanna", "Begum"
        membership_of(work, new.id).confirmed_at = None
    return cast.idris


def test_A8_a_removed_professional_does_not_come_back_to_the_queue_in_a_new_account(
    cast: Cast, make: Maker, new_account: Actor
) -> None:
    child, other = make.child(), make.child()
    removed(cast, make, child, cast.hana)
    for each in (child, other):
        make.queue(each, cast.hana)
    with cast.olu.works() as work:
        membership.confirm(work, new_account.membership_id)
    assert sees(new_account, other) and not sees(new_account, child)
    assert "Someone at an organisation may be a person who must not know" in team_inbox(cast)
    with (
        pytest.raises(ValidationFailed, match="ended the involvement of Hana Begum"),
        cast.olu.works() as work,
    ):
        links.link_person(work, child.id, new_account.id)
    with cast.olu.works() as work:
        links.link_person(work, child.id, new_account.id, despite=True)
    assert sees(new_account, child)


def test_A8_a_removed_professional_is_not_brought_in_or_queued_in_a_new_account(
    context: AppContext, cast: Cast, make: Maker, new_account: Actor
) -> None:
    with cast.olu.works() as work:
        membership.confirm(work, new_account.membership_id)
    with everything(context) as work:
        work.get(Person, cast.hana.id).active = True
    child, queued = make.child(), make.child()
    for each in (child, queued):
        removed(cast, make, each, cast.hana)
    make.link(child, cast.sana)
    with everything(context) as work:
        membership_of(work, new_account.id).organisation_id = cast.sana.principal.organisation_id or 0
    with pytest.raises(ValidationFailed, match="Only the SEN team"), cast.sana.works() as work:
        links.bring_in(work, child.id, new_account.id)
    with everything(context) as work:
        membership_of(work, new_account.id).organisation_id = cast.hana.principal.organisation_id or 0
    with cast.olu.works() as work:
        links.link_organisation(work, queued.id, cast.hana.principal.organisation_id or 0, despite=True)
    assert not sees(new_account, queued)


# --- a removed organisation, through another one of a colleague ----------------------------------------


@pytest.fixture
def at_two(cast: Cast) -> Actor:
    """Tom, who works for Sana's school and for Ann's service."""
    cast.tom.joins(cast.ann.principal.organisation_id or 0)
    return cast.tom


def organisation_removed(cast: Cast, make: Maker, child: Child, actor: Actor) -> None:
    waiting = make.queue(child, actor)
    with cast.olu.works() as work:
        links.end_link(work, waiting.id)


def test_A8_a_removed_organisation_does_not_come_back_through_another_one_of_a_colleague(
    context: AppContext, cast: Cast, make: Maker, at_two: Actor
) -> None:
    child, queued = make.child(linked=(cast.ann,)), make.child()
    organisation_removed(cast, make, child, cast.sana)
    waiting = make.queue(queued, cast.ann)
    organisation_removed(cast, make, queued, cast.sana)
    with pytest.raises(ValidationFailed, match="Only the SEN team can link Tom"), cast.ann.works() as work:
        links.bring_in(work, child.id, at_two.id)
    with pytest.raises(ValidationFailed, match="Only the SEN team can link them"), cast.ann.works() as work:
        links.assign(work, waiting.id, at_two.id)
    with cast.ann.works() as work:
        links.bring_in(work, child.id, cast.bob.id)
    with cast.olu.works() as work:
        links.link_person(
            work, child.id, at_two.id, organisation_id=cast.ann.principal.organisation_id, despite=True
        )
    assert linked_to(context, child.id, at_two.id)


def test_A8_a_removed_organisation_does_not_come_back_through_the_queue_of_another(
    cast: Cast, make: Maker, at_two: Actor
) -> None:
    service = cast.ann.principal.organisation_id or 0
    entering, joined = make.child(), make.child()
    for each in (entering, joined):
        organisation_removed(cast, make, each, cast.sana)
    with cast.olu.works() as work:
        links.link_organisation(work, entering.id, service)
    at_two.acts_for(service)
    assert not sees(at_two, entering) and sees(cast.ann, entering)
    assert "Someone at an organisation may be a person who must not know" in team_inbox(cast)
    make.queue(joined, cast.rhys)
    other = cast.rhys.principal.organisation_id or 0
    number = at_two.joins(other, confirmed=False)
    with cast.olu.works() as work:
        membership.confirm(work, number)
    at_two.acts_for(other)
    assert not sees(at_two, joined) and sees(cast.rhys, joined)


def test_A8_a_merge_asks_about_one_linked_who_also_works_for_an_organisation_removed_from_the_other_record(
    cast: Cast, make: Maker, at_two: Actor
) -> None:
    older = make.child()
    newer = make.child(possible_duplicate_of_id=older.id)
    make.link(newer, at_two, organisation_id=cast.ann.principal.organisation_id)
    organisation_removed(cast, make, older, cast.sana)
    with (
        pytest.raises(ValidationFailed, match="ended the involvement of Heaton Beck"),
        cast.olu.works() as work,
    ):
        duplicates.same_child(work, newer.id)


# --- the removal comes last ---------------------------------------------------------------------------


def test_A8_a_removed_organisation_does_not_see_the_child_in_a_queue_that_was_there_before(
    context: AppContext, cast: Cast, make: Maker, at_two: Actor
) -> None:
    child = make.child(linked=(cast.hana,))
    make.queue(child, cast.ann)
    organisation_removed(cast, make, child, cast.sana)
    at_two.acts_for(cast.ann.principal.organisation_id)
    assert sees(cast.ann, child)
    assert not sees(at_two, child)
    assert "Someone at an organisation may be a person who must not know" in team_inbox(cast)
    form = advice_of(cast, make, child, cast.hana)
    with cast.olu.works() as work:
        set_sharing(work, form, SharingChoice(professionals=True))
    assert at_two.browser().get(f"/forms/{form}/read").status_code == 404


def test_A8_a_removed_person_does_not_see_the_child_in_a_queue_with_another_account(
    context: AppContext, cast: Cast, make: Maker
) -> None:
    child = make.child()
    make.queue(child, cast.ann)
    with everything(context) as work:
        bob = work.get(Person, cast.bob.id)
        bob.first_name, bob.last_name = "Sana", "Iqbal"
    removed(cast, make, child, cast.sana)
    assert sees(cast.ann, child)
    assert not sees(cast.bob, child)


def test_A8_the_removal_of_one_who_has_just_stepped_back_bars_them(
    context: AppContext, cast: Cast, make: Maker
) -> None:
    child = make.child(linked=(cast.bob,))
    make.queue(child, cast.ann)
    link = make.link(child, cast.ann)
    with cast.ann.works() as work:
        links.step_back(work, link.id)
    assert sees(cast.ann, child)
    for _press in range(2):
        path = f"/children/{child.id}/link/{link.id}/end"
        browser = cast.olu.browser()
        assert post_with_token(browser, browser.application, path, {}).status_code == 302
        assert not sees(cast.ann, child)
    with pytest.raises(ValidationFailed, match="Only the SEN team"), cast.bob.works() as work:
        links.bring_in(work, child.id, cast.ann.id)
    with cast.olu.works() as work:
        links.link_person(work, child.id, cast.ann.id, despite=True)
    with pytest.raises(InvalidState), cast.olu.works() as work:
        links.end_link(work, link.id)
    assert linked_to(context, child.id, cast.ann.id), "she was linked again since"


def test_A8_one_who_stepped_back_for_one_organisation_is_removed_for_each(
    context: AppContext, cast: Cast, make: Maker, at_two: Actor
) -> None:
    child = make.child()
    link = make.link(child, at_two)
    earlier = context.clock.now() - timedelta(days=1)
    make.link(child, at_two, organisation_id=cast.ann.principal.organisation_id, taken_up_at=earlier)
    with at_two.works() as work:
        links.step_back(work, link.id)
    assert linked_to(context, child.id, at_two.id)
    with cast.olu.works() as work:
        links.end_link(work, link.id)
    assert not linked_to(context, child.id, at_two.id)


def test_A8_the_team_hears_that_a_linked_person_joins_an_organisation_that_it_removed(
    context: AppContext, cast: Cast, make: Maker
) -> None:
    child = make.child(linked=(cast.ann,))
    make.child(linked=(cast.ann,))
    organisation_removed(cast, make, child, cast.sana)
    number = cast.ann.joins(cast.sana.principal.organisation_id or 0, confirmed=False)
    with cast.mary.works() as work:
        membership.confirm(work, number)
    with everything(context) as work:
        sent_to_team = select(Message.child_id).where(Message.letter == "named_workplace_joined")
        assert work.session.scalars(sent_to_team).all() == [child.id]


def test_A8_a_removal_takes_as_many_statements_where_many_queues_hold_the_child(
    context: AppContext, cast: Cast, make: Maker
) -> None:
    def remove_with(queues: int) -> int:
        child = make.child()
        for actor in [cast.ann, cast.rhys, cast.hana][:queues]:
            make.queue(child, actor)
        link = make.link(child, cast.tom)
        with counted(context) as taken, cast.olu.works() as work:
            links.end_link(work, link.id)
        return len(taken)

    remove_with(1)
    assert remove_with(3) == remove_with(1)
