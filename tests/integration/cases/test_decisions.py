"""Whether the council will assess."""

from datetime import date

import pytest
from sqlalchemy import select

from app.cases.decisions import Decided, agree_to_assess, correct_decision, decline_to_assess, history_of
from app.cases.rules.case_states import CaseState
from app.core.errors import Forbidden, InvalidState, ValidationFailed
from app.forms.rules.workflow import FormState
from app.models import Case, Message, Request
from tests.cast import everything

RECEIVED_ON = date(2026, 11, 2)


@pytest.fixture
def accepted(cast, make):
    """The id of a case whose request is accepted and not decided."""
    child = make.child(linked=(cast.sana,))
    return make.case_of(make.request(child, cast.sana, FormState.accepted, received_on=RECEIVED_ON))


def test_agreeing_sets_the_next_date_to_the_final_plan(cast, accepted, clock):
    with cast.olu.works() as work:
        case = agree_to_assess(work, accepted, Decided("  The tests are met. "))
        assert [event.name for event in work.events] == ["AssessmentAgreed"]
    assert (case.state, case.due_on) == (CaseState.assessing, date(2027, 3, 22))
    with cast.olu.works() as work:
        [decision] = history_of(work, accepted)
    assert (decision.reason, decision.recorded_by_id) == ("The tests are met.", cast.olu.id)
    assert decision.created_at == clock.now()


@pytest.mark.parametrize("verb", [agree_to_assess, decline_to_assess])
def test_a_case_without_a_form_is_decided(cast, make, verb):
    case = make.case(make.child(linked=(cast.pat,)), received_on=RECEIVED_ON)
    with cast.olu.works() as work:
        assert verb(work, case.id, Decided("Because.")).decided_on == work.today


def test_a_decision_ends_the_work_on_the_form(cast, make):
    form = make.request(
        make.child(linked=(cast.sana,)), cast.sana, FormState.returned, received_on=RECEIVED_ON
    )
    case_id = make.case_of(form)
    with cast.olu.works() as work:
        agree_to_assess(work, case_id, Decided("Because."))
    with cast.olu.works() as work:
        assert work.get(Request, form.id).state is FormState.decided


def test_declining_leaves_the_notice_to_the_family_due(cast, accepted):
    with cast.mary.works() as work:
        case = decline_to_assess(work, accepted, Decided("The school can meet the needs."))
        assert [event.name for event in work.events] == ["AssessmentDeclined"]
    assert (case.state, case.due_on) == (CaseState.not_assessing, date(2026, 12, 14))


@pytest.mark.parametrize("verb", [agree_to_assess, decline_to_assess])
@pytest.mark.parametrize("reason", ["", "  \n ", "x" * 4001])
def test_a_decision_needs_reasons_of_some_length(cast, accepted, verb, reason):
    with pytest.raises(ValidationFailed) as refused, cast.olu.works() as work:
        verb(work, accepted, Decided(reason))
    assert [fault.field for fault in refused.value.faults] == ["reason"]
    with cast.olu.works() as work:
        assert work.get(Case, accepted).state is CaseState.received


@pytest.mark.parametrize("verb", [agree_to_assess, decline_to_assess])
def test_only_the_sen_team_decides(cast, accepted, verb):
    with pytest.raises(Forbidden), cast.sana.works() as work:
        verb(work, accepted, Decided("Please."))
    with pytest.raises(Forbidden), cast.rhys.works() as work:
        verb(work, accepted, Decided("Please."))


RECEIVED = [FormState.submitted, FormState.returned, FormState.accepted]


@pytest.mark.parametrize("state", RECEIVED)
def test_c2_a_request_is_decided_in_every_state_after_receipt(cast, make, state):
    request = make.request(
        make.child(linked=(cast.sana,)),
        cast.sana,
        state,
        received_on=RECEIVED_ON,
    )
    case_id = make.case_of(request)
    with cast.olu.works() as work:
        decided = agree_to_assess(work, case_id, Decided("Because.", date(2026, 11, 20)))
    assert (decided.state, decided.decided_on) == (CaseState.assessing, date(2026, 11, 20))
    assert decided.due_on == date(2027, 3, 22)


@pytest.mark.parametrize("state", [s for s in CaseState if s is not CaseState.received])
def test_c2_a_case_that_is_decided_is_not_decided_again(cast, make, state):
    case = make.case(make.child(), state=state)
    with pytest.raises(InvalidState), cast.olu.works() as work:
        agree_to_assess(work, case.id, Decided("Because."))


def test_c2_a_request_that_was_not_received_has_no_case(cast, make):
    make.request(make.child(linked=(cast.sana,)), cast.sana, FormState.draft)
    with cast.olu.works() as work:
        assert work.session.scalars(select(Case)).all() == []


@pytest.mark.parametrize(
    ("day", "field"), [(date(2026, 11, 1), "decided_on"), (date(2026, 11, 24), "decided_on")]
)
def test_c2_a_decision_is_made_after_receipt_and_not_in_the_future(cast, accepted, clock, day, field):
    assert clock.today() == date(2026, 11, 23)
    with pytest.raises(ValidationFailed) as refused, cast.olu.works() as work:
        agree_to_assess(work, accepted, Decided("Because.", day))
    assert [fault.field for fault in refused.value.faults] == [field]


def correct(actor, case_id, assess, **given):
    with actor.works() as work:
        return correct_decision(
            work, case_id, assess, Decided(**({"reason": "Right.", "correction_reason": "Slip."} | given))
        )


def test_b12_a_decision_is_corrected_and_both_are_stored(cast, accepted):
    with cast.olu.works() as work:
        agree_to_assess(work, accepted, Decided("Wrong box."))
    case = correct(cast.mary, accepted, False)
    assert (case.state, case.due_on) == (CaseState.not_assessing, date(2026, 12, 14))
    with cast.olu.works() as work:
        found = [
            (one.number, one.outcome, one.reason, one.correction_reason) for one in history_of(work, accepted)
        ]
    assert found == [
        (2, CaseState.not_assessing, "Right.", "Slip."),
        (1, CaseState.assessing, "Wrong box.", ""),
    ]
    again = correct(cast.olu, accepted, True)
    assert (again.state, again.due_on) == (CaseState.assessing, date(2027, 3, 22))


def test_b12_only_the_sen_team_reads_the_history(cast, accepted):
    with cast.olu.works() as work:
        agree_to_assess(work, accepted, Decided("Because."))
    with cast.sana.works() as work:
        assert history_of(work, accepted) == []
    with pytest.raises(Forbidden):
        correct(cast.sana, accepted, False)


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
        agree_to_assess(work, accepted, Decided("Because."))
    with pytest.raises(ValidationFailed) as refused:
        correct(cast.olu, accepted, True, **given)
    assert [fault.field for fault in refused.value.faults] == [field]


def test_b12_a_request_that_is_not_decided_has_nothing_to_correct(cast, accepted):
    with pytest.raises(InvalidState):
        correct(cast.olu, accepted, True)


def test_b12_c5_the_family_and_the_authors_are_notified_of_a_decision_and_of_its_correction(
    cast, make, context
):
    child = make.child(linked=(cast.sana, cast.pat))
    request = make.request(child, cast.sana, FormState.accepted, received_on=date(2026, 11, 2))
    case_id = make.case_of(request)
    with cast.olu.works() as work:
        decline_to_assess(work, case_id, Decided("Because."))
    correct(cast.olu, case_id, True)
    with everything(context) as work:
        rows = work.session.execute(select(Message.recipient_id, Message.letter).order_by(Message.id)).all()
    assert {tuple(row) for row in rows} == {
        (cast.sana.id, "assessment_declined"),
        (cast.pat.id, "assessment_declined_family"),
        (cast.sana.id, "corrected_to_assess"),
        (cast.pat.id, "corrected_to_assess_family"),
    }
