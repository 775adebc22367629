"""Whether the council will assess."""

from datetime import date

import pytest

from app.domain.errors import NotFound, Refused, WrongHands, WrongMoment
from app.domain.workflow import FormState
from app.models import Request
from app.services.deciding import agree_to_assess, decline_to_assess


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
        assert [event.name for event in work.told] == ["AssessmentAgreed"]
    assert (request.state, request.due_on) == (FormState.assessing, date(2027, 3, 22))
    assert (request.decision_reason, request.decided_by_id) == ("The tests are met.", cast.olu.id)
    assert request.decided_at == clock.now()


def test_declining_leaves_nothing_due(cast, accepted):
    with cast.mary.works() as work:
        request = decline_to_assess(work, accepted.id, "The school can meet the needs.")
        assert [event.name for event in work.told] == ["AssessmentDeclined"]
    assert (request.state, request.due_on) == (FormState.not_assessing, None)


@pytest.mark.parametrize("verb", [agree_to_assess, decline_to_assess])
@pytest.mark.parametrize("reason", ["", "  \n ", "x" * 4001])
def test_a_decision_needs_reasons_of_some_length(cast, accepted, verb, reason):
    with pytest.raises(Refused) as refused, cast.olu.works() as work:
        verb(work, accepted.id, reason)
    assert [fault.field for fault in refused.value.faults] == ["reason"]
    with cast.olu.works() as work:
        assert work.get(Request, accepted.id).state is FormState.accepted


@pytest.mark.parametrize("verb", [agree_to_assess, decline_to_assess])
def test_only_the_sen_team_decides(cast, accepted, verb):
    with pytest.raises(WrongHands), cast.sana.works() as work:
        verb(work, accepted.id, "Please.")
    with pytest.raises(NotFound), cast.rhys.works() as work:
        verb(work, accepted.id, "Please.")


@pytest.mark.parametrize("state", [s for s in FormState if s is not FormState.accepted])
def test_only_an_accepted_request_is_decided(cast, make, state):
    request = make.request(make.child(linked=(cast.sana,)), cast.sana, state)
    with pytest.raises(WrongMoment), cast.olu.works() as work:
        agree_to_assess(work, request.id, "Because.")
