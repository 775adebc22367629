"""A child's record can be corrected; each change keeps the old value, the new one and the reason."""

from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import select

from app.cases import children
from app.cases.child_corrections import Correction, correct_child, may_correct
from app.children.child_details import NewChild, details_of
from app.core.base import utc_now
from app.core.errors import Forbidden, NotFound, ValidationFailed
from app.forms.rules.workflow import FormState
from app.models import AuditRow, Child, ChildName, Request
from tests.cast import everything

TYPED = NewChild(
    forenames="Amina",
    surname="Shah",
    date_of_birth=date(2017, 3, 14),
    address="4 Beck Lane",
    postcode="BD9 4NQ",
    upn="B801200005001",
)


@pytest.fixture
def added(cast):
    with cast.sana.works() as work:
        return children.add_child(work, TYPED).child_id


def correct(actor, child_id, reason="She told us", setting_id=None, version=None, **changes):
    with actor.works() as work:
        child = work.get(Child, child_id)
        held, setting = details_of(child), setting_id or child.setting_id
        over = child.version if version is None else version
    with actor.works() as work:
        return correct_child(work, child_id, Correction(replace(held, **changes), setting, reason, over))


def audited(context):
    with everything(context) as work:
        return work.session.scalars(select(AuditRow).where(AuditRow.event == "ChildCorrected")).all()


def test_b2_the_sen_team_corrects_every_detail_and_the_audit_keeps_old_and_new(cast, added, context):
    other = cast.rhys.principal.organisation_id
    changes = {
        "forenames": "Aminah",
        "surname": "Shaw",
        "known_as": "Mina",
        "date_of_birth": date(2016, 3, 14),
        "address": "5 Beck Lane",
        "postcode": "BD1 1HX",
        "upn": "T380200026001",
        "nhs_number": "9434765919",
    }

    changed = correct(cast.olu, added, "The birth certificate", other, **changes)

    with cast.olu.works() as work:
        child = work.get(Child, added)
        assert {name: getattr(child, name) for name in changes} == changes
        assert (child.setting_id, child.search_name) == (other, "shaw aminah mina")
        words = set(work.session.scalars(select(ChildName.word).where(ChildName.child_id == added)))
    assert words == {"shaw", "aminah", "mina"}
    assert set(changed) == {*changes, "setting_id"}
    (row,) = audited(context)
    assert row.child_id == added
    assert row.actor_id == cast.olu.id
    assert row.facts["changes"]["surname"] == ["Shah", "Shaw"]
    assert row.facts["changes"]["date_of_birth"] == ["2017-03-14", "2016-03-14"]
    assert row.facts["reason"] == "The birth certificate"


def test_b2_a_child_without_a_last_name_is_recorded_as_such(cast, added):
    correct(cast.olu, added, surname="", has_no_surname=True)

    with cast.olu.works() as work:
        child = work.get(Child, added)
    assert (child.surname, child.has_no_surname, child.name) == ("", True, "Amina")


def test_b2_nothing_changed_is_no_change(cast, added, context):
    assert correct(cast.olu, added) == {}
    assert audited(context) == []


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"upn": "X"}, "upn"),
        ({"surname": ""}, "surname"),
        ({"date_of_birth": date(2090, 1, 1)}, "date_of_birth"),
    ],
)
def test_b2_a_mistake_is_refused_where_it_was_made(cast, added, changes, field):
    with pytest.raises(ValidationFailed) as refused:
        correct(cast.olu, added, **changes)
    assert [fault.field for fault in refused.value.faults] == [field]


def test_b2_a_reason_is_needed(cast, added):
    with pytest.raises(ValidationFailed) as refused:
        correct(cast.olu, added, reason=" ", surname="Shaw")
    assert [fault.field for fault in refused.value.faults] == ["reason"]


def test_b2_nothing_that_another_officer_changed_is_overwritten(cast, added):
    correct(cast.olu, added, surname="Shaw")

    with pytest.raises(ValidationFailed):
        correct(cast.mary, added, version=1, surname="Shore")
    with cast.olu.works() as work:
        assert work.get(Child, added).surname == "Shaw"


def test_b2_a_senco_corrects_while_the_request_is_a_draft_and_never_the_school(cast, added):
    correct(cast.sana, added, surname="Shaw", setting_id=cast.rhys.principal.organisation_id)

    with cast.olu.works() as work:
        child = work.get(Child, added)
    assert (child.surname, child.setting_id) == ("Shaw", cast.sana.principal.organisation_id)


def test_b2_not_once_the_request_was_sent(cast, added, context):
    with everything(context) as work:
        request = work.session.scalars(select(Request).where(Request.child_id == added)).one()
        request.state, request.received_on = FormState.submitted, work.today

    with pytest.raises(Forbidden):
        correct(cast.sana, added, surname="Shaw")


def test_b2_not_while_the_sen_team_knows_the_child_from_another_form(cast, added, make, context):
    with everything(context) as work:
        child = work.get(Child, added)
    make.advice(child, cast.ann, state=FormState.submitted, submitted_at=utc_now())

    with cast.sana.works() as work:
        assert not may_correct(work, added)


@pytest.mark.parametrize("who", ["rhys", "ann", "pat", "ines"])
def test_b2_no_one_else_corrects(cast, added, who):
    with pytest.raises((NotFound, Forbidden)):
        correct(getattr(cast, who), added, surname="Shaw")


@pytest.mark.parametrize("who", ["ann", "pat"])
def test_b2_being_linked_is_not_enough(cast, added, make, context, who):
    with everything(context) as work:
        child = work.get(Child, added)
    make.link(child, getattr(cast, who))

    with pytest.raises(Forbidden):
        correct(getattr(cast, who), added, surname="Shaw")


def test_b2_a_correction_that_makes_two_records_alike_is_noticed(cast, added, make):
    with cast.olu.works() as work:
        older = work.get(Child, added)
    newer = make.child(forenames="Zofia", surname="Nowak", date_of_birth=date(2015, 1, 1), postcode="BD1 1HX")

    correct(
        cast.olu,
        newer.id,
        forenames="Amina",
        surname="Shah",
        date_of_birth=older.date_of_birth,
        address="4 Beck Lane",
        upn_missing_reason="UN3",
    )

    with cast.olu.works() as work:
        assert work.get(Child, newer.id).possible_duplicate_of_id == added
