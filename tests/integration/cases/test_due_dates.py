"""The stored due dates follow from the rules, and a check tells where they do not."""

import secrets
from datetime import date, timedelta

import pytest

from app.cases import advice_requests, decisions
from app.cases.rules.case_states import CaseState
from app.forms import returns
from app.models import Advice, Case
from tests.cast import everything
from tests.filled_forms import fill_in, send


def check(app):
    done = app.test_cli_runner().invoke(args=["portal", "check-deadlines"])
    return done.exit_code, done.output.splitlines()


def due(context, table, row_id, day):
    """Write another date into the table."""
    with everything(context) as work:
        work.get(table, row_id).due_on = day


@pytest.fixture
def case(cast, make):
    """A request sent, and advice asked for."""
    child = make.child(linked=(cast.sana,))
    make.request(child, cast.sana, CaseState.assessing)
    request = make.request(child, cast.sana)
    fill_in(cast.sana, request.id)
    send(cast.sana, request.id, secrets.token_hex(16))
    with cast.olu.works() as work:
        advice = advice_requests.ask_for_advice(work, child.id, "advice_psychology", person_id=cast.ann.id)
    make.consent(child, cast.olu)
    return {"request": request.id, "case": make.case_of(request), "advice": advice.id}


def test_what_people_did_left_the_right_dates(app, cast, case):
    assert check(app) == (
        0,
        ["Cases and advice: 3", "Advice with a day that was agreed otherwise: 0", "The due dates are right."],
    )
    with cast.olu.works() as work:
        returns.accept(work, case["request"], 1)
    assert check(app)[0] == 0
    with cast.olu.works() as work:
        decisions.agree_to_assess(work, case["case"], decisions.Decided("Needs are not met."))
    assert check(app)[0] == 0


def test_a_declined_request_has_nothing_due(app, cast, case):
    with cast.olu.works() as work:
        returns.accept(work, case["request"], 1)
    with cast.olu.works() as work:
        decisions.decline_to_assess(work, case["case"], decisions.Decided("Needs are met."))
    assert check(app)[0] == 0


@pytest.mark.parametrize("day", [date(2027, 1, 5), None])
def test_a_case_with_another_date_is_named(app, context, case, day):
    due(context, Case, case["case"], day)
    code, output = check(app)
    assert code == 1
    assert f"Case {case['case']}: stored {day or 'none'}, by rule 2027-01-04" in output


def test_advice_with_a_day_agreed_otherwise_is_counted_and_no_fault(app, context, clock, case):
    due(context, Advice, case["advice"], clock.today() + timedelta(weeks=8))
    with everything(context) as work:
        work.get(Advice, case["advice"]).due_reason = "The child is abroad."
    code, output = check(app)
    assert code == 0
    assert "Advice with a day that was agreed otherwise: 1" in output


def test_c1_another_day_without_a_reason_is_named(app, context, case):
    due(context, Advice, case["advice"], date(2027, 6, 1))
    code, output = check(app)
    assert code == 1
    assert f"Advice {case['advice']}: stored 2027-06-01, by rule 2027-01-04" in output


def test_c1_information_with_a_legal_date_is_named(app, context, case):
    with everything(context) as work:
        work.get(Advice, case["advice"]).statutory = False
    code, output = check(app)
    assert code == 1
    assert f"Advice {case['advice']}: stored 2027-01-04, by rule none" in output


@pytest.mark.parametrize("day", [date(2026, 11, 22), None])
def test_advice_due_before_it_was_asked_or_never_is_named(app, context, case, day):
    due(context, Advice, case["advice"], day)
    code, output = check(app)
    assert code == 1
    assert f"Advice {case['advice']}: stored {day or 'none'}, by rule 2027-01-04" in output


def test_the_check_changes_nothing(app, make, context):
    case = make.case(make.child(), due_on=date(2026, 12, 1))
    assert check(app)[0] == 1
    with everything(context) as work:
        assert work.get(Case, case.id).due_on == date(2026, 12, 1)
