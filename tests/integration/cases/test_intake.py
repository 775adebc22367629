"""Requests that reach the council by letter, email or telephone, and the form that joins one later."""

import secrets
from datetime import date

import pytest
from sqlalchemy import select

from app.cases.decisions import Decided, agree_to_assess
from app.cases.intake import ReceivedRequest, record_request
from app.cases.rules.case_states import CaseState, Channel, RequestSource
from app.core.errors import Forbidden, NotFound, ValidationFailed
from app.models import Case, Message
from tests.cast import everything
from tests.filled_forms import fill_in, send

LETTER = {"source": RequestSource.parent, "channel": Channel.paper, "received_on": date(2026, 11, 17)}


def record(actor, child, **changes):
    with actor.works() as work:
        return record_request(work, child.id, ReceivedRequest(**(LETTER | changes)))


def cases_of(context, child):
    with everything(context) as work:
        return work.session.scalars(select(Case).where(Case.child_id == child.id).order_by(Case.id)).all()


def test_a_letter_starts_the_six_weeks_on_the_day_it_was_received(cast, make, clock):
    child = make.child()
    assert clock.today() == date(2026, 11, 23)
    case = record(cast.olu, child, note="Mrs Shah, letter in the file")
    assert (case.state, case.received_on, case.due_on) == (
        CaseState.received,
        date(2026, 11, 17),
        date(2026, 12, 29),
    )
    assert (case.source, case.channel, case.statutory) == (RequestSource.parent, Channel.paper, True)
    assert (case.recorded_by_id, case.request_id) == (cast.olu.id, None)


@pytest.mark.parametrize("source", RequestSource)
def test_only_parents_and_schools_request_and_others_bring_a_child_to_attention(cast, make, source):
    case = record(cast.olu, make.child(), source=source)
    assert case.statutory is (source in {RequestSource.parent, RequestSource.school})
    assert case.due_on == date(2026, 12, 29), "the same six weeks"


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"source": None}, "source"),
        ({"channel": None}, "channel"),
        ({"channel": Channel.portal}, "channel"),
        ({"received_on": None}, "received_on"),
        ({"received_on": date(2026, 11, 24)}, "received_on"),
        ({"received_on": date(2025, 11, 21)}, "received_on"),
        ({"note": "x" * 2001}, "note"),
    ],
)
def test_what_cannot_be_true_is_refused_at_its_field(cast, make, context, given, field):
    child = make.child()
    with pytest.raises(ValidationFailed) as refused:
        record(cast.olu, child, **given)
    assert [fault.field for fault in refused.value.faults] == [field]
    assert cases_of(context, child) == []


def test_a_day_before_the_child_was_born_is_refused(cast, make):
    with pytest.raises(ValidationFailed):
        record(cast.olu, make.child(date_of_birth=date(2026, 11, 18)))


@pytest.mark.parametrize("who", ["sana", "pat", "ines"])
def test_only_the_sen_team_records_a_request(cast, make, who):
    child = make.child(linked=(cast.sana, cast.pat))
    with pytest.raises((Forbidden, NotFound)):
        record(getattr(cast, who), child)


def test_pressed_twice_a_letter_is_recorded_once_and_the_family_has_one_message(cast, make, context):
    child = make.child(linked=(cast.pat,))
    first, again = (record(cast.olu, child, note="Mrs Shah") for _ in range(2))
    assert again.id == first.id
    assert again.note == "Mrs Shah"
    with everything(context) as work:
        assert len(work.session.scalars(select(Message)).all()) == 1
    record(cast.mary, child, note="Mrs Shah")
    with everything(context) as work:
        assert len(work.session.scalars(select(Message)).all()) == 2, "another officer, another letter"


@pytest.mark.parametrize(("day", "counts"), [(date(2026, 11, 3), True), (date(2026, 11, 20), False)])
def test_a_second_letter_is_added_to_the_undecided_case_and_the_earlier_day_counts(
    cast, make, context, day, counts
):
    child = make.child()
    record(cast.olu, child, note="First")
    record(cast.mary, child, received_on=day, source=RequestSource.school, note="Second")
    [case] = cases_of(context, child)
    expected = (day, RequestSource.school) if counts else (LETTER["received_on"], RequestSource.parent)
    assert (case.received_on, case.source) == expected
    assert case.due_on == date.fromordinal(expected[0].toordinal() + 42)
    assert case.note == "First\n\nSecond"


def test_a_request_after_a_decision_is_a_case_of_its_own(cast, make, context):
    """CFA 2014, s. 36(6): a new request within six months is considered, and never refused by itself."""
    child = make.child()
    first = record(cast.olu, child)
    with cast.olu.works() as work:
        agree_to_assess(work, first.id, Decided("Because."))
    record(cast.olu, child)
    assert [case.state for case in cases_of(context, child)] == [CaseState.assessing, CaseState.received]


def test_the_schools_form_joins_the_letter_and_the_clock_goes_on(cast, make, context):
    child = make.child(linked=(cast.sana,))
    case = record(cast.olu, child)
    form = make.request(child, cast.sana)
    fill_in(cast.sana, form.id)
    send(cast.sana, form.id, secrets.token_hex(16))
    [joined] = cases_of(context, child)
    assert (joined.id, joined.request_id, joined.received_on) == (case.id, form.id, LETTER["received_on"])


def test_a_schools_request_makes_a_child_brought_to_attention_a_request(cast, make, context):
    child = make.child(linked=(cast.sana,))
    assert not record(cast.olu, child, source=RequestSource.health).statutory
    form = make.request(child, cast.sana)
    fill_in(cast.sana, form.id)
    send(cast.sana, form.id, secrets.token_hex(16))
    [case] = cases_of(context, child)
    assert case.statutory


def test_an_earlier_letter_moves_the_day_of_the_schools_case(cast, make, context):
    child = make.child(linked=(cast.sana,))
    form = make.request(child, cast.sana)
    fill_in(cast.sana, form.id)
    send(cast.sana, form.id, secrets.token_hex(16))
    [case] = cases_of(context, child)
    assert (case.received_on, case.source) == (date(2026, 11, 23), RequestSource.school)
    record(cast.olu, child)
    [case] = cases_of(context, child)
    assert (case.received_on, case.request_id, case.due_on) == (
        LETTER["received_on"],
        form.id,
        date(2026, 12, 29),
    )


def test_the_family_reads_that_the_council_has_the_request(cast, make, context):
    child = make.child(linked=(cast.sana, cast.pat))
    record(cast.olu, child)
    with everything(context) as work:
        rows = work.session.execute(select(Message.recipient_id, Message.letter)).all()
    assert [tuple(row) for row in rows] == [(cast.pat.id, "request_recorded")]
