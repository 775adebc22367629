"""Adding a child, and what becomes of a likely duplicate."""

from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import func, select

from app.cases import children, duplicates
from app.children.child_details import NewChild
from app.core.errors import Forbidden, InvalidState, NotFound, ValidationFailed
from app.forms.rules.workflow import FormState
from app.models import Child, ChildLink, Request
from tests.cast import everything

TYPED = NewChild(
    forenames=" Amina  Noor ",
    surname="O’Shah",
    date_of_birth=date(2017, 3, 14),
    address=" 4 Beck Lane \n\n Bradford ",
    postcode="bd94nq",
    known_as="Mina",
    upn="b801200005001",
    nhs_number="943 476 5870",
)


def add(actor, typed=TYPED):
    with actor.works() as work:
        request = children.add_child(work, typed)
        events = [event.name for event in work.events]
        return request.id, request.child_id, events


def test_a_senco_adds_a_child_is_linked_and_begins_the_request(cast):
    form_id, child_id, events = add(cast.sana)

    with cast.sana.works() as work:
        child, request = work.get(Child, child_id), work.get(Request, form_id)
        link = work.session.scalars(select(ChildLink).where(ChildLink.child_id == child_id)).one()
    assert (child.forenames, child.surname, child.search_name) == (
        "Amina Noor",
        "O'Shah",
        "oshah amina noor aminanoor mina",
    )
    assert (child.address, child.postcode) == ("4 Beck Lane\nBradford", "BD9 4NQ")
    assert (child.upn, child.nhs_number, child.upn_missing_reason) == ("B801200005001", "9434765870", None)
    assert child.setting_id == cast.sana.principal.organisation_id
    assert (request.state, request.author_id) == (FormState.draft, cast.sana.id)
    assert request.organisation_id == cast.sana.principal.organisation_id
    assert request.form_version.template.key == "request"
    assert (link.person_id, link.relationship_to_child) == (cast.sana.id, "SENCO")
    assert events == ["ChildAdded", "ChildLinked", "RequestStarted"]


@pytest.mark.parametrize("who", ["ann", "hana", "sol", "olu", "mary", "ines", "pat"])
def test_only_education_adds_children(cast, who, context):
    with pytest.raises(Forbidden):
        add(getattr(cast, who))
    with everything(context) as work:
        assert work.session.scalar(select(func.count()).select_from(Child)) == 0


def test_every_fault_is_named_at_once_and_nothing_is_stored(cast, context):
    wrong = NewChild(
        forenames=" ",
        surname="",
        date_of_birth=None,
        address="",
        postcode="BD9",
        known_as="x" * 101,
        upn="A000",
        nhs_number="123",
    )

    with pytest.raises(ValidationFailed) as refused, cast.sana.works() as work:
        children.add_child(work, wrong)

    assert [fault.field for fault in refused.value.faults] == [
        "forenames",
        "surname",
        "known_as",
        "date_of_birth",
        "address",
        "postcode",
        "upn",
        "nhs_number",
    ]
    with everything(context) as work:
        assert work.session.scalar(select(func.count()).select_from(Child)) == 0


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"date_of_birth": date(2026, 11, 24)}, "date_of_birth", "in the past"),
        ({"date_of_birth": date(2001, 11, 23)}, "date_of_birth", "25th birthday"),
        ({"upn": ""}, "upn", "choose why there is none"),
        ({"postcode": " "}, "postcode", "Enter the postcode"),
        ({"address": "x" * 501}, "address", "500 characters"),
    ],
)
def test_each_rule_says_what_to_do(changes, field, words):
    faults = children.check_details(replace(TYPED, **changes), date(2026, 11, 23))
    assert [fault.field for fault in faults] == [field]
    assert words in faults[0].text


def test_a_reason_replaces_the_upn(cast):
    _, child_id, _ = add(cast.sana, replace(TYPED, upn="", upn_missing_reason="UN8", nhs_number=""))
    with cast.sana.works() as work:
        child = work.get(Child, child_id)
    assert (child.upn, child.upn_missing_reason, child.nhs_number) == (None, "UN8", None)


def test_a_likely_duplicate_notifies_the_team_and_is_hidden_from_who_added(cast, make):
    known = make.child(linked=(cast.rhys,), surname="O'Shah", forenames="Amina Noor")

    _, child_id, events = add(cast.sana)

    assert "PossibleDuplicateFound" in events
    with cast.olu.works() as work:
        assert work.get(Child, child_id).possible_duplicate_of_id == known.id
    with pytest.raises(NotFound), cast.sana.works() as work:
        work.get(Child, known.id)


def test_after_looking_for_duplicates_the_person_sees_no_more_than_before(cast, make):
    known = make.child(linked=(cast.rhys,))
    with cast.sana.works() as work:
        children.add_child(work, TYPED)
        assert known.id not in set(work.session.scalars(select(Child.id)))


def test_a_stranger_with_another_name_is_no_duplicate(cast, make):
    make.child(linked=(cast.rhys,), surname="Long", forenames="Bea", postcode="LS1 1AA")
    _, child_id, events = add(cast.sana)
    assert "PossibleDuplicateFound" not in events
    with cast.olu.works() as work:
        assert work.get(Child, child_id).possible_duplicate_of_id is None


@pytest.fixture
def pair(cast, make):
    """An older record at one school, and a newer one at another that may be the same child."""
    older = make.child(linked=(cast.rhys, cast.ann), upn=None, postcode="LS1 1AA")
    newer = make.child(
        linked=(cast.sana, cast.ann),
        possible_duplicate_of_id=older.id,
        upn="B801200005001",
        nhs_number="9434765870",
    )
    return older, newer


def test_one_child_everything_moves_to_the_older_record(cast, make, pair, context):
    older, newer = pair
    request = make.request(newer, cast.sana)
    message = make.message(cast.sana, child_id=newer.id, form_id=request.id)
    third = make.child(possible_duplicate_of_id=newer.id)

    with cast.olu.works() as work:
        remaining = duplicates.same_child(work, newer.id)
        events = [(event.name, event.child_id, event.facts()) for event in work.events]

    assert remaining.id == older.id
    assert events == [("DuplicateSettled", older.id, {"of_child_id": newer.id, "same": True})]
    with everything(context) as work:
        assert work.get(Request, request.id).child_id == older.id
        assert work.get(type(message), message.id).child_id == older.id
        assert work.get(Child, older.id).upn == "B801200005001"
        assert work.get(Child, older.id).postcode == "LS1 1AA"
        assert work.get(Child, newer.id).merged_into_id == older.id
        assert work.get(Child, third.id).possible_duplicate_of_id == older.id
        open_links = select(ChildLink.person_id).where(
            ChildLink.child_id == older.id, ChildLink.ended_at.is_(None)
        )
        assert sorted(work.session.scalars(open_links)) == sorted([cast.rhys.id, cast.ann.id, cast.sana.id])


def test_a_merged_record_is_seen_by_no_one_and_the_remaining_one_by_all_who_were_linked(cast, pair):
    older, newer = pair
    with cast.olu.works() as work:
        duplicates.same_child(work, newer.id)

    for who in (cast.olu, cast.mary, cast.sana, cast.ann):
        with pytest.raises(NotFound), who.works() as work:
            work.get(Child, newer.id)
        with who.works() as work:
            assert work.get(Child, older.id).id == older.id


def test_two_children_stay_two(cast, pair):
    older, newer = pair
    with cast.olu.works() as work:
        duplicates.different_children(work, newer.id)
        assert [(event.name, event.facts()["same"]) for event in work.events] == [("DuplicateSettled", False)]

    with cast.olu.works() as work:
        assert work.get(Child, newer.id).possible_duplicate_of_id is None
    with pytest.raises(InvalidState), cast.olu.works() as work:
        duplicates.same_child(work, newer.id)
    with pytest.raises(NotFound), cast.sana.works() as work:
        work.get(Child, older.id)


@pytest.mark.parametrize("verb", [duplicates.same_child, duplicates.different_children, duplicates.the_pair])
@pytest.mark.parametrize("who", ["sana", "ann", "pat", "ines"])
def test_only_the_sen_team_settles_duplicates(cast, pair, verb, who):
    with pytest.raises((Forbidden, NotFound)), getattr(cast, who).works() as work:
        verb(work, pair[1].id)
    with cast.olu.works() as work:
        assert work.get(Child, pair[1].id).possible_duplicate_of_id == pair[0].id
