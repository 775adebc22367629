"""Attacks with a job or without one: leavers, leads, people whose role or organisation changed, and administrators."""

from dataclasses import replace

import pytest
from flask import Flask
from sqlalchemy import select

from app.accounts import account_details, accounts, change_email, membership
from app.accounts.queries.people import readers
from app.cases import duplicates, invitations, links, merges
from app.cases.account_activation import Outcome
from app.cases.invitations import Invited
from app.cases.rules.case_states import CaseState
from app.core.errors import Forbidden, InvalidState, ValidationFailed
from app.core.roles import Principal, Role
from app.core.unit_of_work import AppContext, unit_of_work
from app.forms.rules.workflow import FormState
from app.models import ChildLink, EmailChange, Message, Person, WorkDomain
from tests.browser import post_with_token
from tests.cast import Actor, Cast, everything, membership_of
from tests.mailbox import Mailbox
from tests.make import Maker, parent
from tests.newcomer import organisation_id
from tests.security.test_attacks_on_links import remove
from tests.security.test_registration_trust import Joined


def now_is(context: AppContext, actor: Actor) -> Principal:
    """This person as the row policies know them at this moment."""
    with context.database.engine.connect() as connection:
        return readers(connection, {actor.id})[actor.id].principal


def unconfirm(context: AppContext, actor: Actor) -> None:
    with everything(context) as work:
        membership_of(work, actor.id).confirmed_at = None
    actor.principal = replace(actor.principal, is_confirmed=False)


def letters_to(context: AppContext, person_id: int | None) -> list[str | None]:
    with everything(context) as work:
        return list(work.session.scalars(select(Message.letter).where(Message.recipient_id == person_id)))


def bars_on(context: AppContext, child_id: int) -> list[int | None]:
    with everything(context) as work:
        barred = select(ChildLink.person_id).where(ChildLink.child_id == child_id, ChildLink.barred.is_(True))
        return list(work.session.scalars(barred))


# --- accounts opened again, and roles that change -------------------------------------------------


def test_A3_an_account_opened_again_waits_to_be_confirmed(cast: Cast, context: AppContext) -> None:
    with cast.ines.works() as work:
        accounts.deactivate(work, cast.tom.id)
    with cast.ines.works() as work:
        accounts.reactivate(work, cast.tom.id)

    assert not now_is(context, cast.tom).is_confirmed
    assert "membership_awaited" in letters_to(context, cast.sana.id)
    with cast.sana.works() as work:
        assert [each.person_id for each in membership.waiting(work)] == [cast.tom.id]


def test_A3_opening_an_account_that_is_open_changes_nothing(cast: Cast, context: AppContext) -> None:
    with cast.ines.works() as work:
        accounts.reactivate(work, cast.tom.id)
    assert now_is(context, cast.tom).is_confirmed


def test_A3_an_officer_who_becomes_a_professional_waits_to_be_confirmed(
    cast: Cast, context: AppContext
) -> None:
    with cast.ines.works() as work:
        accounts.set_roles(work, cast.olu.id, [Role.professional])
    assert not now_is(context, cast.olu).is_confirmed


def test_A3_a_professional_again_waits_and_the_lead_hears_of_it(cast: Cast, context: AppContext) -> None:
    for role in (Role.sen_officer, Role.professional):
        with cast.ines.works() as work:
            accounts.set_roles(work, cast.tom.id, [role])
    assert not now_is(context, cast.tom).is_confirmed
    assert "membership_awaited" in letters_to(context, cast.sana.id)


@pytest.mark.parametrize("deed", [membership.confirm, membership.refuse])
@pytest.mark.parametrize("role", [Role.sen_officer, Role.admin])
def test_A3_a_lead_settles_nothing_of_a_former_colleague_in_the_councils_staff(
    cast: Cast, context: AppContext, deed: object, role: Role
) -> None:
    with cast.ines.works() as work:
        accounts.set_roles(work, cast.tom.id, [role])
    with pytest.raises(Forbidden), cast.sana.works() as work:
        deed(work, cast.tom.membership_id)  # type: ignore[operator]
    with everything(context) as work:
        assert work.get(Person, cast.tom.id).active


def test_A3_only_a_professional_becomes_a_lead(cast: Cast) -> None:
    with pytest.raises(ValidationFailed), cast.ines.works() as work:
        membership.set_lead(work, cast.mary.membership_id, leads=True)


def test_B10_a_role_of_the_council_is_not_given_to_a_personal_address(
    cast: Cast, context: AppContext
) -> None:
    with everything(context) as work:
        work.get(Person, cast.tom.id).email = "tom@gmail.com"
    with pytest.raises(ValidationFailed, match="personal email"), cast.ines.works() as work:
        accounts.set_roles(work, cast.tom.id, [Role.sen_officer])


def test_B10_changing_roles_is_no_way_round_the_second_administrator(cast: Cast, context: AppContext) -> None:
    two = replace(context, settings=replace(context.settings, two_administrators=True))  # type: ignore[type-var]
    with everything(context) as work:
        work.get(Person, cast.mary.id).active = False
    with (
        pytest.raises(ValidationFailed, match="second administrator"),
        unit_of_work(two, cast.ines.principal) as work,
    ):
        accounts.set_roles(work, cast.tom.id, [Role.sen_manager])
    with unit_of_work(two, cast.ines.principal) as work:
        accounts.set_roles(work, cast.tom.id, [Role.sen_officer])  # there is one already


def test_A3_a_proposal_ends_with_the_role(cast: Cast, context: AppContext) -> None:
    school = organisation_id(context)
    with cast.rhys.works() as work:
        change_id = account_details.propose(work, school, "I moved").id
    with cast.ines.works() as work:
        accounts.set_roles(work, cast.rhys.id, [Role.sen_officer])
    with cast.olu.works() as work:
        assert [each.id for each in account_details.waiting(work)] == []
    with pytest.raises(InvalidState), cast.olu.works() as work:
        account_details.approve(work, change_id)
    with everything(context) as work:
        assert membership_of(work, cast.rhys.id).confirmed_at is None


def test_A3_a_change_of_address_ends_with_the_role(cast: Cast, context: AppContext) -> None:
    """A parent may use any mailbox; a change to one that waits must not become an officer's address."""
    with everything(context) as work:
        work.add(
            EmailChange(
                person_id=cast.pat.id,
                new_email="pat@gmail.com",
                created_at=work.now,
                confirmed_at=work.now,
                takes_effect_at=work.now,
            )
        )
        work.get(Person, cast.pat.id).email = "pat.hussain@council.bradford.example"
    with cast.ines.works() as work:
        accounts.set_roles(work, cast.pat.id, [Role.sen_officer])
    change_email.apply_due(context)
    with everything(context) as work:
        assert work.get(Person, cast.pat.id).email == "pat.hussain@council.bradford.example"


@pytest.mark.parametrize("role", [Role.sen_officer, Role.admin, Role.professional])
def test_A2_an_account_that_follows_a_child_as_family_gets_no_other_role(
    cast: Cast, make: Maker, context: AppContext, role: Role
) -> None:
    """As an officer they would read what the other parent wrote for the SEN team alone."""
    link = make.link(make.child(), cast.pat)
    with pytest.raises(ValidationFailed, match="family"), cast.ines.works() as work:
        accounts.set_roles(work, cast.pat.id, [role])
    remove(cast, link)
    with everything(context) as work:
        work.get(Person, cast.pat.id).email = "pat.hussain@council.bradford.example"
    with cast.ines.works() as work:
        accounts.set_roles(work, cast.pat.id, [role])


# --- work of a leaver -----------------------------------------------------------------------------


def test_A9_an_unconfirmed_colleague_does_not_keep_a_leavers_work_from_the_queue(
    cast: Cast, make: Maker, context: AppContext
) -> None:
    """The colleague entered the child and reads nothing that others write."""
    child = make.child(linked=(cast.ann, cast.bob))
    unconfirm(context, cast.bob)
    make.advice(child, cast.ann, FormState.draft)

    with cast.ines.works() as work:
        accounts.deactivate(work, cast.ann.id)

    with everything(context) as work:
        waiting = select(ChildLink.id).where(ChildLink.child_id == child.id, ChildLink.person_id.is_(None))
        assert len(list(work.session.scalars(waiting))) == 1


def test_A9_an_unconfirmed_colleague_does_not_keep_the_work_of_one_who_steps_back(
    cast: Cast, make: Maker, context: AppContext
) -> None:
    child = make.child(linked=(cast.bob,))
    link = make.link(child, cast.ann)
    unconfirm(context, cast.bob)
    make.advice(child, cast.ann, FormState.draft)

    with cast.ann.works() as work:
        links.step_back(work, link.id)

    with everything(context) as work:
        waiting = select(ChildLink.id).where(ChildLink.child_id == child.id, ChildLink.person_id.is_(None))
        assert len(list(work.session.scalars(waiting))) == 1


@pytest.mark.parametrize("state", [FormState.submitted, FormState.accepted, CaseState.assessing])
def test_A9_stepping_back_from_a_request_that_is_not_decided_leaves_someone_to_answer_for_it(
    cast: Cast, make: Maker, context: AppContext, state: FormState
) -> None:
    child = make.child()
    link = make.link(child, cast.sana)
    make.request(child, cast.sana, state)

    with cast.sana.works() as work:
        links.step_back(work, link.id)

    with everything(context) as work:
        waiting = select(ChildLink.id).where(ChildLink.child_id == child.id, ChildLink.person_id.is_(None))
        expected = 0 if state is CaseState.assessing else 1
        assert len(list(work.session.scalars(waiting))) == expected


# --- A8: what the SEN team removed only the SEN team restores -------------------------------------


def test_A8_whom_the_sen_team_removed_while_records_were_one_is_removed_from_both(
    cast: Cast, make: Maker, context: AppContext
) -> None:
    older = make.child()
    newer = make.child(possible_duplicate_of_id=older.id, linked=(cast.bob, cast.ann))
    link = make.link(older, cast.ann)
    with cast.olu.works() as work:
        duplicates.same_child(work, newer.id)
    remove(cast, link)
    with everything(context) as work:
        merge_id = work.session.scalars(select(merges.ChildMerge.id)).one()
    with cast.olu.works() as work:
        merges.undo_merge(work, merge_id, "Twins")

    assert bars_on(context, older.id) == bars_on(context, newer.id) == [cast.ann.id]
    with pytest.raises(ValidationFailed, match="Ann Kowalska"), cast.bob.works() as work:
        links.bring_in(work, newer.id, cast.ann.id)


def test_A8_an_organisation_removed_while_records_were_one_is_removed_from_both(
    cast: Cast, make: Maker, context: AppContext
) -> None:
    older = make.child()
    newer = make.child(possible_duplicate_of_id=older.id)
    make.queue(newer, cast.ann)
    place = make.queue(older, cast.ann)
    with cast.olu.works() as work:
        duplicates.same_child(work, newer.id)
    remove(cast, place)
    with everything(context) as work:
        merge_id = work.session.scalars(select(merges.ChildMerge.id)).one()
    with cast.olu.works() as work:
        merges.undo_merge(work, merge_id, "Twins")

    assert bars_on(context, older.id) == bars_on(context, newer.id) == [None]


@pytest.mark.parametrize("removed_from", ["older", "newer"])
def test_A8_merging_does_not_invite_back_whom_the_sen_team_removed(
    cast: Cast, make: Maker, removed_from: str
) -> None:
    """She was removed from one record, and an officer invited her to the other at another address."""
    older = make.child()
    newer = make.child(possible_duplicate_of_id=older.id)
    removed, invited = (older, newer) if removed_from == "older" else (newer, older)
    remove(cast, make.link(removed, cast.pat))
    with cast.olu.works() as work:
        invitations.invite(work, parent(invited.id, "Pat", "Hussain", "second@home.example"))

    with pytest.raises(ValidationFailed, match="Pat Hussain"), cast.olu.works() as work:
        duplicates.same_child(work, newer.id)


# --- A3: people who come back under another address -----------------------------------------------


def close_tom(cast: Cast) -> None:
    with cast.ines.works() as work:
        accounts.deactivate(work, cast.tom.id)


@pytest.mark.parametrize(
    "address", ["tom.ellis+2@heatonbeck.sch.example", "TomEllis-3@HeatonBeck.sch.example"]
)
def test_A3_no_one_invites_the_mailbox_of_a_closed_account(
    cast: Cast, context: AppContext, address: str
) -> None:
    close_tom(cast)
    asked = Invited(role=Role.professional, email=address, organisation_id=organisation_id(context))
    with pytest.raises(ValidationFailed, match="closed"), cast.olu.works() as work:
        invitations.invite(work, asked)


def test_A3_a_leaver_waits_at_the_same_name_in_another_domain_of_the_organisation(
    cast: Cast, context: AppContext, mailbox: Mailbox
) -> None:
    close_tom(cast)
    with everything(context) as work:
        work.add(WorkDomain(domain="heatonbeck.example", organisation_id=organisation_id(context)))
    back = Joined(
        context,
        mailbox,
        "tomellis@heatonbeck.example",
        first_name="Thomas",
        last_name="E",
        organisation_id=organisation_id(context),
    )
    assert back.outcome is Outcome.waiting


def test_A3_a_second_account_of_the_same_name_in_the_organisation_waits(
    cast: Cast, context: AppContext, mailbox: Mailbox
) -> None:
    """He was removed from a child and registers the office's mailbox: as a new person he would be barred nowhere."""
    second = Joined(
        context,
        mailbox,
        "office@heatonbeck.sch.example",
        first_name="Tom",
        last_name="Ellis",
        organisation_id=organisation_id(context),
    )
    assert second.outcome is Outcome.waiting
    assert any("Tom Ellis" in reason for reason in second.reasons(cast))


def test_A2_the_page_says_why_a_role_is_refused(app: Flask, cast: Cast, make: Maker) -> None:
    make.link(make.child(), cast.pat)
    page = post_with_token(cast.ines.browser(), app, f"/users/{cast.pat.id}/roles", {"roles": "sen_officer"})
    assert page.status_code == 422
    assert "This account follows a child or young person as family" in page.text


def test_B10_the_page_names_the_domain_that_is_personal(app: Flask, cast: Cast, context: AppContext) -> None:
    with everything(context) as work:
        work.get(Person, cast.tom.id).email = "tom@gmail.com"
    page = post_with_token(cast.ines.browser(), app, f"/users/{cast.tom.id}/roles", {"roles": "admin"})
    assert page.status_code == 422 and "gmail.com is a personal email service" in page.text
