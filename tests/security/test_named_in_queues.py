"""A2: a child comes into an organisation's queue, by whatever way, and a form names a person who works there."""

from dataclasses import replace

import pytest

from app.accounts import accounts, membership
from app.cases import links
from app.core.errors import ValidationFailed
from app.forms.rules.workflow import FormState
from app.models import Child
from tests.cast import Actor, Cast
from tests.filled_forms import fill_in, send
from tests.make import Maker
from tests.security.test_family_attacks import note_that_must_not_know, unconfirmed
from tests.security.test_named_later import team_inbox

__all__ = ["unconfirmed"]


def sees(actor: Actor, child: Child) -> bool:
    return actor.browser().get(f"/children/{child.id}").status_code == 200


def note_in_a_request(cast: Cast, make: Maker, child: Child, **answers: dict[str, str]) -> None:
    """Sana's request says who must not know in a text."""
    make.link(child, cast.sana)
    request = make.request(child, cast.sana)
    fill_in(cast.sana, request.id, **answers)
    send(cast.sana, request.id)


RISK = {"contact_risk": "yes", "contact_risk_details": "Idris Clarke of the therapies must not know."}
ORDER = {"court_order": "yes", "court_order_details": "Mr Clarke may not come near the child."}


def test_A2_who_steps_back_leaves_the_child_to_the_queue_but_not_to_one_who_must_not_know(
    cast: Cast, make: Maker
) -> None:
    child = make.child(linked=(cast.pat,))
    link = make.link(child, cast.hana)
    make.advice(child, cast.hana, FormState.asked, "advice_health")
    note_that_must_not_know(cast, make, child, "Idris Clarke")
    assert not sees(cast.idris, child), "he sees only what is in the queue"
    with cast.hana.works() as work:
        links.step_back(work, link.id)
    assert not sees(cast.idris, child)
    assert "Someone at an organisation may be a person who must not know" in team_inbox(cast)


def test_A2_a_closed_account_leaves_the_child_to_the_queue_but_not_to_one_who_must_not_know(
    cast: Cast, make: Maker
) -> None:
    child, other = make.child(linked=(cast.pat,)), make.child()
    for each in (child, other):
        make.link(each, cast.hana)
    note_that_must_not_know(cast, make, child, "Idris Clarke")
    with cast.ines.works() as work:
        accounts.deactivate(work, cast.hana.id)
    assert sees(cast.idris, other)
    assert not sees(cast.idris, child)


def test_A2_an_organisation_linked_all_the_same_is_not_linked_for_the_person_named(
    cast: Cast, make: Maker
) -> None:
    child = make.child(linked=(cast.pat,))
    note_that_must_not_know(cast, make, child, "Idris Clarke")
    with cast.olu.works() as work:
        links.link_organisation(work, child.id, cast.hana.principal.organisation_id, despite=True)
    assert sees(cast.hana, child)
    assert not sees(cast.idris, child)
    with cast.olu.works() as work:
        links.link_person(work, child.id, cast.idris.id, despite=True)
    assert sees(cast.idris, child)


@pytest.mark.parametrize("answers", [{"family": RISK}, {"circumstances": ORDER}])
def test_A2_a_text_that_says_who_must_not_know_keeps_them_from_the_queue_too(
    cast: Cast, make: Maker, answers: dict[str, dict[str, str]]
) -> None:
    before = make.child()
    make.queue(before, cast.hana)
    note_in_a_request(cast, make, before, **answers)
    assert sees(cast.hana, before)
    assert not sees(cast.idris, before)
    after = make.child()
    note_in_a_request(cast, make, after, **answers)
    health = cast.hana.principal.organisation_id
    with pytest.raises(ValidationFailed, match="Idris Clarke works for"), cast.olu.works() as work:
        links.link_organisation(work, after.id, health or 0)


@pytest.mark.parametrize("answers", [{"circumstances": {**ORDER, "court_order_details": "Not Mr Ellis."}}])
def test_A2_a_note_counts_when_someone_is_confirmed_whether_or_not_an_address_is_secret(
    cast: Cast, make: Maker, unconfirmed: Actor, answers: dict[str, dict[str, str]]
) -> None:
    child = make.child(linked=(cast.pat,))
    make.queue(child, cast.sana)
    note_in_a_request(cast, make, child, **answers)
    with cast.sana.works() as work:
        membership.confirm(work, unconfirmed.membership_id)
    unconfirmed.principal = replace(unconfirmed.principal, is_confirmed=True)
    assert not sees(unconfirmed, child)
