"""A2, A5, B14, C4: ways round what each parent, young person and professional may know, tried as an outsider would."""

from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import select

from app.accounts import membership
from app.cases import advice_requests, duplicates, invitations, links, merges
from app.core.errors import Conflict, Incomplete, NotFound, PortalError, ValidationFailed
from app.core.roles import WorkflowRole
from app.core.unit_of_work import AppContext
from app.forms import drafts
from app.forms.queries.shares import consents_in_force, open_shares
from app.forms.reading import read
from app.forms.rules.sharing import SharingChoice
from app.forms.sharing import set_sharing
from app.models import Child, ChildLink
from tests.cast import Actor, Cast, everything, membership_of
from tests.filled_forms import fill_in, send
from tests.make import Maker, parent


def linked_to(context: AppContext, child_id: int, person_id: int) -> bool:
    with everything(context) as work:
        link = (
            ChildLink.child_id == child_id,
            ChildLink.person_id == person_id,
            ChildLink.ended_at.is_(None),
        )
        return work.session.scalars(select(ChildLink.id).where(*link)).first() is not None


def note_that_must_not_know(cast: Cast, make: Maker, child: Child, *names: str) -> None:
    """Pat's consent form says that these must not know."""
    consent = make.consent(child, cast.pat)
    fill_in(
        cast.pat, consent.id, sharing={"not_share": [{"name": name, "why": "No contact."} for name in names]}
    )
    send(cast.pat, consent.id)


def advice_of(cast: Cast, make: Maker, child: Child, author: Actor) -> int:
    advice = make.advice(child, author)
    fill_in(author, advice.id)
    send(author, advice.id)
    return int(advice.id)


# --- a colleague who is the parent without contact ----------------------------------------------------


def test_A2_a_colleague_who_must_not_know_is_not_added_by_a_colleague(
    context: AppContext, cast: Cast, make: Maker
) -> None:
    child = make.child(linked=(cast.pat, cast.hana))
    note_that_must_not_know(cast, make, child, "Idris Clarke")
    with pytest.raises(ValidationFailed), cast.hana.works() as work:
        links.bring_in(work, child.id, cast.idris.id)
    assert not linked_to(context, child.id, cast.idris.id)


def test_A2_a_colleague_who_must_not_know_is_assigned_nothing(
    context: AppContext, cast: Cast, make: Maker
) -> None:
    child = make.child(linked=(cast.pat,))
    queue = make.queue(child, cast.hana)
    note_that_must_not_know(cast, make, child, "Idris Clarke")
    for who in (cast.idris, cast.hana):
        with pytest.raises((ValidationFailed, NotFound)), who.works() as work:
            links.assign(work, queue.id, cast.idris.id)
    assert not linked_to(context, child.id, cast.idris.id)


def test_A2_an_organisation_in_which_a_named_person_works_is_not_linked_without_a_warning(
    cast: Cast, make: Maker
) -> None:
    child = make.child(linked=(cast.pat,))
    note_that_must_not_know(cast, make, child, "Idris Clarke")
    with pytest.raises(ValidationFailed, match="Idris Clarke"), cast.olu.works() as work:
        links.link_organisation(work, child.id, cast.hana.principal.organisation_id or 0)
    with cast.olu.works() as work:
        links.link_organisation(work, child.id, cast.hana.principal.organisation_id or 0, despite=True)


# --- words for relations -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("note", "relationship"),
    [
        ("her step mother", "Stepmother"),
        ("her stepmother", "Step mother"),
        ("step-mum", "step mum"),
        ("the other parent", "Father"),
        ("his dad", "Parent"),
        ("mum's ex-partner", "Partner"),
        ("her ex-husband", "Husband"),
        ("both grandmothers", "Grandmother"),
        ("mum's boyfriend", "Boyfriend"),
        ("his foster carer", "Foster carer"),
        ("nobody in the family", "Aunt"),
        ("papa", "Father"),
        ("half-brother", "Half brother"),
        ("her cousin", "Cousin"),
    ],
)
def test_A2_relations_in_other_words_are_warned_of(
    cast: Cast, make: Maker, note: str, relationship: str
) -> None:
    child = make.child(linked=(cast.pat,))
    note_that_must_not_know(cast, make, child, note)
    with pytest.raises(ValidationFailed), cast.olu.works() as work:
        invitations.invite(work, parent(child.id, "Toni", "Vale", "toni@mail.example", relationship))


# --- a note that arrives later ------------------------------------------------------------------------


def test_A2_sharing_that_goes_on_is_warned_of_when_a_form_names_a_reader_later(
    cast: Cast, make: Maker
) -> None:
    child = make.child(linked=(cast.pat, cast.ann, cast.sana))
    fathers = make.link(child, cast.quinn, relationship_to_child="Father")
    advice = advice_of(cast, make, child, cast.ann)
    with cast.olu.works() as work:
        set_sharing(work, advice, SharingChoice(links=frozenset({fathers.id})))
    note_that_must_not_know(cast, make, child, "Quinn Barker")
    choice = SharingChoice(professionals=True, links=frozenset({fathers.id}))
    with pytest.raises(ValidationFailed, match="Quinn Barker"), cast.olu.works() as work:
        set_sharing(work, advice, choice)


# --- consent ------------------------------------------------------------------------------------------


def test_C4_nothing_is_shared_on_a_consent_that_was_withdrawn_meanwhile(
    context: AppContext, cast: Cast, make: Maker
) -> None:
    child = make.child(linked=(cast.pat, cast.ann, cast.sana))
    note_that_must_not_know(cast, make, child)
    advice = advice_of(cast, make, child, cast.ann)
    with everything(context) as work:
        (consent,) = consents_in_force(work.session, child.id)
    with cast.pat.works() as work:
        drafts.withdraw(work, consent.form_id)
    with pytest.raises((ValidationFailed, Conflict)), cast.olu.works() as work:
        set_sharing(work, advice, SharingChoice(professionals=True, on_consent=True), 1)
    with everything(context) as work:
        assert open_shares(work.session, advice) == []


def test_C4_a_share_ends_with_a_consent_that_was_given_after_it(cast: Cast, make: Maker) -> None:
    child = make.child(linked=(cast.pat, cast.ann, cast.sana))
    advice = advice_of(cast, make, child, cast.ann)
    with cast.olu.works() as work:
        set_sharing(work, advice, SharingChoice(professionals=True, on_consent=True))
    consent = asked_consent(cast, make, child)
    with cast.pat.works() as work:
        drafts.withdraw(work, consent)
    with pytest.raises(PortalError), cast.sana.works() as work:
        read(work, advice)


def asked_consent(cast: Cast, make: Maker, child: Child) -> int:
    consent = make.consent(child, cast.pat)
    fill_in(cast.pat, consent.id)
    send(cast.pat, consent.id)
    return int(consent.id)


def test_C4_a_parent_does_not_consent_for_a_young_person_over_school_age(cast: Cast, make: Maker) -> None:
    child = make.child(linked=(cast.pat,), date_of_birth=date(2008, 3, 14))
    consent = make.consent(child, cast.pat)
    fill_in(
        cast.pat, consent.id, who={"who": "parent", "relationship": "Mother", "has_responsibility": "yes"}
    )
    with pytest.raises(Incomplete):
        send(cast.pat, consent.id)


@pytest.mark.parametrize("who", ["parent", "supporter"])
def test_A2_a_young_person_does_not_consent_as_their_parent(cast: Cast, make: Maker, who: str) -> None:
    child = make.child(date_of_birth=date(2010, 10, 14))
    make.link(child, cast.quinn, part=WorkflowRole.young_person, relationship_to_child="Young person")
    consent = make.consent(child, cast.quinn)
    fill_in(cast.quinn, consent.id, who={"who": who, "relationship": "Mother", "supporter_details": "Me"})
    with pytest.raises(Incomplete):
        send(cast.quinn, consent.id)


def test_A2_a_parent_does_not_consent_as_the_young_person(cast: Cast, make: Maker) -> None:
    child = make.child(date_of_birth=date(2008, 3, 14))
    make.link(child, cast.quinn, relationship_to_child="Father")
    consent = make.consent(child, cast.quinn)
    fill_in(cast.quinn, consent.id, who={"who": "young_person", "own_decision": "yes"})
    with pytest.raises(Incomplete):
        send(cast.quinn, consent.id)


def test_A2_another_parent_and_another_child_begin_no_consent_of_hers(cast: Cast, make: Maker) -> None:
    child = make.child(linked=(cast.pat, cast.quinn))
    note_that_must_not_know(cast, make, child)
    with cast.pat.works() as work:
        mine = advice_requests.start_consent(work, child.id).id
    for who in (cast.quinn, cast.sana, cast.mary):
        with pytest.raises(PortalError), who.works() as work:
            drafts.withdraw(work, mine)
    with pytest.raises(PortalError), cast.quinn.works() as work:
        read(work, mine)


# --- merges -------------------------------------------------------------------------------------------


def merged(cast: Cast, newer_id: int) -> int:
    """Merge a record into the one that it may be a duplicate of. Return the number of the merge."""
    with cast.olu.works() as work:
        remaining = duplicates.same_child(work, newer_id)
        return merges.merges_of(work, remaining.id)[0].merge_id


def test_A2_a_risk_noted_after_a_merge_stays_with_both_records_when_it_is_undone(
    context: AppContext, cast: Cast, make: Maker
) -> None:
    older = make.child(linked=(cast.rhys,))
    newer = make.child(linked=(cast.pat,), possible_duplicate_of_id=older.id)
    consent = make.consent(newer, cast.pat)
    merge_id = merged(cast, newer.id)
    fill_in(cast.pat, consent.id, sharing={"not_share": [{"name": "Quinn Barker", "why": "Order"}]})
    send(cast.pat, consent.id)
    with cast.olu.works() as work:
        merges.undo_merge(work, merge_id, "Two children")
    with everything(context) as work:
        assert work.get(Child, newer.id).contact_risk
        assert work.get(Child, older.id).contact_risk


# --- an unconfirmed member ----------------------------------------------------------------------------


@pytest.fixture
def unconfirmed(context: AppContext, cast: Cast) -> Actor:
    """Tom has a school mailbox, and no one has confirmed that he works there."""
    with everything(context) as work:
        membership_of(work, cast.tom.id).confirmed_at = None
    cast.tom.principal = replace(cast.tom.principal, is_confirmed=False)
    return cast.tom


def test_A3_what_is_shared_with_professionals_is_closed_to_the_unconfirmed(
    cast: Cast, make: Maker, unconfirmed: Actor
) -> None:
    child = make.child(linked=(cast.ann, unconfirmed))
    advice = advice_of(cast, make, child, cast.ann)
    with cast.olu.works() as work:
        set_sharing(work, advice, SharingChoice(professionals=True, on_consent=False))
    with pytest.raises(PortalError), unconfirmed.works() as work:
        read(work, advice)


def test_A3_a_record_of_an_unconfirmed_person_is_not_merged_before_they_are_confirmed(
    context: AppContext, cast: Cast, make: Maker, unconfirmed: Actor
) -> None:
    older = make.child(linked=(cast.rhys,))
    newer = make.child(linked=(unconfirmed,), possible_duplicate_of_id=older.id)
    with pytest.raises(ValidationFailed, match="Tom Ellis"), cast.olu.works() as work:
        duplicates.same_child(work, newer.id)
    with cast.olu.works() as work:
        membership.confirm(work, unconfirmed.membership_id)
    merged(cast, newer.id)
    assert linked_to(context, older.id, unconfirmed.id)


def test_A3_the_unconfirmed_see_no_names_on_a_child_that_they_added(
    cast: Cast, make: Maker, unconfirmed: Actor
) -> None:
    child = make.child(linked=(unconfirmed, cast.ann, cast.pat))
    for part in ("", "/people", "/forms", "/messages"):
        answer = unconfirmed.browser().get(f"/children/{child.id}{part}")
        assert answer.status_code == 200
        for name in ("Ann Kowalska", "Pat Hussain"):
            assert name not in answer.text, part


# --- marks on the work of the unconfirmed -------------------------------------------------------------


def test_A3_the_team_reads_that_no_one_has_confirmed_the_author(
    context: AppContext, cast: Cast, make: Maker, unconfirmed: Actor
) -> None:
    child = make.child(linked=(unconfirmed,))
    request = make.request(child, unconfirmed)
    fill_in(unconfirmed, request.id)
    send(unconfirmed, request.id)
    browser = cast.olu.browser()
    warning = "No one has confirmed that Tom Ellis works for Heaton Beck Primary School"
    assert warning in browser.get(f"/forms/{request.id}/read").text
    assert "(author not confirmed)" in browser.get("/requests/list/").text
    for part in ("", "/forms"):
        assert "Author not confirmed" in browser.get(f"/children/{child.id}{part}").text, part
    for part in ("", "/people"):
        assert ">Not confirmed<" in browser.get(f"/children/{child.id}{part}").text, part
    with cast.olu.works() as work:
        membership.refuse(work, unconfirmed.membership_id)
    assert warning in browser.get(f"/forms/{request.id}/read").text, "also after the account was closed"


def test_A3_a_confirmed_author_has_no_mark(cast: Cast, make: Maker) -> None:
    child = make.child(linked=(cast.sana,))
    request = make.request(child, cast.sana)
    fill_in(cast.sana, request.id)
    send(cast.sana, request.id)
    browser = cast.olu.browser()
    for path in (
        f"/forms/{request.id}/read",
        "/requests/list/",
        f"/children/{child.id}",
        f"/children/{child.id}/people",
    ):
        assert "onfirmed" not in browser.get(path).text, path
