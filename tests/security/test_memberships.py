"""Joining and leaving organisations: what waits opens nothing, what ends takes its own work, and all of it once."""

from collections import Counter
from dataclasses import replace

import pytest
from flask import Flask
from sqlalchemy import func, select

from app.accounts import account_details, accounts, acting_for, membership
from app.cases import links
from app.core.errors import Forbidden, InvalidState, ValidationFailed
from app.core.unit_of_work import AppContext
from app.forms.rules.workflow import FormState
from app.models import Child, ChildLink, Form, Membership, Message, Organisation, Person, WorkDomain
from tests.browser import post_with_token
from tests.cast import Actor, Cast, everything, membership_of
from tests.make import Maker
from tests.security.test_family_attacks import note_that_must_not_know
from tests.security.test_two_at_once import Deed, at_once


def place_of(actor: Actor) -> int:
    return actor.principal.organisation_id or 0


def open_at(context: AppContext, actor: Actor) -> dict[int, bool]:
    """The organisations that a person works for, and whether this is confirmed."""
    with everything(context) as work:
        mine = select(Membership).where(Membership.person_id == actor.id, Membership.ended_at.is_(None))
        return {each.organisation_id: each.confirmed_at is not None for each in work.session.scalars(mine)}


def letters_to(context: AppContext, person_id: int | None) -> list[str | None]:
    with everything(context) as work:
        return list(work.session.scalars(select(Message.letter).where(Message.recipient_id == person_id)))


def asks_to_join(actor: Actor, organisation_id: int) -> int:
    with actor.works() as work:
        return acting_for.ask_to_join(work, organisation_id, "SENCO").id


def test_a_person_who_asks_to_join_waits_and_sees_nothing_until_the_lead_confirms(
    app: Flask, context: AppContext, cast: Cast, make: Maker
) -> None:
    child = make.child()
    make.queue(child, cast.sana)
    browser = cast.rhys.browser()
    assert "Ask to join another organisation" in browser.get("/account/organisations/").text
    typed = {"organisation": str(place_of(cast.sana)), "job_title": "SENCO on Fridays"}
    answer = post_with_token(browser, app, "/account/organisations/join", typed)
    assert answer.location == "/account/organisations/"
    assert "Waiting to be confirmed" in browser.get("/account/organisations/").text

    asked = next(number for number in open_ids(context, cast.rhys) if number != cast.rhys.membership_id)
    refused = post_with_token(browser, app, "/account/organisations/act", {"membership": asked})
    assert refused.status_code == 409
    with cast.rhys.works() as work:
        assert child.id not in work.session.scalars(select(Child.id)).all()
    assert "membership_awaited" in letters_to(context, cast.sana.id)
    assert "SENCO on Fridays" in cast.sana.browser().get("/colleagues/").text

    with cast.sana.works() as work:
        membership.confirm(work, asked)
    assert post_with_token(browser, app, "/account/organisations/act", {"membership": asked}).location == "/"
    assert "Acting for: Heaton Beck Primary School" in browser.get("/").text
    assert browser.get(f"/children/{child.id}").status_code == 200


def open_ids(context: AppContext, actor: Actor) -> list[int]:
    with everything(context) as work:
        mine = select(Membership.id).where(Membership.person_id == actor.id, Membership.ended_at.is_(None))
        return list(work.session.scalars(mine.order_by(Membership.id)))


def test_one_who_is_refused_elsewhere_keeps_the_account_and_the_organisation(
    app: Flask, context: AppContext, cast: Cast
) -> None:
    asked = asks_to_join(cast.rhys, place_of(cast.sana))
    browser = cast.sana.browser()
    assert "so their account stays open" in browser.get(f"/colleagues/{asked}/refuse").text
    assert post_with_token(browser, app, f"/colleagues/{asked}/refuse", {}).status_code == 302

    assert open_at(context, cast.rhys) == {place_of(cast.rhys): True}
    assert "membership_declined" in letters_to(context, cast.rhys.id)
    with everything(context) as work:
        assert work.get(Person, cast.rhys.id).active


@pytest.mark.parametrize("key", ["pat", "olu", "ines"])
def test_only_professionals_ask_to_join(cast: Cast, key: str) -> None:
    with pytest.raises(Forbidden):
        asks_to_join(getattr(cast, key), place_of(cast.sana))


def test_an_organisation_is_joined_once_and_only_one_of_the_list(cast: Cast, make: Maker) -> None:
    for wrong in (place_of(cast.rhys), place_of(cast.olu), make.organisation(active=False).id):
        with pytest.raises(ValidationFailed):
            asks_to_join(cast.rhys, wrong)


def test_leaving_one_organisation_moves_its_work_and_no_other(
    app: Flask, context: AppContext, cast: Cast, make: Maker
) -> None:
    left, stays = place_of(cast.sana), place_of(cast.rhys)
    cast.sana.joins(stays)
    for place in (left, stays):
        child = make.child()
        make.link(child, cast.sana, organisation_id=place)
        make.request(child, cast.sana, FormState.draft, organisation_id=place)
    number, browser = cast.sana.membership_id, cast.sana.browser()
    assert "1 child or young person" in browser.get(f"/account/organisations/{number}/leave").text
    assert post_with_token(browser, app, f"/account/organisations/{number}/leave", {}).status_code == 302

    assert open_at(context, cast.sana) == {stays: True}
    with everything(context) as work:
        of_sana = ChildLink.person_id == cast.sana.id
        still = select(ChildLink.organisation_id).where(of_sana, ChildLink.ended_at.is_(None))
        assert work.session.scalars(still).all() == [stays]
        authors = {
            each.organisation_id: each.author_id for each in work.session.scalars(select(Form)).unique()
        }
        assert authors == {left: None, stays: cast.sana.id}
    assert "membership_left" in letters_to(context, None)
    with pytest.raises(InvalidState), cast.rhys.works() as work:
        acting_for.leave(work, cast.rhys.membership_id)


def test_closing_an_account_moves_the_work_of_every_organisation(
    context: AppContext, cast: Cast, make: Maker
) -> None:
    cast.sana.joins(place_of(cast.rhys))
    children = [make.child(), make.child()]
    for child, place in zip(children, (place_of(cast.sana), place_of(cast.rhys)), strict=True):
        make.link(child, cast.sana, organisation_id=place)
    with cast.ines.works() as work:
        accounts.deactivate(work, cast.sana.id)
    with everything(context) as work:
        waiting = select(ChildLink.organisation_id).where(
            ChildLink.ended_at.is_(None), ChildLink.person_id.is_(None)
        )
        assert set(work.session.scalars(waiting)) == {place_of(cast.sana), place_of(cast.rhys)}


def test_one_asks_to_join_once_however_often_they_press(context: AppContext, cast: Cast) -> None:
    ask: Deed = lambda work: acting_for.ask_to_join(work, place_of(cast.sana), "SENCO")  # noqa: E731
    results = Counter(at_once(*[(cast.rhys, ask)] * 5))
    assert results["done"] == 1 and set(results) <= {"done", "ValidationFailed"}
    assert open_at(context, cast.rhys) == {place_of(cast.rhys): True, place_of(cast.sana): False}


def test_confirmed_ended_and_left_at_once_one_of_them_counts(context: AppContext, cast: Cast) -> None:
    for _ in range(3):
        number = cast.rhys.joins(place_of(cast.sana))
        leave: Deed = lambda work, n=number: acting_for.leave(work, n)  # type: ignore[misc]  # noqa: E731
        end: Deed = lambda work, n=number: membership.end(work, n)  # type: ignore[misc]  # noqa: E731
        results = Counter(at_once((cast.rhys, leave), (cast.sana, end), (cast.olu, end), (cast.rhys, leave)))
        assert results["done"] == 1, results
        assert set(results) <= {"done", "InvalidState", "NotFound", "Forbidden"}, results
        assert open_at(context, cast.rhys) == {place_of(cast.rhys): True}


def test_two_choices_at_once_leave_one_organisation_acted_for(
    context: AppContext, cast: Cast, make: Maker
) -> None:
    numbers = [cast.sana.membership_id, *(cast.sana.joins(make.organisation().id) for _ in range(2))]
    for _ in range(3):
        acts: list[tuple[Actor, Deed]] = [
            (cast.sana, lambda work, n=number: acting_for.act_for(work, n))  # type: ignore[misc]
            for number in numbers * 2
        ]
        assert set(at_once(*acts)) == {"done"}
        with everything(context) as work:
            of_sana = (Membership.person_id == cast.sana.id, Membership.acted_for)
            assert work.session.scalar(select(func.count()).where(*of_sana)) == 1


def test_ending_an_involvement_ends_it_for_every_organisation_of_the_person(
    app: Flask, context: AppContext, cast: Cast, make: Maker
) -> None:
    """The page promises that they will not be able to see the child any more."""
    child, (first, second) = make.child(), (place_of(cast.sana), place_of(cast.rhys))
    cast.sana.joins(second)
    of_first = make.link(child, cast.sana, organisation_id=first)
    make.link(child, cast.sana, organisation_id=second)
    make.queue(child, cast.rhys)
    ended = post_with_token(cast.olu.browser(), app, f"/children/{child.id}/link/{of_first.id}/end", {})
    assert ended.status_code == 302
    for place in (second, first):
        cast.sana.acts_for(place)
        with cast.sana.works() as work:
            assert work.session.scalars(select(Child.id).where(Child.id == child.id)).all() == []
    with everything(context) as work:
        still = select(ChildLink.person_id).where(
            ChildLink.child_id == child.id, ChildLink.ended_at.is_(None)
        )
        assert work.session.scalars(still).all() == [None], "the queue of the second is not hers"


def test_one_steps_back_only_for_the_organisation_acted_for(
    context: AppContext, cast: Cast, make: Maker
) -> None:
    child, (first, second) = make.child(), (place_of(cast.sana), place_of(cast.rhys))
    cast.sana.joins(second)
    of_second = make.link(child, cast.sana, organisation_id=second)
    of_first = make.link(child, cast.sana, organisation_id=first)
    page = cast.sana.browser().get(f"/children/{child.id}/people").text
    assert f"/involvement/{of_first.id}/step-back" in page
    assert f"/involvement/{of_second.id}/step-back" not in page
    with pytest.raises(Forbidden), cast.sana.works() as work:
        links.step_back(work, of_second.id)
    with everything(context) as work:
        assert work.get(ChildLink, of_second.id).ended_at is None


def test_a_person_whom_no_organisation_has_confirmed_asks_to_join_no_other(
    context: AppContext, cast: Cast, make: Maker
) -> None:
    """Else one who does not work where they registered would not lose the account when they are refused."""
    with everything(context) as work:
        mine = work.get(Membership, cast.rhys.membership_id)
        mine.confirmed_at = None
    cast.rhys.principal = replace(cast.rhys.principal, is_confirmed=False)
    with pytest.raises(Forbidden):
        asks_to_join(cast.rhys, make.organisation().id)


def test_asking_to_join_does_not_let_one_use_an_address_there(
    app: Flask, context: AppContext, cast: Cast, make: Maker
) -> None:
    """Only who works there may log in with an address of the organisation."""
    other = make.organisation()
    with everything(context) as work:
        work.add(WorkDomain(domain="second.sch.uk", organisation_id=other.id))
    number = asks_to_join(cast.rhys, other.id)
    browser = cast.rhys.browser()
    asked = {"email": "rhys@second.sch.uk"}
    assert post_with_token(browser, app, "/account/email/", asked).status_code == 422
    with everything(context) as work:
        work.get(Membership, number).confirmed_at = work.now
    assert post_with_token(browser, app, "/account/email/", asked).status_code == 302


def test_an_officer_is_asked_before_linking_one_who_also_works_where_a_form_says_they_must_not_know(
    cast: Cast, make: Maker
) -> None:
    child, second = make.child(linked=(cast.pat,)), place_of(cast.rhys)
    cast.sana.joins(second)
    with everything(cast.sana.app.extensions["app_context"]) as work:
        name = work.get(Organisation, second).name
    note_that_must_not_know(cast, make, child, f"No one at {name}")
    with pytest.raises(ValidationFailed, match=name), cast.olu.works() as work:
        links.link_person(work, child.id, cast.sana.id)
    with cast.olu.works() as work:
        links.link_person(work, child.id, cast.sana.id, despite=True)


def test_one_who_proposed_an_organisation_while_working_for_none_keeps_the_work_of_another(
    context: AppContext, cast: Cast, make: Maker
) -> None:
    child, proposed = make.child(), make.organisation().id
    with everything(context) as work:
        membership_of(work, cast.rhys.id).ended_at = work.now
        membership_of(work, cast.rhys.id).acted_for = False
    cast.rhys.principal = replace(cast.rhys.principal, organisation_id=None, is_confirmed=False)
    with cast.rhys.works() as work:
        change = account_details.propose(work, proposed, "I start there").id
    joined = asks_to_join(cast.rhys, place_of(cast.sana))
    with cast.sana.works() as work:
        membership.confirm(work, joined)
    cast.rhys.acts_for(place_of(cast.sana))
    make.link(child, cast.rhys)
    with cast.olu.works() as work:
        account_details.approve(work, change)
    assert open_at(context, cast.rhys) == {place_of(cast.sana): True, proposed: True}
    with everything(context) as work:
        still = select(ChildLink.person_id).where(
            ChildLink.child_id == child.id, ChildLink.ended_at.is_(None)
        )
        assert work.session.scalars(still).all() == [cast.rhys.id]


def test_a_child_whom_another_organisation_of_a_colleague_must_not_know_reaches_them_through_the_sen_team_only(
    context: AppContext, cast: Cast, make: Maker
) -> None:
    child, second = make.child(linked=(cast.pat,)), place_of(cast.rhys)
    cast.sana.joins(second)
    make.link(child, cast.tom)
    with everything(context) as work:
        name = work.get(Organisation, second).name
    note_that_must_not_know(cast, make, child, f"No one at {name}")
    with pytest.raises(ValidationFailed, match="Only the SEN team can link"), cast.tom.works() as work:
        links.bring_in(work, child.id, cast.sana.id)
    asked = "works for .* a form may say that they must not know"
    with pytest.raises(ValidationFailed, match=asked), cast.olu.works() as work:
        links.link_organisation(work, child.id, place_of(cast.sana))


def test_an_account_that_is_closed_and_reopened_waits_to_be_confirmed_in_each_organisation(
    app: Flask, context: AppContext, cast: Cast, make: Maker
) -> None:
    child, second = make.child(), place_of(cast.rhys)
    number = cast.sana.joins(second, leads=True)
    make.queue(child, cast.rhys)
    with cast.ines.works() as work:
        accounts.deactivate(work, cast.sana.id)
    with cast.ines.works() as work:
        accounts.reactivate(work, cast.sana.id)
    assert open_at(context, cast.sana) == {place_of(cast.sana): False, second: False}
    with everything(context) as work:
        assert not work.get(Membership, number).leads
    (waits,) = {*open_ids(context, cast.sana)} - {cast.sana.membership_id}
    browser = cast.sana.browser()
    act = {"membership": waits}
    assert post_with_token(browser, app, "/account/organisations/act", act).status_code == 409
    assert browser.get(f"/children/{child.id}").status_code == 404


def test_one_who_acts_for_an_organisation_that_they_only_asked_to_join_opens_nothing_there(
    cast: Cast, make: Maker
) -> None:
    child = make.child()
    make.queue(child, cast.sana)
    asked, browser = asks_to_join(cast.rhys, place_of(cast.sana)), cast.rhys.browser()
    with cast.olu.works() as work:
        membership.end(work, cast.rhys.membership_id)
    assert cast.rhys.membership_id == asked
    assert browser.get(f"/children/{child.id}").status_code == 404
    with cast.sana.works() as work:
        membership.refuse(work, asked)
    assert browser.get("/").location.startswith("/login/"), (
        "no organisation is left, so the account is closed"
    )


@pytest.mark.parametrize("key", ["rhys", "pat", "olu", "ines"])
def test_no_one_chooses_or_leaves_for_another_person_and_no_page_does_when_it_is_opened(
    app: Flask, context: AppContext, cast: Cast, key: str
) -> None:
    number, before = cast.sana.joins(place_of(cast.rhys)), cast.sana.membership_id
    path, own = "/account/organisations", cast.sana.browser()
    for opened in (own.get, own.head):
        assert opened(f"{path}/act?membership={number}").status_code == 405
        assert opened(f"{path}/{number}/leave").status_code == 200
    other = getattr(cast, key).browser()
    assert post_with_token(other, app, f"{path}/act", {"membership": number}).status_code == 404
    assert post_with_token(other, app, f"{path}/{number}/leave", {}).status_code == 404
    assert cast.sana.membership_id == before and len(open_at(context, cast.sana)) == 2
