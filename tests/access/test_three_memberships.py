"""A SENCO of three schools: acting for one, every route shows that school's children, forms and messages and no other's."""

from dataclasses import dataclass, replace
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from app.accounts import acting_for, membership
from app.cases import advice_requests, links
from app.core.errors import InvalidState, NotFound
from app.core.unit_of_work import AppContext
from app.messages import messages
from app.models import AuditRow, Child, ChildLink, Form, Membership, Message, SavedSubmission
from app.views.web.access_control import PUBLIC
from tests.access.examples import example_ids
from tests.access.test_matrix import ENDS_THE_LOG_IN, SHUT, address, routes
from tests.browser import post_with_token, token_for
from tests.cast import Cast, everything
from tests.make import Maker


@dataclass(frozen=True)
class Place:
    """One of the three schools, with a child of its own, a form and a message; all carry the mark."""

    mark: str
    organisation_id: int
    membership_id: int
    ids: dict[str, int]
    children: set[int]


@pytest.fixture
def places(app: Flask, context: AppContext, cast: Cast, make: Maker) -> list[Place]:
    """Sana works at her own school, at Rhys' and at a third."""
    third = make.organisation(name="Third School").id
    own, of_rhys = cast.sana.principal.organisation_id or 0, cast.rhys.principal.organisation_id or 0
    memberships = [cast.sana.membership_id, cast.sana.joins(of_rhys), cast.sana.joins(third)]
    made = []
    for number, (organisation, member) in enumerate(zip((own, of_rhys, third), memberships, strict=True)):
        mark = f"CANARY{number}zq"
        child = make.child(surname=mark, search_name=f"{mark.lower()} amina", setting_id=organisation)
        waiting = make.child(surname=f"{mark}b", search_name=f"{mark.lower()}b amina")
        link = make.link(child, cast.sana, organisation_id=organisation)
        make.link(waiting, cast.sana, person_id=None, taken_up_at=None, organisation_id=organisation)
        form = make.request(child, cast.sana, organisation_id=organisation)
        message = make.message(
            cast.sana, subject=f"About {mark}", organisation_id=organisation, child_id=child.id
        )
        with everything(context) as work:
            newest: dict[type[Any], int] = {Child: child.id, Form: form.id, Message: message.id}
            examples = example_ids(app, work, mark, newest)
        ids = {"child_id": child.id, "form_id": form.id, "message_id": message.id, "link_id": link.id}
        made.append(Place(mark, organisation, member, examples | ids, {child.id, waiting.id}))
    return made


def test_acting_for_each_of_three_schools_shows_exactly_its_work(cast: Cast, places: list[Place]) -> None:
    for place in [*places, places[0]]:
        cast.sana.acts_for(place.organisation_id)
        with cast.sana.works() as work:
            assert set(work.session.scalars(select(Child.id))) == place.children
            assert set(work.session.scalars(select(Form.id))) == {place.ids["form_id"]}
            assert set(work.session.scalars(select(Message.id))) == {place.ids["message_id"]}
            linked = work.session.scalars(select(ChildLink.organisation_id)).all()
            assert set(linked) == {place.organisation_id}


@pytest.mark.parametrize("number", [0, 1, 2])
def test_every_route_shows_the_school_acted_for_and_no_other(
    app: Flask, cast: Cast, places: list[Place], number: int
) -> None:
    here, others = places[number], [each for each in places if each is not places[number]]
    cast.sana.acts_for(here.organisation_id)
    browser = cast.sana.browser()
    wrong, seen = [], set()
    for rule in routes(app):
        if "GET" not in (rule.methods or set()) or rule.endpoint in PUBLIC | SHUT | ENDS_THE_LOG_IN:
            continue
        for place in places:
            path = address(rule, dict(place.ids))
            answer = browser.get(path) if path is not None else None
            if answer is None:
                continue
            if answer.status_code >= 500:
                wrong.append(f"{path}: broke")
            wrong += [f"{path}: shows {other.mark}" for other in others if other.mark in answer.text]
            if here.mark in answer.text:
                seen.add(rule.endpoint)
    assert wrong == []
    assert {"HomeView.home", "ChildView.show", "FormView.show", "MessageView.read"} & seen, seen


def test_one_child_may_be_linked_for_two_schools(cast: Cast, make: Maker, places: list[Place]) -> None:
    child = make.child()
    for place in places[:2]:
        with cast.olu.works() as work:
            links.link_person(work, child.id, cast.sana.id, organisation_id=place.organisation_id)
    with cast.olu.works() as work:
        advice = advice_requests.ask_for_advice(
            work,
            child.id,
            "advice_education",
            person_id=cast.sana.id,
            organisation_id=places[1].organisation_id,
            due_on=work.today,
        )
        number = advice.id
    cast.sana.acts_for(places[0].organisation_id)
    with cast.sana.works() as work, pytest.raises(NotFound):
        work.get(Form, number)
    cast.sana.acts_for(places[1].organisation_id)
    with cast.sana.works() as work:
        assert work.get(Form, number).organisation_id == places[1].organisation_id


def test_a_message_is_for_the_school_it_is_about_and_the_others_say_that_it_waits(
    cast: Cast, make: Maker, places: list[Place]
) -> None:
    first, second, _third = places
    cast.sana.acts_for(first.organisation_id)
    child = make.child()
    with cast.olu.works() as work:
        links.link_person(work, child.id, cast.sana.id, organisation_id=second.organisation_id)
    with cast.olu.works() as work:
        messages.write_about_child(work, child.id, str(cast.sana.id), "A visit", "Can you see him?", "k" * 32)
    with everything(cast.sana.app.extensions["app_context"]) as work:
        about = select(Message.organisation_id).where(
            Message.child_id == child.id, Message.recipient_id.is_not(None)
        )
        assert work.session.scalars(about).all() == [second.organisation_id] * 2
    browser = cast.sana.browser()
    page = browser.get("/").text
    assert "Acting for: Heaton Beck Primary School" in page
    assert "(4 unread messages elsewhere)" in page, "three of the second school and one of the third"
    assert "3 unread messages" in browser.get("/account/organisations/").text
    assert "A visit" not in browser.get("/messages/").text


def test_the_audit_says_for_which_school_they_acted(
    cast: Cast, context: AppContext, places: list[Place]
) -> None:
    cast.sana.acts_for(places[2].organisation_id)
    assert cast.sana.browser().get(f"/children/{places[2].ids['child_id']}").status_code == 200
    with everything(context) as work:
        rows = {
            row.event: row.organisation_id
            for row in work.session.scalars(select(AuditRow).where(AuditRow.actor_id == cast.sana.id))
        }
    assert rows["ChildViewed"] == places[2].organisation_id
    assert rows["ActedFor"] == places[0].organisation_id
    assert "acting for Third School" in cast.mary.browser().get("/audit/").text


def test_a_page_opened_for_another_school_is_not_sent_and_nothing_typed_is_lost(
    app: Flask, cast: Cast, context: AppContext, places: list[Place]
) -> None:
    browser = cast.sana.browser()
    older_token = token_for(browser, app)
    chosen = post_with_token(
        browser, app, "/account/organisations/act", {"membership": places[1].membership_id}
    )
    assert chosen.location == "/"
    assert "You are now acting for" in browser.get("/").text

    typed = {"subject": "A question to the team", "body": "Where is the form?", "send_key": "k" * 32}
    answer = browser.post("/messages/write", data=typed | {"csrf_token": older_token})

    assert answer.location == "/kept/"
    page = browser.get("/kept/").text
    assert "You were acting for Heaton Beck Primary School when you opened this page" in page
    assert "Where is the form?" in page and "Carry on" not in page
    with everything(context) as work:
        assert "A question to the team" not in work.session.scalars(select(Message.subject)).all()
    carried = post_with_token(browser, app, "/kept/continue", {})
    assert carried.location == "/kept/", "not for the wrong school"
    back = {"membership": places[0].membership_id, "kept": "yes"}
    assert post_with_token(browser, app, "/account/organisations/act", back).location == "/kept/"
    assert "Carry on with what you typed" in browser.get("/kept/").text
    carried = post_with_token(browser, app, "/kept/continue", typed)
    assert carried.status_code == 307
    with everything(context) as work:
        assert work.session.scalars(select(SavedSubmission)).all() == []


def test_a_page_on_another_device_is_not_sent_for_the_wrong_school(
    app: Flask, cast: Cast, places: list[Place]
) -> None:
    laptop, phone = cast.sana.browser(), cast.sana.browser()
    act = {"membership": places[1].membership_id}
    assert post_with_token(laptop, app, "/account/organisations/act", act).location == "/"
    answer = post_with_token(phone, app, "/messages/write", {"subject": "One", "body": "Two words"})
    assert answer.location == "/kept/"
    assert phone.get("/").status_code == 200
    sent = post_with_token(phone, app, "/messages/write", {"subject": "One", "body": "Two words"})
    assert sent.location != "/kept/", "a page opened since then is for the school acted for now"


def test_a_log_in_whose_pages_do_not_say_for_whom_they_were_opened_sends_none_of_them(
    app: Flask, cast: Cast, context: AppContext, places: list[Place]
) -> None:
    """Their marks are from before the upgrade, or were made with a key that is gone."""
    browser = cast.sana.browser()
    with browser.session_transaction() as cookie:
        cookie["csrf_token"] = f"{cast.sana.id}.{'a' * 40}.{'b' * 64}"
    typed = {"subject": "To the team", "body": "Two words", "send_key": "k" * 32}
    older = {"csrf_token": token_for(browser, app)}
    cast.sana.acts_for(places[1].organisation_id)
    assert browser.post("/messages/write", data=typed | older).status_code == 400
    with everything(context) as work:
        assert "To the team" not in work.session.scalars(select(Message.subject)).all()
    assert browser.get("/").status_code == 200
    assert browser.post("/messages/write", data=typed | older).status_code == 400
    sent = post_with_token(browser, app, "/messages/write", typed)
    assert sent.status_code == 302 and sent.location != "/kept/"


def test_only_a_confirmed_membership_of_their_own_can_be_acted_for(cast: Cast, make: Maker) -> None:
    other = cast.sana.joins(make.organisation().id, confirmed=False)
    with pytest.raises(InvalidState), cast.sana.works() as work:
        acting_for.act_for(work, other)
    with pytest.raises(NotFound), cast.sana.works() as work:
        acting_for.act_for(work, cast.ann.membership_id)
    with pytest.raises(NotFound), cast.tom.works() as work:
        acting_for.act_for(work, cast.sana.membership_id)


def test_a_lead_sees_a_colleague_who_acts_for_another_school_and_ends_only_their_own(
    cast: Cast, make: Maker, context: AppContext, places: list[Place]
) -> None:
    cast.sana.acts_for(places[2].organisation_id)
    with everything(context) as work:
        of_rhys = work.session.scalars(select(Membership).where(Membership.person_id == cast.rhys.id)).one()
        of_rhys.leads = True
    cast.rhys.principal = replace(cast.rhys.principal, leads_organisation=True)
    with cast.rhys.works() as work:
        _school, people = membership.people_of(work, places[1].organisation_id)
        assert {each.person_id for each in people} == {cast.rhys.id, cast.sana.id}
        assert membership.works_elsewhere(work, work.get(Membership, places[1].membership_id))
    with pytest.raises(NotFound), cast.rhys.works() as work:
        membership.end(work, places[2].membership_id)
    with cast.rhys.works() as work:
        membership.end(work, places[1].membership_id)
    with everything(context) as work:
        mine = select(Membership.organisation_id).where(
            Membership.person_id == cast.sana.id, Membership.ended_at.is_(None)
        )
        assert set(work.session.scalars(mine)) == {places[0].organisation_id, places[2].organisation_id}
        open_links = select(ChildLink.organisation_id).where(
            ChildLink.person_id == cast.sana.id, ChildLink.ended_at.is_(None)
        )
        assert set(work.session.scalars(open_links)) == {places[0].organisation_id, places[2].organisation_id}
        authors = {
            form.organisation_id: form.author_id for form in work.session.scalars(select(Form)).unique()
        }
        assert authors[places[1].organisation_id] is None
        assert authors[places[0].organisation_id] == cast.sana.id
    assert cast.sana.membership_id == places[2].membership_id, "they still act for the third"
