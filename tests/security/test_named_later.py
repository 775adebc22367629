"""A2: a note that a person must not know counts also where no officer links them: when an invitation is accepted, when
records are merged, when a person joins an organisation, and when the note arrives last."""

from dataclasses import replace

import pytest

from app.accounts import membership
from app.accounts.mailed_links import OpenLink, Purpose
from app.cases import duplicates, invitation_acceptance, invitations, links
from app.cases.advice_requests import ask_for_advice
from app.core.clock import FixedClock
from app.core.errors import NotFound, PortalError, ValidationFailed
from app.core.unit_of_work import AppContext, unit_of_work
from app.forms.queries.shares import consents_in_force, open_shares
from app.forms.reading import read
from app.models import Child, ChildLink, Invitation
from tests.browser import post_with_token
from tests.cast import Actor, Cast, everything, membership_of
from tests.filled_forms import fill_in, send
from tests.make import Maker, parent
from tests.security.test_family_attacks import linked_to, note_that_must_not_know, unconfirmed

__all__ = ["unconfirmed"]

FATHER = "john.hussain@mail.example"


def accept(context: AppContext, email: str = FATHER) -> int:
    with unit_of_work(context, None) as work:
        return invitation_acceptance.accept(
            work, OpenLink(0, Purpose.invite, email, None, None, "x"), "hash"
        ).id


def invite(cast: Cast, child: Child, *, despite: bool = False, relationship: str = "Father") -> Invitation:
    with cast.olu.works() as work:
        invited = parent(child.id, "John", "Hussain", FATHER, relationship, despite=despite)
        made = invitations.invite(work, invited)
        assert isinstance(made, Invitation)
        return made


def team_inbox(cast: Cast) -> str:
    return cast.olu.browser().get("/messages/").text


# --- an invitation ------------------------------------------------------------------------------------


@pytest.mark.parametrize("note", ["John Hussain", "his father"])
def test_A2_who_is_named_after_the_invitation_is_not_linked_by_accepting_it(
    context: AppContext, cast: Cast, make: Maker, clock: FixedClock, note: str
) -> None:
    child = make.child(linked=(cast.pat,))
    invite(cast, child)
    clock.forward(hours=1)
    note_that_must_not_know(cast, make, child, note)
    father = accept(context)
    assert not linked_to(context, child.id, father)
    assert "An invited person was not linked to a child" in team_inbox(cast)
    with pytest.raises(ValidationFailed, match="John Hussain"):
        invite(cast, child)
    with cast.olu.works() as work:
        invited = parent(child.id, "John", "Hussain", FATHER, "Father", despite=True)
        assert isinstance(invitations.invite(work, invited), ChildLink)
    assert linked_to(context, child.id, father)


def test_A2_what_the_officer_was_warned_of_is_not_asked_again(
    context: AppContext, cast: Cast, make: Maker, clock: FixedClock
) -> None:
    child = make.child(linked=(cast.pat,))
    note_that_must_not_know(cast, make, child, "John Hussain")
    clock.forward(hours=1)
    invite(cast, child, despite=True)
    assert linked_to(context, child.id, accept(context))


def test_A2_a_note_that_keeps_no_one_away_holds_no_invitation_back(
    context: AppContext, cast: Cast, make: Maker, clock: FixedClock
) -> None:
    child = make.child(linked=(cast.sana,))
    invite(cast, child)
    clock.forward(hours=1)
    request = make.request(child, cast.sana)
    fill_in(cast.sana, request.id, circumstances={"safeguarding_note": "Call the father before a visit."})
    send(cast.sana, request.id)
    assert linked_to(context, child.id, accept(context))


def test_A2_an_invitation_of_someone_named_since_is_not_sent_again(
    context: AppContext, cast: Cast, make: Maker, clock: FixedClock
) -> None:
    child = make.child(linked=(cast.pat,))
    invitation = invite(cast, child)
    clock.forward(days=1)
    note_that_must_not_know(cast, make, child, "his father")
    browser = cast.olu.browser()
    answer = post_with_token(browser, browser.application, f"/invitations/{invitation.id}/send-again", {})
    assert answer.location == f"/invitations/child/{child.id}"
    assert "John Hussain must not know" in browser.get(answer.location).text
    with everything(context) as work:
        assert work.get(Invitation, invitation.id).sent_at == invitation.sent_at


# --- a merge ------------------------------------------------------------------------------------------


def pair(cast: Cast, make: Maker, *, note_in_newer: bool) -> tuple[Child, Child]:
    """Two records of one child: Pat's note that Quinn must not know is in one, and Quinn is linked to the other."""
    older = make.child()
    newer = make.child(possible_duplicate_of_id=older.id)
    hers, his = (newer, older) if note_in_newer else (older, newer)
    make.link(hers, cast.pat, relationship_to_child="Mother")
    make.link(his, cast.quinn, relationship_to_child="Father")
    note_that_must_not_know(cast, make, hers, "Quinn Barker")
    return newer, older


@pytest.mark.parametrize("note_in_newer", [True, False])
def test_A2_a_merge_asks_before_it_links_someone_who_must_not_know(
    context: AppContext, cast: Cast, make: Maker, note_in_newer: bool
) -> None:
    newer, older = pair(cast, make, note_in_newer=note_in_newer)
    path, browser = f"/children/{newer.id}/duplicate", cast.olu.browser()
    answer = post_with_token(browser, browser.application, path, {"answer": "same"})
    assert answer.status_code == 422
    assert "Quinn Barker is linked or invited to one of the records" in answer.text
    assert 'name="despite"' in answer.text
    with everything(context) as work:
        assert work.get(Child, newer.id).merged_into_id is None
    data = {"answer": "same", "despite": "yes"}
    assert post_with_token(browser, browser.application, path, data).location == f"/children/{older.id}"
    assert linked_to(context, older.id, cast.quinn.id)


def test_A2_a_merge_asks_for_those_invited_and_for_an_organisation_s_people(cast: Cast, make: Maker) -> None:
    older = make.child(linked=(cast.pat,))
    newer = make.child(possible_duplicate_of_id=older.id)
    make.queue(newer, cast.hana)
    invite(cast, newer)
    note_that_must_not_know(cast, make, older, "John Hussain", "Idris Clarke")
    with pytest.raises(ValidationFailed) as refused, cast.olu.works() as work:
        duplicates.same_child(work, newer.id)
    faults = str([str(fault.text) for fault in refused.value.faults])
    assert "John Hussain" in faults and "Idris Clarke" in faults


def test_A2_a_refused_merge_says_why_on_the_page(cast: Cast, make: Maker) -> None:
    older = make.child(linked=(cast.rhys,))
    newer = make.child(linked=(cast.sana,), possible_duplicate_of_id=older.id)
    removed = make.link(older, cast.sana)
    with cast.olu.works() as work:
        links.end_link(work, removed.id)
    browser = cast.olu.browser()
    path = f"/children/{newer.id}/duplicate"
    answer = post_with_token(browser, browser.application, path, {"answer": "same"})
    assert answer.status_code == 422
    assert "You ended the involvement of Sana Iqbal in one of the records" in answer.text


# --- an organisation's queue --------------------------------------------------------------------------


def test_A2_who_is_confirmed_later_does_not_see_the_queue_s_child_whose_form_names_them(
    context: AppContext, cast: Cast, make: Maker, unconfirmed: Actor
) -> None:
    child, other = make.child(linked=(cast.pat,)), make.child()
    for each in (child, other):
        make.queue(each, cast.sana)
    note_that_must_not_know(cast, make, child, "Tom Ellis")
    with cast.sana.works() as work:  # the organisation's lead, who may not know why
        membership.confirm(work, unconfirmed.membership_id)
    unconfirmed.principal = replace(unconfirmed.principal, is_confirmed=True)
    browser = unconfirmed.browser()
    assert browser.get(f"/children/{child.id}").status_code == 404
    assert browser.get(f"/children/{other.id}").status_code == 200
    assert cast.sana.browser().get(f"/children/{child.id}").status_code == 200
    assert "Someone at an organisation may be a person who must not know" in team_inbox(cast)
    with cast.olu.works() as work:
        links.link_person(work, child.id, unconfirmed.id, despite=True)
    assert browser.get(f"/children/{child.id}").status_code == 200


def test_A2_a_form_that_names_a_member_of_the_queue_keeps_the_child_from_them(
    cast: Cast, make: Maker
) -> None:
    child = make.child(linked=(cast.pat,))
    make.queue(child, cast.hana)
    assert cast.idris.browser().get(f"/children/{child.id}").status_code == 200
    note_that_must_not_know(cast, make, child, "Idris Clarke")
    assert cast.idris.browser().get(f"/children/{child.id}").status_code == 404
    assert cast.hana.browser().get(f"/children/{child.id}").status_code == 200


# --- a note that arrives last -------------------------------------------------------------------------


def test_A2_the_team_hears_that_a_form_names_someone_linked(cast: Cast, make: Maker) -> None:
    child = make.child(linked=(cast.pat,))
    make.link(child, cast.quinn, relationship_to_child="Father")
    note_that_must_not_know(cast, make, child, "Quinn Barker")
    assert "Someone linked to a child may be a person who must not know" in team_inbox(cast)
    page = cast.olu.browser().get(f"/children/{child.id}/people").text
    assert page.count("A form may say they must not know") == 1
    for actor in (cast.quinn, cast.pat):
        text = actor.browser().get(f"/children/{child.id}/people").text
        assert "must not know" not in text


def test_A2_a_consent_that_names_a_linked_professional_waits_for_the_team(
    context: AppContext, cast: Cast, make: Maker
) -> None:
    child = make.child(linked=(cast.pat, cast.hana, cast.ann))
    consent = make.consent(child, cast.pat)
    rows = [{"name": "Hana Begum", "why": "She is my sister-in-law."}]
    fill_in(cast.pat, consent.id, sharing={"not_share": rows})
    send(cast.pat, consent.id)
    for actor in (cast.hana, cast.ann):
        with pytest.raises(PortalError), actor.works() as work:
            read(work, consent.id)
    with everything(context) as work:
        assert open_shares(work.session, consent.id) == []


def test_A2_other_consents_are_shared_with_professionals_when_they_are_sent(
    context: AppContext, cast: Cast, make: Maker
) -> None:
    child = make.child(linked=(cast.pat, cast.hana))
    note_that_must_not_know(cast, make, child, "Rosa Lund")
    with everything(context) as work:
        (consent,) = consents_in_force(work.session, child.id)
    with cast.hana.works() as work:
        assert read(work, consent.form_id).submission is not None
    assert "Someone linked to a child" not in team_inbox(cast)


def test_A2_a_consent_waits_for_the_team_while_another_form_names_a_linked_professional(
    cast: Cast, make: Maker
) -> None:
    child = make.child(linked=(cast.pat, cast.quinn, cast.hana))
    note_that_must_not_know(cast, make, child, "Hana Begum")
    consent = make.consent(child, cast.quinn)
    fill_in(cast.quinn, consent.id)
    send(cast.quinn, consent.id)
    with pytest.raises(NotFound), cast.hana.works() as work:
        read(work, consent.id)


def test_A2_the_officer_is_asked_before_advice_is_asked_of_someone_named_since_they_were_linked(
    cast: Cast, make: Maker
) -> None:
    child, queued = make.child(linked=(cast.pat, cast.hana)), make.child(linked=(cast.pat,))
    make.queue(queued, cast.hana)
    with cast.olu.works() as work:
        health = membership_of(work, cast.hana.id).organisation
        name, number = health.name, health.id
    note_that_must_not_know(cast, make, child, "Hana Begum")
    note_that_must_not_know(cast, make, queued, name)
    asked = ((child.id, {"person_id": cast.hana.id}), (queued.id, {"organisation_id": number}))
    for child_id, adviser in asked:
        with pytest.raises(ValidationFailed, match="must not know"), cast.olu.works() as work:
            ask_for_advice(work, child_id, "advice_health", **adviser)
        with cast.olu.works() as work:
            ask_for_advice(work, child_id, "advice_health", despite=True, **adviser)
