"""Whether the council will assess."""

from datetime import date

import pytest
from sqlalchemy import select

from app.cases.decisions import Decided, agree_to_assess, correct_decision, decline_to_assess, history_of
from app.core.errors import Forbidden, InvalidState, NotFound, ValidationFailed
from app.forms.rules.workflow import FormState
from app.models import Message, Request
from tests.cast import everything


@pytest.fixture
def accepted(cast, make):
    return make.request(
        make.child(linked=(cast.sana,)),
        cast.sana,
        FormState.accepted,
        received_on=date(2026, 11, 2),
        due_on=date(2026, 12, 14),
    )


def test_agreeing_sets_the_next_date_to_the_final_plan(cast, accepted, clock):
    with cast.olu.works() as work:
        request = agree_to_assess(work, accepted.id, "  The tests are met. ")
        assert [event.name for event in work.events] == ["AssessmentAgreed"]
    assert (request.state, request.due_on) == (FormState.assessing, date(2027, 3, 22))
    assert (request.decision_reason, request.decided_by_id) == ("The tests are met.", cast.olu.id)
    assert request.decided_at == clock.now()


def test_declining_leaves_nothing_due(cast, accepted):
    with cast.mary.works() as work:
        request = decline_to_assess(work, accepted.id, "The school can meet the needs.")
        assert [event.name for event in work.events] == ["AssessmentDeclined"]
    assert (request.state, request.due_on) == (FormState.not_assessing, None)


@pytest.mark.parametrize("verb", [agree_to_assess, decline_to_assess])
@pytest.mark.parametrize("reason", ["", "  \n ", "x" * 4001])
def test_a_decision_needs_reasons_of_some_length(cast, accepted, verb, reason):
    with pytest.raises(ValidationFailed) as refused, cast.olu.works() as work:
        verb(work, accepted.id, reason)
    assert [fault.field for fault in refused.value.faults] == ["reason"]
    with cast.olu.works() as work:
        assert work.get(Request, accepted.id).state is FormState.accepted


@pytest.mark.parametrize("verb", [agree_to_assess, decline_to_assess])
def test_only_the_sen_team_decides(cast, accepted, verb):
    with pytest.raises(Forbidden), cast.sana.works() as work:
        verb(work, accepted.id, "Please.")
    with pytest.raises(NotFound), cast.rhys.works() as work:
        verb(work, accepted.id, "Please.")


RECEIVED = [FormState.submitted, FormState.returned, FormState.accepted]


@pytest.mark.parametrize("state", RECEIVED)
def test_c2_a_request_is_decided_in_every_state_after_receipt(cast, make, state):
    request = make.request(
        make.child(linked=(cast.sana,)),
        cast.sana,
        state,
        received_on=date(2026, 11, 2),
        due_on=date(2026, 12, 14),
    )
    with cast.olu.works() as work:
        decided = agree_to_assess(work, request.id, "Because.", date(2026, 11, 20))
    assert (decided.state, decided.decided_on) == (FormState.assessing, date(2026, 11, 20))
    assert decided.due_on == date(2027, 3, 22)


@pytest.mark.parametrize("state", [s for s in FormState if s not in RECEIVED])
def test_c2_a_request_that_was_not_received_or_is_decided_is_not_decided(cast, make, state):
    request = make.request(make.child(linked=(cast.sana,)), cast.sana, state)
    with pytest.raises(InvalidState), cast.olu.works() as work:
        agree_to_assess(work, request.id, "Because.")


@pytest.mark.parametrize(
    ("day", "field"), [(date(2026, 11, 1), "decided_on"), (date(2026, 11, 24), "decided_on")]
)
def test_c2_a_decision_is_made_after_receipt_and_not_in_the_future(cast, accepted, clock, day, field):
    assert clock.today() == date(2026, 11, 23)
    with pytest.raises(ValidationFailed) as refused, cast.olu.works() as work:
        agree_to_assess(work, accepted.id, "Because.", day)
    assert [fault.field for fault in refused.value.faults] == [field]


def correct(actor, form_id, assess, **given):
    with actor.works() as work:
        return correct_decision(
            work, form_id, assess, Decided(**({"reason": "Right.", "correction_reason": "Slip."} | given))
        )


def test_b12_a_decision_is_corrected_and_both_are_stored(cast, accepted):
    with cast.olu.works() as work:
        agree_to_assess(work, accepted.id, "Wrong box.")
    request = correct(cast.mary, accepted.id, False)
    assert (request.state, request.due_on, request.decision_reason) == (
        FormState.not_assessing,
        None,
        "Right.",
    )
    with cast.olu.works() as work:
        found = [
            (one.number, one.outcome, one.reason, one.correction_reason)
            for one in history_of(work, accepted.id)
        ]
    assert found == [
        (2, FormState.not_assessing, "Right.", "Slip."),
        (1, FormState.assessing, "Wrong box.", ""),
    ]
    again = correct(cast.olu, accepted.id, True)
    assert (again.state, again.due_on) == (FormState.assessing, date(2027, 3, 22))


def test_b12_only_the_sen_team_reads_the_history(cast, accepted):
    with cast.olu.works() as work:
        agree_to_assess(work, accepted.id, "Because.")
    with cast.sana.works() as work:
        assert history_of(work, accepted.id) == []
    with pytest.raises(Forbidden):
        correct(cast.sana, accepted.id, False)


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"correction_reason": " "}, "correction_reason"),
        ({"reason": ""}, "reason"),
        ({"reason": "Because."}, "decision"),
    ],
)
def test_b12_a_correction_has_a_reason_and_changes_something(cast, accepted, given, field):
    with cast.olu.works() as work:
        agree_to_assess(work, accepted.id, "Because.")
    with pytest.raises(ValidationFailed) as refused:
        correct(cast.olu, accepted.id, True, **given)
    assert [fault.field for fault in refused.value.faults] == [field]


def test_b12_a_request_that_is_not_decided_has_nothing_to_correct(cast, accepted):
    with pytest.raises(InvalidState):
        correct(cast.olu, accepted.id, True)


def test_b12_c5_the_family_and_the_authors_are_notified_of_a_decision_and_of_its_correction(
    cast, make, context
):
    child = make.child(linked=(cast.sana, cast.pat))
    request = make.request(child, cast.sana, FormState.accepted, received_on=date(2026, 11, 2))
    with cast.olu.works() as work:
        decline_to_assess(work, request.id, "Because.")
    correct(cast.olu, request.id, True)
    with everything(context) as work:
        rows = work.session.execute(select(Message.recipient_id, Message.letter).order_by(Message.id)).all()
    assert {tuple(row) for row in rows} == {
        (cast.sana.id, "assessment_declined"),
        (cast.pat.id, "assessment_declined_family"),
        (cast.sana.id, "corrected_to_assess"),
        (cast.pat.id, "corrected_to_assess_family"),
    }
