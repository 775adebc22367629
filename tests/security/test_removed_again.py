"""A8: before an officer links or invites a person again, the page says that a colleague removed them."""

from datetime import date

import pytest

from app.cases import advice_requests, invitations, links
from app.core.errors import ValidationFailed
from app.core.unit_of_work import AppContext
from app.models import Child, ChildLink
from tests.browser import post_with_token
from tests.cast import Actor, Cast
from tests.make import Maker, parent
from tests.security.test_family_attacks import linked_to, note_that_must_not_know

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
    path = f"/children/{child.id}/link/person/{cast.hana.id}"
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
