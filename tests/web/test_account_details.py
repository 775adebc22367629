"""Issue 9, B2: the details of an account are corrected by their owner, or proposed and approved."""

import pytest
from flask import Flask
from sqlalchemy import select

from app.accounts import account_details
from app.core.errors import Forbidden, PortalError
from app.core.roles import Profession
from app.core.unit_of_work import AppContext
from app.models import AuditRow, ChildLink, Message, OrganisationChange, Person, ProposalState
from tests.browser import post_with_token
from tests.cast import Actor, Cast, everything, membership_of
from tests.mailbox import Mailbox, text_of
from tests.make import Maker
from tests.newcomer import organisation_id
from tests.security.test_two_at_once import at_once

DETAILS = {
    "first_name": "Anna",
    "last_name": "Kowalska-Shaw",
    "job_title": "Senior educational psychologist",
    "address": "1 Park Road\nBradford",
    "postcode": "bd11hx",
    "phone": "01274 435750",
}


def test_b2_the_owner_corrects_their_details_with_old_and_new_value_in_the_audit(
    app: Flask, context: AppContext, cast: Cast
) -> None:
    browser = cast.ann.browser()
    assert "/account/details/" in browser.get("/account/").text
    assert 'value="Kowalska"' in browser.get("/account/details/").text

    answer = post_with_token(browser, app, "/account/details/", DETAILS)

    assert answer.location == "/account/"
    page = browser.get("/account/").text
    assert "Anna Kowalska-Shaw" in page and "BD1 1HX" in page and "Senior educational psychologist" in page
    with everything(context) as work:
        row = work.session.scalars(select(AuditRow).where(AuditRow.event == "AccountDetailsChanged")).one()
    assert row.actor_id == cast.ann.id
    assert (row.facts["before"]["last_name"], row.facts["after"]["last_name"]) == (
        "Kowalska",
        "Kowalska-Shaw",
    )
    assert "Kowalska → Kowalska-Shaw" in cast.mary.browser().get("/audit/").text


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ({"first_name": ""}, "Enter your first name"),
        ({"phone": "12"}, "Enter a phone number"),
        ({"postcode": "nowhere"}, "Enter a full UK postcode"),
    ],
)
def test_b2_what_is_wrong_is_reported_and_nothing_typed_is_lost(
    app: Flask, cast: Cast, typed: dict[str, str], says: str
) -> None:
    answer = post_with_token(cast.ann.browser(), app, "/account/details/", DETAILS | typed)

    assert answer.status_code == 422 and says in answer.text and "Kowalska-Shaw" in answer.text


def test_b2_a_parent_corrects_their_name_and_has_no_organisation(app: Flask, cast: Cast) -> None:
    browser = cast.pat.browser()
    answer = post_with_token(browser, app, "/account/details/", DETAILS | {"job_title": ""})

    assert answer.location == "/account/" and "Anna Kowalska-Shaw" in browser.get("/account/").text
    assert "Change your organisation" not in browser.get("/account/").text
    assert browser.get("/account/details/organisation").location == "/account/"


def proposes(app: Flask, cast: Cast, context: AppContext) -> int:
    """Ann says that she works at the school now."""
    typed = {"organisation": str(organisation_id(context)), "reason": "I moved in September."}
    answer = post_with_token(cast.ann.browser(), app, "/account/details/organisation", typed)
    assert answer.location == "/account/"
    with everything(context) as work:
        return (
            work.session.scalars(select(OrganisationChange.id).order_by(OrganisationChange.id.desc())).first()
            or 0
        )


def test_b2_a_new_organisation_is_proposed_and_changes_nothing_until_it_is_approved(
    app: Flask, context: AppContext, cast: Cast, make: Maker, mailbox: Mailbox
) -> None:
    child, old = make.child(linked=(cast.ann,)), cast.ann.principal.organisation_id
    change = proposes(app, cast, context)
    with everything(context) as work:
        assert membership_of(work, cast.ann.id).organisation_id == old
        letters = work.session.scalars(select(Message.letter).where(Message.recipient_id.is_(None))).all()
    assert letters == ["organisation_change_proposed"]
    olu = cast.olu.browser()
    assert "Changes of organisation to approve" in olu.get("/").text
    assert f"/account-changes/{change}" in olu.get("/account-changes/").text
    page = olu.get(f"/account-changes/{change}").text
    assert "I moved in September." in page and cast.ann.email in page

    answer = post_with_token(olu, app, f"/account-changes/{change}", {"decision": "approve"})

    assert answer.location == "/account-changes/"
    with everything(context) as work:
        ann = work.get(Person, cast.ann.id)
        works_for = membership_of(work, ann.id)
        assert (works_for.organisation_id, ann.profession) == (organisation_id(context), Profession.school)
        assert (works_for.confirmed_by_id, works_for.leads) == (cast.olu.id, False)
        still = select(ChildLink).where(ChildLink.child_id == child.id, ChildLink.ended_at.is_(None))
        links = [(link.person_id, link.organisation_id) for link in work.session.scalars(still)]
        assert links == [(None, old)], "nobody takes their cases along"
        row = work.session.scalars(
            select(AuditRow).where(AuditRow.event == "OrganisationChangeApproved")
        ).one()
        assert (row.facts["from_organisation_id"], row.facts["to_organisation_id"]) == (
            old,
            organisation_id(context),
        )
    assert any("was changed" in mail["Subject"] for mail in mailbox.to(cast.ann.email))


def test_b2_a_refusal_needs_a_reason_and_notifies_the_person(
    app: Flask, context: AppContext, cast: Cast, mailbox: Mailbox
) -> None:
    change, olu = proposes(app, cast, context), cast.olu.browser()
    path = f"/account-changes/{change}"
    assert post_with_token(olu, app, path, {"decision": "refuse"}).status_code == 422
    assert post_with_token(olu, app, path, {}).status_code == 422

    post_with_token(olu, app, path, {"decision": "refuse", "reason": "The school does not know you."})

    assert "The school does not know you." in text_of(mailbox.last(cast.ann.email))
    with everything(context) as work:
        assert work.get(OrganisationChange, change).state is ProposalState.refused
    assert post_with_token(olu, app, path, {"decision": "approve"}).status_code == 409


def test_b2_a_newer_proposal_replaces_the_older_and_can_be_cancelled(
    app: Flask, context: AppContext, cast: Cast
) -> None:
    proposes(app, cast, context)
    proposes(app, cast, context)
    browser = cast.ann.browser()
    assert "The SEN team has not decided yet" in browser.get("/account/details/organisation").text
    post_with_token(browser, app, "/account/details/organisation/withdraw", {})
    with everything(context) as work:
        states = {row.state for row in work.session.scalars(select(OrganisationChange))}
    assert states == {ProposalState.withdrawn}


def test_b2_one_proposal_waits_however_often_it_is_sent_at_once(context: AppContext, cast: Cast) -> None:
    to = organisation_id(context)
    at_once(*[(cast.ann, lambda work: account_details.propose(work, to, ""))] * 6)
    with everything(context) as work:
        waiting = [
            row for row in work.session.scalars(select(OrganisationChange)) if row.state.name == "waiting"
        ]
    assert len(waiting) == 1


def test_b2_of_an_approval_and_a_refusal_at_once_one_counts(
    app: Flask, context: AppContext, cast: Cast
) -> None:
    change = proposes(app, cast, context)
    results = at_once(
        (cast.olu, lambda work: account_details.approve(work, change)),
        (cast.mary, lambda work: account_details.refuse(work, change, "No.")),
    )
    assert results == ["InvalidState", "done"]


@pytest.mark.parametrize("who", ["ann", "bob", "pat", "ines"])
def test_b2_only_the_sen_team_decides(app: Flask, context: AppContext, cast: Cast, who: str) -> None:
    change, actor = proposes(app, cast, context), getattr(cast, who)
    deeds = (account_details.approve, lambda work, number: account_details.refuse(work, number, "x"))
    for deed in deeds:
        with pytest.raises(PortalError), actor.works() as work:
            deed(work, change)
    with pytest.raises(Forbidden), Actor.works(cast.olu) as work:
        account_details.propose(work, organisation_id(context), "")
