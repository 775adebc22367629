"""A demo of a county's size: small here, with the checks that real data passes."""

from itertools import groupby

import pytest
from sqlalchemy import func, select

from app.cases.due_dates import check_due_dates
from app.cases.duties import keep_duties
from app.cases.notice_tables import Notice
from app.cases.plan_tables import Plan
from app.cases.rules.case_states import OPEN, CaseState
from app.cases.tables import Case, CaseException, Decision, Duty
from app.forms.rules.workflow import FormState
from app.models import Child, Form, Person
from app.operations.commands import fill_demo
from app.operations.verification import verify_data
from app.seed.scale import CannotSeed, seed_scale
from tests.cast import PASSWORD, everything
from tests.pages import Page

CHILDREN, LIVE = 120, 40


@pytest.fixture
def seeded(context, cast):
    return seed_scale(context, PASSWORD, CHILDREN, LIVE, demo=True)


def test_it_has_cases_of_every_kind(seeded, context):
    assert (seeded.children, seeded.live, seeded.finished) == (CHILDREN, LIVE, 80)
    with everything(context) as work:
        states = dict(work.session.execute(select(Case.state, func.count()).group_by(Case.state)).all())
        forms = set(work.session.scalars(select(Form.state)))
        late = work.session.scalar(
            select(func.count(Form.id)).where(Form.kind == "advice", Form.due_on < work.today)
        )
        live = select(func.count(Case.id)).where(Case.due_on.is_not(None))
        assert work.session.scalar(select(func.count(Child.id))) == CHILDREN
        assert work.session.scalar(live) == LIVE
        assert set(states) == set(CaseState)
        assert sum(states[state] for state in OPEN) > LIVE * 0.9
        assert forms >= {FormState.asked, FormState.draft, FormState.submitted, FormState.accepted}
        assert late
        for table in (CaseException, Notice, Plan):
            assert work.session.scalar(select(func.count(table.id)))


def test_its_due_dates_and_files_are_right(seeded, context):
    with everything(context) as work:
        assert not check_due_dates(work.session).drift
    assert verify_data(context).ok


def test_its_duties_are_those_that_the_use_cases_store(seeded, context):
    columns = (Duty.case_id, Duty.key, Duty.rule_id, Duty.starts_on, Duty.due_on)
    stored = select(*columns, Duty.ending, Duty.ended_on, Duty.excused).order_by(Duty.case_id, Duty.key)
    with everything(context) as work:
        before = work.session.execute(stored).all()
        of_cases = work.session.execute(select(Case.id, Case.due_on, Case.excused).order_by(Case.id)).all()
        days = select(Decision.case_id, Decision.decided_on).union_all(select(Plan.case_id, Plan.served_on))
        steps = {
            case_id: max(row[1] for row in rows)
            for case_id, rows in groupby(sorted(work.session.execute(days)), lambda row: row[0])
        }
        for case in work.session.scalars(select(Case)).all():
            keep_duties(work, case, steps.get(case.id))
        assert work.session.execute(stored).all() == before
        after = work.session.execute(select(Case.id, Case.due_on, Case.excused).order_by(Case.id)).all()
        assert after == of_cases


def test_its_pages_open(seeded, cast, context):
    with everything(context) as work:
        first = {
            state: work.session.scalars(select(Case).where(Case.state == state).limit(1)).one()
            for state in CaseState
        }
        cases = [(each.id, each.child_id) for each in first.values()]
        sent = select(Form.id).where(Form.received_on.is_not(None), Form.kind == "advice")
        form = work.session.scalars(sent.order_by(Form.id.desc()).limit(1)).one()
    browser = cast.mary.browser()
    pages = ["/today/?whose=team", "/cases/board/", "/cases/list/", "/advice/list/", f"/forms/{form}/read"]
    pages += [f"/cases/show/{case_id}" for case_id, _child in cases]
    pages += [f"/children/{child_id}" for _case, child_id in cases]
    for path in pages:
        page = Page(browser.get(path))
        assert page.status == 200, path


def test_it_is_for_a_demo_of_invented_people_and_once(context, cast):
    with pytest.raises(CannotSeed, match="PORTAL_MODE"):
        seed_scale(context, PASSWORD, 10, 5, demo=False)
    with pytest.raises(CannotSeed, match="a child of its own"):
        seed_scale(context, PASSWORD, 5, 10, demo=True)
    seed_scale(context, PASSWORD, 10, 5, demo=True)
    with pytest.raises(CannotSeed, match="done before"):
        seed_scale(context, PASSWORD, 10, 5, demo=True)


def test_it_is_refused_where_a_real_person_has_an_account(context, cast):
    with everything(context) as work:
        work.get(Person, cast.olu.id).email = "olu@bradford.gov.uk"
    with pytest.raises(CannotSeed, match="real people"):
        seed_scale(context, PASSWORD, 10, 5, demo=True)
    with everything(context) as work:
        assert work.session.scalar(select(func.count(Child.id))) == 0


def test_the_command_says_how_many(app, cast):
    asked = ["--children", "10", "--cases", "5"]
    done = app.test_cli_runner().invoke(fill_demo, asked)
    assert "Children: 10, live cases: 5, finished cases: 5." in done.output
    again = app.test_cli_runner().invoke(fill_demo, asked)
    assert again.exit_code == 1 and "Nothing was done." in again.output
