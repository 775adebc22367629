"""A2: correcting the name of an account is no way past a note that names its owner."""

from dataclasses import asdict

import pytest

from app.accounts import accounts
from app.accounts.account_details import Details, correct, details_of
from app.accounts.registration_checks import reasons_to_wait, recognised
from app.accounts.tables.log_in import Registration
from app.cases import invitations, links
from app.core.errors import ValidationFailed
from app.core.unit_of_work import AppContext
from app.forms.rules.sharing import SharingChoice
from app.forms.sharing import set_sharing
from app.models import Person
from tests.cast import Actor, Cast, everything
from tests.make import Maker, parent
from tests.security.test_family_attacks import advice_of, note_that_must_not_know
from tests.security.test_named_in_queues import sees
from tests.security.test_named_later import invite, team_inbox

NAME_CHANGED = "has changed their name"


def rename(actor: Actor, first_name: str, last_name: str) -> None:
    with actor.works() as work:
        before = asdict(details_of(work.get(Person, actor.id)))
        correct(work, Details(**before | {"first_name": first_name, "last_name": last_name}))


def test_A2_a_linked_parent_who_changes_their_name_is_still_warned_of(cast: Cast, make: Maker) -> None:
    child = make.child(linked=(cast.pat, cast.ann))
    link = make.link(child, cast.quinn, relationship_to_child="Other")
    advice = advice_of(cast, make, child, cast.ann)
    note_that_must_not_know(cast, make, child, "Quinn Barker")
    rename(cast.quinn, "Alex", "Reed")
    rename(cast.quinn, "Alex", "Rede")
    assert NAME_CHANGED in team_inbox(cast)
    page = cast.olu.browser().get(f"/children/{child.id}/people").text
    assert "Alex Rede" in page and "A form may say they must not know" in page
    with pytest.raises(ValidationFailed, match="Alex Rede"), cast.olu.works() as work:
        set_sharing(work, advice, SharingChoice(links=frozenset({link.id})))


def test_A2_a_renamed_professional_is_warned_of_when_they_are_linked(cast: Cast, make: Maker) -> None:
    child = make.child(linked=(cast.pat, cast.hana))
    note_that_must_not_know(cast, make, child, "Idris Clarke")
    rename(cast.idris, "Ivan", "Mason")
    with pytest.raises(ValidationFailed, match="must not know"), cast.olu.works() as work:
        links.link_person(work, child.id, cast.idris.id)
    with pytest.raises(ValidationFailed, match="Only the SEN team"), cast.hana.works() as work:
        links.bring_in(work, child.id, cast.idris.id)
    with pytest.raises(ValidationFailed, match="Ivan Mason works for"), cast.olu.works() as work:
        links.link_organisation(work, child.id, cast.hana.principal.organisation_id or 0)


def test_A2_a_note_that_comes_after_the_new_name_means_the_former_one_too(cast: Cast, make: Maker) -> None:
    child = make.child(linked=(cast.pat,))
    make.queue(child, cast.hana)
    rename(cast.idris, "Ivan", "Mason")
    assert sees(cast.idris, child)
    note_that_must_not_know(cast, make, child, "Idris Clarke")
    assert not sees(cast.idris, child)


def test_A2_a_person_who_takes_the_name_in_a_note_is_excluded_from_the_queue(cast: Cast, make: Maker) -> None:
    child, other = make.child(linked=(cast.pat,)), make.child()
    for each in (child, other):
        make.queue(each, cast.hana)
    note_that_must_not_know(cast, make, child, "Ivan Mason")
    assert sees(cast.idris, child)
    rename(cast.idris, "Ivan", "Mason")
    assert not sees(cast.idris, child)
    assert sees(cast.idris, other)


def test_A2_a_parent_invited_under_a_new_name_is_warned_of(cast: Cast, make: Maker) -> None:
    child = make.child(linked=(cast.pat,))
    note_that_must_not_know(cast, make, child, "Quinn Barker")
    rename(cast.quinn, "Alex", "Reed")
    asked = parent(child.id, "Alex", "Reed", cast.quinn.email, "Friend")
    with pytest.raises(ValidationFailed, match="Alex Reed must not know"), cast.olu.works() as work:
        invitations.invite(work, asked)


def test_A8_a_removed_parent_under_a_new_name_is_not_invited_without_a_question(
    context: AppContext, cast: Cast, make: Maker
) -> None:
    child = make.child()
    link = make.link(child, cast.quinn)
    with cast.olu.works() as work:
        links.end_link(work, link.id)
    rename(cast.quinn, "John", "Hussain")
    with pytest.raises(ValidationFailed, match="ended the involvement of John Hussain"):
        invite(cast, child)


def test_A2_other_changes_tell_no_one_and_keep_no_names(context: AppContext, cast: Cast, make: Maker) -> None:
    child = make.child(linked=(cast.pat, cast.quinn))
    note_that_must_not_know(cast, make, child, "Rosa Lund")
    rename(cast.quinn, "Quinn", "Barker")
    rename(cast.quinn, "Quinn", "Barker-Reed")
    assert NAME_CHANGED not in team_inbox(cast)
    with everything(context) as work:
        assert work.get(Person, cast.quinn.id).earlier_names == ("Quinn Barker",)


def test_A2_an_officer_who_writes_to_all_sees_who_must_not_know(cast: Cast, make: Maker) -> None:
    child = make.child(linked=(cast.pat, cast.quinn))
    path, warning = f"/messages/write?child_id={child.id}", "A form may say that these people must not know"
    assert warning not in cast.olu.browser().get(path).text
    note_that_must_not_know(cast, make, child, "Quinn Barker")
    page = cast.olu.browser().get(path).text
    assert warning in page and "Quinn Barker. A message to everyone" in page
    assert warning not in cast.pat.browser().get(path).text


def test_A3_a_closed_account_does_not_come_back_under_a_former_name(
    context: AppContext, cast: Cast, make: Maker
) -> None:
    rename(cast.idris, "Ivan", "Mason")
    with cast.ines.works() as work:
        accounts.deactivate(work, cast.idris.id)
    with everything(context) as work:
        organisation_id = cast.idris.principal.organisation_id
        registration = Registration(
            email="i.clarke@" + cast.idris.email.partition("@")[2],
            first_name="Idris",
            last_name="Clarke",
            organisation_id=organisation_id,
        )
        work.session.expunge_all()
        reasons = reasons_to_wait(work, registration, recognised(work, registration.email))
    assert any("closed account of Ivan Mason" in str(each) for each in reasons)
