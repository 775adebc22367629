"""The duties of a case are stored as it goes on, and a manager's new version of a rule counts from its day."""

from datetime import date, timedelta
from threading import Barrier, Thread

import pytest
from sqlalchemy import select

from app.cases import decisions, duties, intake
from app.cases.advice_requests import ask_for_advice, cancel_advice
from app.cases.duty_rules import NewVersion, add_version, due_date, rules_of
from app.cases.lateness import Lateness
from app.cases.rules.case_states import Channel, RequestSource
from app.cases.rules.duties import Ending, Unit
from app.core.errors import Conflict, Forbidden, ValidationFailed
from app.forms import returns
from app.models import AuditRow, Case, Duty, DutyRule
from tests.cast import everything
from tests.filled_forms import fill_in, send

MONDAY = date(2026, 9, 7)


def stored(context, case_id):
    """The latest duty of each key in a case: its start, its last day, how and when it ended."""
    with everything(context) as work:
        rows = work.session.scalars(select(Duty).where(Duty.case_id == case_id).order_by(Duty.id))
        return {row.key: (row.starts_on, row.due_on, row.ending, row.ended_on) for row in rows}


def recorded(cast, child, received_on=MONDAY):
    with cast.olu.works() as work:
        received = intake.ReceivedRequest(RequestSource.parent, Channel.paper, received_on, "A letter.")
        return intake.record_request(work, child.id, received).id


def version(**given) -> NewVersion:
    values = {
        "key": "decide_to_assess",
        "effective_from": date(2027, 1, 4),
        "unit": Unit.days,
        "length": 28,
        "regulation": "SEND Regulations 2027, reg. 5",
    }
    return NewVersion(**values | given)


def test_a_request_of_7_september_2026_gives_its_worked_days(context, cast, make):
    case_id = recorded(cast, make.child())

    assert stored(context, case_id) == {
        "decide_to_assess": (MONDAY, date(2026, 10, 19), None, None),
        "no_plan_notice": (MONDAY, date(2026, 12, 28), None, None),
        "final_plan": (MONDAY, date(2027, 1, 25), None, None),
    }
    with cast.olu.works() as work:
        assert work.get(Case, case_id).due_on == date(2026, 10, 19)
        assert duties.due_day(work, case_id, "final_plan") == date(2027, 1, 25)


def test_an_earlier_letter_moves_every_day(context, cast, make):
    child = make.child()
    case_id = recorded(cast, child)
    recorded(cast, child, MONDAY - timedelta(days=3))

    first = [(starts, due) for starts, due, *_ in stored(context, case_id).values()]
    assert {starts for starts, _ in first} == {date(2026, 9, 4)}
    assert {due for _, due in first} == {date(2026, 10, 16), date(2026, 12, 25), date(2027, 1, 22)}


def test_decisions_end_and_start_duties_again(context, cast, make):
    case_id, day = recorded(cast, make.child()), date(2026, 10, 12)
    with cast.olu.works() as work:
        decisions.decline_to_assess(work, case_id, decisions.Decided("No evidence of need.", day))
    ended = stored(context, case_id)
    assert ended["decide_to_assess"][2:] == (None, None), "the family was not told yet"
    assert ended["no_plan_notice"][2:] == ended["final_plan"][2:] == (Ending.not_needed, day)

    with cast.olu.works() as work:
        correction = decisions.Decided("Needs are not met.", day, "It was the wrong child.")
        assert decisions.correct_decision(work, case_id, True, correction).due_on == date(2027, 1, 25)
    again = stored(context, case_id)
    assert again["decide_to_assess"][2:] == (Ending.done, day)
    assert again["no_plan_notice"][2:] == again["final_plan"][2:] == (None, None)


def test_the_duty_of_advice_ends_with_the_last_advice_and_runs_again_when_one_is_returned(
    context, cast, make
):
    child = make.child(linked=(cast.ann, cast.sana))
    case_id = recorded(cast, child)
    with cast.olu.works() as work:
        decisions.agree_to_assess(
            work,
            case_id,
            decisions.Decided("Needs are not met.", lateness=Lateness(reason="Late.")),
        )
        sent = ask_for_advice(work, child.id, "advice_psychology", person_id=cast.ann.id).id
        other = ask_for_advice(work, child.id, "advice_education", person_id=cast.sana.id).id
        today = work.today
    running = (today, today + timedelta(weeks=6), None, None)
    assert stored(context, case_id)["give_advice"] == running

    fill_in(cast.ann, sent)
    send(cast.ann, sent)
    assert stored(context, case_id)["give_advice"] == running, "one is awaited"
    with cast.olu.works() as work:
        cancel_advice(work, other)
    assert stored(context, case_id)["give_advice"][2:] == (Ending.done, today)
    with cast.olu.works() as work:
        returns.send_back(work, sent, 1, {returns.WHOLE: "Say more."})
    assert stored(context, case_id)["give_advice"] == running
    with cast.olu.works() as work:
        assert work.get(Case, case_id).due_on == date(2027, 1, 25), "the council’s own next duty"


def test_a_duty_started_twice_is_counted_from_the_later_call_and_one_that_ended_starts_again(
    context, cast, make
):
    case_id = recorded(cast, make.child())
    with cast.olu.works() as work:
        case = work.get(Case, case_id)
        duties.start_duty(work, case, "views_on_draft", date(2027, 1, 4))
        assert duties.start_duty(work, case, "views_on_draft", date(2027, 1, 5)).due_on == date(2027, 1, 19)
        duties.finish_duty(work, case, "views_on_draft", date(2027, 1, 10))
        assert duties.start_duty(work, case, "views_on_draft", date(2027, 2, 1)).due_on == date(2027, 2, 15)
        duties.finish_duty(work, case, "setting_reply", date(2027, 1, 10))
        assert case.due_on == date(2026, 10, 19)
    with everything(context) as work:
        rows = work.session.scalars(select(Duty.ending).where(Duty.key == "views_on_draft").order_by(Duty.id))
        assert list(rows) == [Ending.done, None]


def test_a_new_version_counts_from_its_day_and_leaves_older_cases_alone(context, cast, make, clock):
    old = recorded(cast, make.child())
    with cast.mary.works() as work:
        add_version(work, version())
    with everything(context) as work:
        assert due_date(work.session, "decide_to_assess", date(2027, 1, 3)) == date(2027, 2, 14)
        assert due_date(work.session, "decide_to_assess", date(2027, 1, 4)) == date(2027, 2, 1)
        entered = work.session.scalars(select(AuditRow).where(AuditRow.event == "ReferenceChanged")).all()
        assert len(entered) == 1
    clock.forward(days=50)
    recent = recorded(cast, make.child(), date(2027, 1, 5))
    assert stored(context, old)["decide_to_assess"][1] == date(2026, 10, 19)
    assert stored(context, recent)["decide_to_assess"][1] == date(2027, 2, 2)
    with everything(context) as work:
        numbers = dict(
            work.session.execute(
                select(Duty.case_id, DutyRule.number)
                .join(DutyRule, DutyRule.id == Duty.rule_id)
                .where(Duty.key == "decide_to_assess")
            ).all()
        )
        assert numbers == {old: 1, recent: 2}


def test_a_version_pressed_twice_is_added_once(cast):
    with cast.mary.works() as work:
        add_version(work, version())
    with cast.mary.works() as work:
        assert add_version(work, version()).number == 2
        assert add_version(work, version(length=35)).number == 3, "another one is another version"


@pytest.mark.parametrize("who", ["olu", "ines", "sana", "pat"])
def test_only_managers_add_a_version(cast, who):
    with pytest.raises(Forbidden), getattr(cast, who).works() as work:
        add_version(work, version())


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"key": "nothing"}, "key"),
        ({"effective_from": None}, "effective_from"),
        ({"effective_from": date(2026, 11, 23)}, "effective_from"),
        ({"unit": None}, "unit"),
        ({"length": None}, "length"),
        ({"unit": Unit.day_of_year, "day_of_year": "13-01"}, "day_of_year"),
        ({"regulation": " "}, "regulation"),
        ({"note": "x" * 501}, "note"),
    ],
)
def test_what_is_missing_in_a_version_is_refused(cast, given, field):
    with pytest.raises(ValidationFailed) as refused, cast.mary.works() as work:
        add_version(work, version(**given))
    assert [fault.field for fault in refused.value.faults] == [field]


def test_two_managers_adding_a_version_at_once_get_one_version_each_or_a_conflict(context, cast):
    if context.database.is_sqlite:
        pytest.skip("SQLite has one writer at a time")
    outcomes, gate = [], Barrier(2)

    def add(length: int) -> None:
        try:
            with cast.mary.works() as work:
                rules_of(work.session)
                gate.wait(10)
                add_version(work, version(length=length))
                outcomes.append("added")
        except Conflict:
            outcomes.append("conflict")

    both = [Thread(target=add, args=(length,)) for length in (28, 35)]
    for each in both:
        each.start()
    for each in both:
        each.join(20)
    assert sorted(outcomes) in (["added", "conflict"], ["added", "added"])
    with everything(context) as work:
        numbers = work.session.scalars(
            select(DutyRule.number).where(DutyRule.key == "decide_to_assess").order_by(DutyRule.number)
        ).all()
        assert numbers == list(range(1, outcomes.count("added") + 2))


def test_two_officers_deciding_at_once_leave_one_set_of_duties(context, cast, make):
    if context.database.is_sqlite:
        pytest.skip("SQLite has one writer at a time")
    case_id, gate = recorded(cast, make.child()), Barrier(2)

    def decide(verb) -> None:
        gate.wait(10)
        try:
            with cast.olu.works() as work:
                verb(work, case_id, "A reason.")
        except Exception:  # noqa: S110 - the other officer was first
            pass

    both = [
        Thread(target=decide, args=(verb,))
        for verb in (decisions.agree_to_assess, decisions.decline_to_assess)
    ]
    for each in both:
        each.start()
    for each in both:
        each.join(20)
    with everything(context) as work:
        rows = work.session.scalars(select(Duty.key).where(Duty.case_id == case_id)).all()
        assert sorted(rows) == ["decide_to_assess", "final_plan", "no_plan_notice"]
        case = work.get(Case, case_id)
        plan = work.session.scalars(
            select(Duty).where(Duty.case_id == case_id, Duty.key == "final_plan")
        ).one()
        assert (case.due_on is None) == (plan.ending is Ending.not_needed)
