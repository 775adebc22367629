"""A2, A8: a merge, or the link of one person, gives no one else of their organisation what a form or an officer denied."""

import io

import pytest

from app.cases import duplicates, links, merges, plans
from app.cases.plan_tables import Served
from app.cases.plans import PlanToServe
from app.cases.rules.case_states import CaseState
from app.core.errors import NotFound, ValidationFailed
from app.core.unit_of_work import AppContext
from app.documents import documents
from app.forms import drafts
from app.forms.reading import read
from app.forms.rules.sharing import SharingChoice
from app.forms.sharing import set_sharing
from app.models import ChildLink, Document, Person
from tests.browser import post_with_token
from tests.cast import Cast, everything
from tests.filled_forms import fill_in, send
from tests.make import Maker
from tests.security.test_family_attacks import advice_of, note_that_must_not_know
from tests.security.test_named_in_queues import sees


@pytest.mark.parametrize("note_in_newer", [True, False])
def test_A2_a_merge_all_the_same_keeps_queue_members_whom_a_form_names_away(
    cast: Cast, make: Maker, note_in_newer: bool
) -> None:
    older = make.child()
    newer = make.child(possible_duplicate_of_id=older.id)
    noted, queued = (newer, older) if note_in_newer else (older, newer)
    make.link(noted, cast.pat, relationship_to_child="Mother")
    make.queue(queued, cast.hana)
    note_that_must_not_know(cast, make, noted, "Idris Clarke")
    with pytest.raises(ValidationFailed, match="Idris Clarke"), cast.olu.works() as work:
        duplicates.same_child(work, newer.id)
    with cast.olu.works() as work:
        duplicates.same_child(work, newer.id, despite=True)
    assert sees(cast.hana, older)
    assert not sees(cast.idris, older)
    with cast.olu.works() as work:
        links.link_person(work, older.id, cast.idris.id, despite=True)
    assert sees(cast.idris, older)


def test_A8_an_officer_is_asked_before_linking_someone_of_an_organisation_that_was_removed(
    cast: Cast, make: Maker
) -> None:
    child = make.child()
    queue = make.queue(child, cast.hana)
    with cast.olu.works() as work:
        links.end_link(work, queue.id)
    with pytest.raises(ValidationFailed, match="ended the involvement of"), cast.olu.works() as work:
        links.link_person(work, child.id, cast.idris.id)
    with cast.olu.works() as work:
        links.link_person(work, child.id, cast.idris.id, despite=True)
    assert sees(cast.idris, child)
    assert not sees(cast.hana, child)


def test_A2_linking_an_organisation_warns_of_it_and_of_its_people_at_once(cast: Cast, make: Maker) -> None:
    child = make.child(linked=(cast.pat,))
    with cast.olu.works() as work:
        name = links.professional(work, cast.hana.id).organisation.name
    note_that_must_not_know(cast, make, child, name, "Idris Clarke")
    with pytest.raises(ValidationFailed) as refused, cast.olu.works() as work:
        links.link_organisation(work, child.id, cast.hana.principal.organisation_id or 0)
    faults = " / ".join(str(fault.text) for fault in refused.value.faults)
    assert "Idris Clarke works for" in faults
    assert f"{name} must not know" in faults


def test_A8_a_merge_asks_about_people_of_an_organisation_that_was_removed(cast: Cast, make: Maker) -> None:
    older = make.child()
    newer = make.child(possible_duplicate_of_id=older.id, linked=(cast.hana,))
    queue = make.queue(older, cast.hana)
    with cast.olu.works() as work:
        links.end_link(work, queue.id)
    with pytest.raises(ValidationFailed, match="ended the involvement of"), cast.mary.works() as work:
        duplicates.same_child(work, newer.id)
    assert not sees(cast.hana, older)
    with cast.mary.works() as work:
        duplicates.same_child(work, newer.id, despite=True)
    assert sees(cast.hana, older)


def test_A8_a_merge_asks_about_another_account_with_the_name_of_a_removed_person(
    context: AppContext, cast: Cast, make: Maker
) -> None:
    older = make.child(linked=(cast.quinn,))
    newer = make.child(possible_duplicate_of_id=older.id, linked=(cast.pat,))
    with cast.olu.works() as work:
        (link,) = (each.id for each in work.session.query(ChildLink).filter_by(child_id=older.id))
        links.end_link(work, link)
    with everything(context) as work:
        renamed = work.get(Person, cast.pat.id)
        renamed.first_name, renamed.last_name = "Quin", "Barker"
    browser = cast.mary.browser()
    path = f"/children/{newer.id}/duplicate"
    answer = post_with_token(browser, browser.application, path, {"answer": "same"})
    assert answer.status_code == 422 and "ended the involvement of Quinn Barker" in answer.text
    assert 'name="despite"' in answer.text


def test_A2_a_form_shared_while_two_records_were_one_is_not_shared_across_them(
    cast: Cast, make: Maker
) -> None:
    older = make.child(linked=(cast.ann,))
    newer = make.child(possible_duplicate_of_id=older.id)
    mothers = make.link(newer, cast.pat)
    fathers = make.link(older, cast.quinn)
    advice = advice_of(cast, make, older, cast.ann)
    with cast.olu.works() as work:
        duplicates.same_child(work, newer.id)
    with cast.olu.works() as work:
        set_sharing(work, advice, SharingChoice(links=frozenset({mothers.id, fathers.id})))
    with cast.mary.works() as work:
        merges.undo_merge(work, merges.merges_of(work, older.id)[0].merge_id, "They are twins.")
    make.link(older, cast.pat)  # an officer links her for another reason, and shares nothing
    with pytest.raises(NotFound), cast.pat.works() as work:
        read(work, advice)
    with cast.quinn.works() as work:
        assert read(work, advice).submission is not None


def test_A2_a_consent_given_while_two_records_were_one_goes_with_its_giver(cast: Cast, make: Maker) -> None:
    older = make.child(linked=(cast.ann, cast.quinn))
    newer = make.child(possible_duplicate_of_id=older.id, linked=(cast.pat, cast.hana))
    with cast.olu.works() as work:
        duplicates.same_child(work, newer.id)
    given = {}
    for giver in (cast.pat, cast.quinn):
        given[giver.key] = make.consent(older, giver).id
        fill_in(giver, given[giver.key])
        send(giver, given[giver.key])
    with cast.mary.works() as work:
        merges.undo_merge(work, merges.merges_of(work, older.id)[0].merge_id, "They are twins.")
    for reader, other in ((cast.ann, "pat"), (cast.hana, "quinn")):
        with pytest.raises(NotFound), reader.works() as work:
            read(work, given[other])
    for giver in (cast.pat, cast.quinn):
        with giver.works() as work:
            drafts.withdraw(work, given[giver.key])


def test_A2_a_plan_sent_while_two_records_were_one_goes_with_its_case(
    cast: Cast, make: Maker, context: AppContext
) -> None:
    older = make.child()
    newer = make.child(possible_duplicate_of_id=older.id)
    mothers = make.link(newer, cast.pat)
    fathers = make.link(older, cast.quinn)
    case = make.case(newer, state=CaseState.preparing_plan)
    with cast.olu.works() as work:
        duplicates.same_child(work, newer.id)
    file = documents.receive(context, "plan.txt", io.BytesIO(b"The plan."))
    with cast.olu.works() as work:
        both = PlanToServe(work.today, Served.portal, frozenset({mothers.id, fathers.id}))
        number = plans.serve_draft(work, case.id, both, file).document_id
    with cast.mary.works() as work:
        merges.undo_merge(work, merges.merges_of(work, older.id)[0].merge_id, "They are twins.")
    with cast.pat.works() as work:
        assert work.get(Document, number).child_id == newer.id
        assert [each.document_id for each in plans.plans_of(work, [case.id])] == [number]
    make.link(newer, cast.quinn)  # an officer links him for another reason, and sends nothing
    with cast.quinn.works() as work:
        assert plans.plans_of(work, [case.id]) == []
        with pytest.raises(NotFound):
            work.get(Document, number)
