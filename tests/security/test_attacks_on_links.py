"""Attacks on who is involved with a child: a removed person, a leaver, a removed organisation, two officers at once."""

import pytest
from sqlalchemy import select

from app.accounts import accounts
from app.cases import advice_requests, children, duplicates, invitations, links, merges
from app.core.errors import Forbidden, NotFound, ValidationFailed
from app.core.roles import Role
from app.core.unit_of_work import AppContext
from app.models import Child, ChildLink, Form, Invitation, Organisation, Person
from tests.cast import Actor, Cast, everything
from tests.integration.cases.test_children import TYPED
from tests.make import Maker, parent
from tests.security.test_two_at_once import Deed, at_once, open_links


def sees(actor: Actor, child: Child) -> bool:
    try:
        with actor.works() as work:
            return bool(work.get(Child, child.id))
    except NotFound:
        return False


def remove(cast: Cast, link: ChildLink) -> None:
    with cast.olu.works() as work:
        links.end_link(work, link.id)


# --- A8: what the SEN team removed only the SEN team restores -------------------------------------


def test_A8_an_older_invitation_at_a_second_address_ends_with_the_link(cast: Cast, make: Maker) -> None:
    child = make.child()
    with cast.olu.works() as work:
        asked = invitations.invite(work, parent(child.id, "Pat", "Hussain", "second@home.example"))
        asked_id = asked.id
    link = make.link(child, cast.pat)
    with cast.pat.works() as work:
        name = work.get(Person, cast.pat.id).name
    assert name == "Pat Hussain"

    remove(cast, link)

    with cast.olu.works() as work:
        assert work.get(Invitation, asked_id).withdrawn_at is not None


def test_A8_merging_does_not_bring_back_whom_the_sen_team_removed(cast: Cast, make: Maker) -> None:
    """A removed SENCO adds the child again, and the officer finds that the two records are one child."""
    older = make.child()
    remove(cast, make.link(older, cast.rhys))
    newer = make.child(possible_duplicate_of_id=older.id, linked=(cast.rhys,))

    with pytest.raises(ValidationFailed, match="Rhys Morgan"), cast.olu.works() as work:
        duplicates.same_child(work, newer.id)
    assert not sees(cast.rhys, older)


def test_A8_merging_does_not_bring_back_an_organisation_that_was_removed(cast: Cast, make: Maker) -> None:
    older = make.child()
    newer = make.child(possible_duplicate_of_id=older.id)
    remove(cast, make.queue(newer, cast.hana))
    make.queue(older, cast.hana)

    with pytest.raises(ValidationFailed, match="Airedale"), cast.olu.works() as work:
        duplicates.same_child(work, newer.id)


def test_A8_a_removed_organisation_does_not_read_through_a_colleague(cast: Cast, make: Maker) -> None:
    child = make.child()
    make.link(child, cast.hana, through_queue=True)
    queue = make.queue(child, cast.hana)
    assert sees(cast.idris, child)

    remove(cast, queue)

    assert sees(cast.hana, child), "the SEN team linked her by name"
    assert not sees(cast.idris, child)


def test_A8_a_colleague_adds_no_one_of_an_organisation_that_was_removed(cast: Cast, make: Maker) -> None:
    child = make.child()
    make.link(child, cast.hana)
    remove(cast, make.queue(child, cast.hana))

    with pytest.raises(ValidationFailed, match="Only the SEN team"), cast.hana.works() as work:
        links.bring_in(work, child.id, cast.idris.id)
    assert not sees(cast.idris, child)


def test_A8_an_undone_merge_restores_no_one_removed_meanwhile(cast: Cast, make: Maker) -> None:
    older = make.child(linked=(cast.ann, cast.pat))
    newer = make.child(possible_duplicate_of_id=older.id, linked=(cast.ann, cast.pat))
    with cast.olu.works() as work:
        duplicates.same_child(work, newer.id)
        merge_id = merges.merges_of(work, older.id)[0].merge_id
    with everything(cast.olu.app.extensions["app_context"]) as work:
        mine = [
            link.id for link in work.session.scalars(select(ChildLink).where(ChildLink.ended_at.is_(None)))
        ]
    for link_id in mine:
        with cast.olu.works() as work:
            links.end_link(work, link_id)
    with cast.olu.works() as work:
        merges.undo_merge(work, merge_id, "Twins.")
    for actor in (cast.ann, cast.pat):
        assert not sees(actor, older) and not sees(actor, newer)


def test_A8_a_secret_address_noted_while_merged_stays_secret_when_the_merge_is_undone(
    cast: Cast, make: Maker
) -> None:
    older = make.child()
    newer = make.child(possible_duplicate_of_id=older.id)
    with cast.olu.works() as work:
        duplicates.same_child(work, newer.id)
        merge_id = merges.merges_of(work, older.id)[0].merge_id
    with cast.olu.works() as work:
        children.set_contact_risk(work, older.id, True, "Court order.")
    with cast.olu.works() as work:
        merges.undo_merge(work, merge_id, "Twins.")
    with cast.olu.works() as work:
        assert work.get(Child, newer.id).contact_risk


def test_A8_no_one_of_an_organisation_not_in_use_is_asked_or_linked(
    cast: Cast, make: Maker, context: AppContext
) -> None:
    child = make.child()
    with everything(context) as work:
        work.get(Organisation, cast.ann.principal.organisation_id).active = False
    with pytest.raises(ValidationFailed, match="no longer in use"), cast.olu.works() as work:
        links.link_person(work, child.id, cast.ann.id)
    with pytest.raises(ValidationFailed, match="no longer in use"), cast.olu.works() as work:
        advice_requests.ask_for_advice(work, child.id, "advice_psychology", person_id=cast.ann.id)
    make.link(child, cast.ann)
    with pytest.raises(ValidationFailed, match="no longer in use"), cast.olu.works() as work:
        advice_requests.ask_for_advice(work, child.id, "advice_psychology", person_id=cast.ann.id)


def test_A8_people_of_an_organisation_not_in_use_add_no_child(cast: Cast, context: AppContext) -> None:
    with everything(context) as work:
        work.get(Organisation, cast.sana.principal.organisation_id).active = False
    with pytest.raises(Forbidden), cast.sana.works() as work:
        children.add_child(work, TYPED)


def test_A9_a_child_added_while_the_account_is_closed_is_not_stranded(
    cast: Cast, context: AppContext
) -> None:
    adds: Deed = lambda work: children.add_child(work, TYPED)  # noqa: E731
    at_once((cast.ines, lambda work: accounts.deactivate(work, cast.sana.id)), (cast.sana, adds))
    with everything(context) as work:
        left = select(ChildLink.person_id).where(ChildLink.ended_at.is_(None))
        assert cast.sana.id not in work.session.scalars(left).all()


def test_A9_asking_many_for_advice_while_their_account_is_closed(
    cast: Cast, make: Maker, context: AppContext
) -> None:
    made = [make.child(linked=(cast.ann,) if n % 2 else ()) for n in range(10)]

    results = at_once(
        (cast.ines, lambda work: accounts.deactivate(work, cast.ann.id)),
        *(
            (
                cast.olu,
                lambda work, c=child: advice_requests.ask_for_advice(
                    work, c.id, "advice_psychology", person_id=cast.ann.id
                ),
            )
            for child in made
        ),
    )

    assert set(results) <= {"done", "ValidationFailed"}
    with everything(context) as work:
        forms = list(work.session.scalars(select(Form).where(Form.kind == "advice")).unique())
    for form in forms:
        assert form.author_id is None
        assert [link.person_id for link in open_links(context, form.child_id)] == [None]


# --- a lead, and someone who is a lead no longer ---------------------------------------------------


def test_A9_a_lead_whose_account_was_closed_is_no_lead_when_it_is_opened_again(cast: Cast) -> None:
    with cast.ines.works() as work:
        accounts.deactivate(work, cast.sana.id)
    with cast.ines.works() as work:
        person = accounts.reactivate(work, cast.sana.id)
        assert not any(each.leads for each in person.memberships)


def test_A9_a_lead_who_is_no_professional_any_more_confirms_no_one(cast: Cast) -> None:
    with cast.ines.works() as work:
        person = accounts.set_roles(work, cast.sana.id, [Role.parent])
        assert not any(each.leads for each in person.memberships)
        assert all(each.confirmed_at is None for each in person.memberships)
