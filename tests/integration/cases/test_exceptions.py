"""Exceptions in law to a limit of a case: recorded with evidence, named by a late decision, withdrawn with a reason."""

from dataclasses import replace
from datetime import date, timedelta
from threading import Barrier, Thread

import pytest
from sqlalchemy import select

from app.cases import decisions, intake
from app.cases.decisions import Decided
from app.cases.exceptions import EnteredException, codes_allowed, record_exception, withdraw_exception
from app.cases.lateness import Lateness
from app.cases.rules.case_states import Channel, RequestSource
from app.core.errors import Forbidden, ValidationFailed
from app.models import AuditRow, Case, CaseException, Decision, Duty
from tests.cast import everything

RECEIVED = date(2026, 10, 5)
DUE = date(2026, 11, 16)
"""A week before the tests' today."""
AWAY = EnteredException(
    code="ABSENT",
    first_day=date(2026, 10, 12),
    last_day=date(2026, 11, 20),
    evidence="A letter from the parent, filed under A1.",
    planned_on=date(2026, 12, 1),
    plan="We decide when the family is back.",
)


@pytest.fixture
def case_id(cast, make):
    """A case whose decision has been due for a week."""
    child_id = make.child().id
    with cast.olu.works() as work:
        received = intake.ReceivedRequest(RequestSource.parent, Channel.paper, RECEIVED, "A letter.")
        return intake.record_request(work, child_id, received).id


def excused(context, case_id):
    """The keys of the duties that are excused, and whether the next one is."""
    with everything(context) as work:
        rows = work.session.scalars(select(Duty).where(Duty.case_id == case_id, Duty.excused.is_(True)))
        return {row.key for row in rows}, work.get(Case, case_id).excused


def recorded(cast, case_id, **changes):
    with cast.olu.works() as work:
        return record_exception(work, case_id, replace(AWAY, **changes)).id


def test_an_exception_is_shown_beside_the_limit_which_stays(context, cast, case_id):
    number = recorded(cast, case_id)

    assert excused(context, case_id) == ({"decide_to_assess", "no_plan_notice", "final_plan"}, True)
    with cast.olu.works() as work:
        assert work.get(Case, case_id).due_on == DUE
        row = work.get(CaseException, number)
        assert (row.code, row.evidence, row.planned_on) == (AWAY.code, AWAY.evidence, AWAY.planned_on)
    with everything(context) as work:
        events = work.session.scalars(select(AuditRow.event).where(AuditRow.event == "ExceptionRecorded"))
        assert len(events.all()) == 1


def test_it_excuses_only_the_duties_within_whose_time_its_days_lie(context, cast, case_id):
    recorded(cast, case_id, first_day=date(2026, 11, 17))

    assert excused(context, case_id) == ({"no_plan_notice", "final_plan"}, False)


def test_pressing_twice_records_it_once(cast, case_id):
    assert recorded(cast, case_id) == recorded(cast, case_id)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"code": ""}, "code"),
        ({"code": "MISSED_APPT"}, "code"),  # the adviser's limit only, and none is asked
        ({"first_day": None}, "first_day"),
        ({"last_day": date(2026, 10, 11)}, "last_day"),
        ({"last_day": date(2036, 10, 11)}, "last_day"),
        ({"first_day": date(2027, 3, 1), "last_day": date(2027, 3, 2)}, "first_day"),
        ({"evidence": " "}, "evidence"),
        ({"planned_on": None}, "planned_on"),
        ({"planned_on": date(2026, 11, 22)}, "planned_on"),
        ({"plan": ""}, "plan"),
        ({"plan": "x" * 2001}, "plan"),
    ],
)
def test_what_the_law_does_not_allow_or_is_missing_is_refused(cast, case_id, changes, field):
    with pytest.raises(ValidationFailed) as refused:
        recorded(cast, case_id, **changes)
    assert [fault.field for fault in refused.value.faults] == [field]


@pytest.mark.parametrize("who", ["sana", "pat", "ines"])
def test_only_the_sen_team_records_and_withdraws(cast, case_id, who):
    number = recorded(cast, case_id)
    with pytest.raises(Forbidden), getattr(cast, who).works() as work:
        record_exception(work, case_id, AWAY)
    with pytest.raises(Forbidden), getattr(cast, who).works() as work:
        withdraw_exception(work, number, "A mistake.")


def test_after_a_withdrawal_the_limit_is_late_again(context, cast, case_id):
    number = recorded(cast, case_id)
    with pytest.raises(ValidationFailed), cast.olu.works() as work:
        withdraw_exception(work, number, " ")
    with cast.mary.works() as work:
        withdraw_exception(work, number, "It was the wrong family.")
    with cast.olu.works() as work:
        again = withdraw_exception(work, number, "Twice.")
        assert again.withdrawn_reason == "It was the wrong family."
    assert excused(context, case_id) == (set(), False)


def test_a_late_decision_names_an_exception_that_applies(context, cast, case_id):
    number = recorded(cast, case_id)
    with pytest.raises(ValidationFailed) as refused, cast.olu.works() as work:
        decisions.agree_to_assess(work, case_id, Decided("Needs are not met."))
    assert [fault.field for fault in refused.value.faults] == ["late_reason"]
    with pytest.raises(ValidationFailed) as refused, cast.olu.works() as work:
        lateness = Lateness(exception_id=number + 1)
        decisions.agree_to_assess(work, case_id, Decided("Needs are not met.", lateness=lateness))
    assert [fault.field for fault in refused.value.faults] == ["late"]
    with cast.olu.works() as work:
        lateness = Lateness(exception_id=number)
        decisions.agree_to_assess(work, case_id, Decided("Needs are not met.", lateness=lateness))
    with everything(context) as work:
        decision = work.session.scalars(select(Decision).where(Decision.case_id == case_id)).one()
        assert (decision.exception_id, decision.late_reason) == (number, "")
    with pytest.raises(ValidationFailed), cast.olu.works() as work:
        withdraw_exception(work, number, "The decision rests on it.")


def test_a_late_decision_without_exception_says_why(context, cast, case_id):
    with cast.olu.works() as work:
        lateness = Lateness(reason=" The panel did not meet. ")
        decisions.decline_to_assess(work, case_id, Decided("No need.", lateness=lateness))
    with everything(context) as work:
        decision = work.session.scalars(select(Decision).where(Decision.case_id == case_id)).one()
        assert (decision.exception_id, decision.late_reason) == (None, "The panel did not meet.")


def test_a_decision_in_time_needs_no_reason_for_lateness(context, cast, case_id):
    with cast.olu.works() as work:
        lateness = Lateness(reason="It does not count.")
        decisions.agree_to_assess(work, case_id, Decided("Needs are not met.", DUE, lateness=lateness))
    with everything(context) as work:
        decision = work.session.scalars(select(Decision).where(Decision.case_id == case_id)).one()
        assert decision.late_reason == ""


def test_the_codes_are_those_of_the_duties_that_run(cast, case_id):
    with cast.olu.works() as work:
        assert codes_allowed(work, work.get(Case, case_id)) == [
            "SCH_CLOSED",
            "EY_CLOSED",
            "EXC_PERS",
            "ABSENT",
        ]


def test_two_officers_at_once_record_one_and_decide_once(context, cast, case_id):
    if context.database.is_sqlite:
        pytest.skip("SQLite has one writer at a time")
    gate, faults = Barrier(3), []

    def press(who, verb) -> None:
        gate.wait(10)
        try:
            with who.works() as work:
                verb(work)
        except Exception as fault:
            faults.append(type(fault).__name__)

    late = Lateness(reason="The panel did not meet.")
    presses = [
        (cast.olu, lambda work: record_exception(work, case_id, AWAY)),
        (cast.olu, lambda work: record_exception(work, case_id, AWAY)),
        (cast.mary, lambda work: decisions.agree_to_assess(work, case_id, Decided("Needs.", lateness=late))),
    ]
    threads = [Thread(target=press, args=each) for each in presses]
    for each in threads:
        each.start()
    for each in threads:
        each.join(20)
    assert faults == []
    with everything(context) as work:
        rows = work.session.scalars(select(CaseException).where(CaseException.case_id == case_id)).all()
        assert len(rows) == 1
        assert work.get(Case, case_id).due_on == RECEIVED + timedelta(weeks=20)
    assert excused(context, case_id) == ({"decide_to_assess", "no_plan_notice", "final_plan"}, True)
